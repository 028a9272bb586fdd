import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { requiredChoice } from '../cli/flags';
import { document } from '../cli/view';
import { TOOL_NAMES } from './tool-names';

export const toolsPathCommand = defineCommand({
  name: 'tools path',
  summary: text('print where a tool is', '도구의 위치를 출력합니다'),
  positionals: { tool: requiredChoice(TOOL_NAMES, text('the tool', '도구')) },
  flags: {},
  examples: [{ command: '"$(testbed tools path kubectl)" version --client', summary: text('run it', '실행 예') }],
  handler: async ({ tool }, context) => (await import('../../operations/tools.js')).toolsPath({ name: tool }, context),
  view: ({ path }) => [document(path)],
});
