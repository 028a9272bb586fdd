import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line } from '../cli/view';
import { countLine } from './operation-view';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

export const sharedDownCommand = defineCommand({
  name: 'shared down',
  summary: text(
    'end what the cluster shares; refused while testbeds stand',
    '클러스터 공용 구성을 종료합니다. 테스트베드가 있으면 거부합니다',
  ),
  positionals: {},
  flags: { ...YES_FLAG, ...TARGET_FLAGS },
  examples: [
    {
      command: 'testbed shared down',
      summary: text('asks, then ends roles and guard rails', '확인 후 역할과 보호 규칙을 종료'),
    },
  ],
  whenInterrupted: text(
    'guard rails may be incomplete: `testbed shared up` restores them',
    '보호 규칙이 일부만 남아 있을 수 있습니다. `testbed shared up`으로 복구하세요',
  ),
  handler: async (args, context) => (await import('../../operations/shared.js')).sharedDown(args, context),
  view: ({ operation }) => [
    countLine(operation),
    line(text('the cluster shares nothing any more', '클러스터 공용 구성을 종료했습니다')),
  ],
});
