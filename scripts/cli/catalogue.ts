import type { Text } from '../../errors';
import type { Command } from './command';

/** A command by name, loaded when it is called: starting must not pay for what is not used. */
export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<Command>;
}

/** Every command there is, in the order in which help shows them. */
export interface CommandCatalogue {
  readonly entries: readonly CommandEntry[];
  /** What the first word of a two-word command stands for. */
  readonly groups: Readonly<Record<string, Text>>;
}

/** All commands, loaded. */
export function loadAll(catalogue: CommandCatalogue): Promise<readonly Command[]> {
  return Promise.all(catalogue.entries.map((entry) => entry.load()));
}
