import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line } from '../cli/view';
import { leftOutBlocks } from './left-out-view';
import { changeBlocks, countLine } from './operation-view';
import { TARGET_FLAGS } from './target-flags';

export const sharedUpCommand = defineCommand({
  name: 'shared up',
  summary: text(
    'bring what the cluster shares to this version: guard rails, rules, roles, provisioner',
    '클러스터 공용 구성(보호 규칙, 기준선 규칙, 역할, 프로비저너)을 이 버전으로 맞춥니다',
  ),
  positionals: {},
  flags: TARGET_FLAGS,
  examples: [
    {
      command: 'testbed shared up',
      summary: text('before the first testbed, and after an upgrade', '첫 테스트베드 전과 업그레이드 후에 실행'),
    },
  ],
  whenInterrupted: text(
    'guard rails may be incomplete: `testbed shared up` goes on',
    '보호 규칙이 일부만 적용되었을 수 있습니다. `testbed shared up`을 다시 실행하세요',
  ),
  handler: async (args, context) => (await import('../../operations/shared.js')).sharedUp(args, context),
  view: ({ operation, rulesLeftOut }) => [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...leftOutBlocks(rulesLeftOut),
    line(
      operation.changes.length === 0
        ? text('nothing to change', '변경할 것이 없습니다')
        : text('the cluster is ready for testbeds', '클러스터가 테스트베드를 받을 준비가 되었습니다'),
    ),
  ],
});
