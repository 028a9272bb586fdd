import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { choiceFlag, switchFlag } from '../cli/flags';
import { facts, line, toned } from '../cli/view';
import { SPEC_FLAGS } from './spec-flags';

export const initCommand = defineCommand({
  name: 'init',
  summary: text('write a testbed.yaml to begin with', '시작용 testbed.yaml을 작성합니다'),
  positionals: {},
  flags: {
    preset: choiceFlag(['minimal', 'database', 'startup'], 'startup', {
      placeholder: 'PRESET',
      summary: text('the example that it is made from', '바탕이 되는 예제'),
    }),
    ...SPEC_FLAGS,
    force: switchFlag({ summary: text('replace a file that is there', '이미 있는 파일을 덮어씁니다') }),
  },
  examples: [
    {
      command: 'testbed init',
      summary: text('boundary and database, as ./testbed.yaml', '경계와 데이터베이스 구성을 ./testbed.yaml로 작성'),
    },
    {
      command: 'testbed init --preset minimal -f care.yaml',
      summary: text('the smallest, in another file', '가장 작은 구성을 다른 파일로 작성'),
    },
  ],
  handler: async (args, context) => (await import('../../operations/init.js')).init(args, context),
  view: ({ preset, file }) => [
    facts([text('written', '작성한 파일'), file], [text('preset', '프리셋'), preset]),
    line(
      toned('soft', text('next: edit it, then npx testbed validate', '다음 단계: 내용을 고친 뒤 npx testbed validate')),
    ),
  ],
});
