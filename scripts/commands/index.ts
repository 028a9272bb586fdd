import type { CommandCatalogue } from '../cli/catalogue';

/** Every command, in the order of help. A command's file is read when it is called. */
export const COMMANDS: CommandCatalogue = {
  groups: {},
  entries: [{ name: 'completion', load: async () => (await import('./completion.js')).completionCommand }],
};
