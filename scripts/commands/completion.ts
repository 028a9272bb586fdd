import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { SHELLS } from '../cli/completion';
import { requiredChoice } from '../cli/flags';
import { document } from '../cli/view';

export const completionCommand = defineCommand({
  name: 'completion',
  summary: text('print a completion script for a shell', '셸 자동 완성 스크립트를 출력합니다'),
  positionals: { shell: requiredChoice(SHELLS, text('the shell to complete in', '자동 완성을 쓸 셸')) },
  flags: {},
  examples: [
    {
      command: 'source <(testbed completion bash)',
      summary: text('in this shell, until it ends', '지금 셸에서만 사용'),
    },
    {
      command: 'testbed completion bash > ~/.local/share/bash-completion/completions/testbed',
      summary: text('in every new shell', '새로 여는 모든 셸에서 사용'),
    },
  ],
  handler: async ({ shell }, { commands }) => {
    const { completionScript } = await import('../cli/completion.js');
    return { shell, script: completionScript(shell, await commands()) };
  },
  view: ({ script }) => [document(script)],
});
