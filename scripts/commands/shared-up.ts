import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import type { SharedResult } from '../../operations/shared';
import { line, toned, type Block } from '../cli/view';
import { leftOutBlocks } from './left-out-view';
import { changeBlocks, countLine } from './operation-view';
import { repairBlocks } from './drift-view';
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
  view: sharedUpBlocks,
});

/** Also what `state rebuild shared` shows of the `shared up` in it. */
export function sharedUpBlocks({ outcome, operation, repaired = [], rulesLeftOut }: SharedResult): readonly Block[] {
  return [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...repairBlocks(repaired.length === 0 ? undefined : repaired),
    ...leftOutBlocks(rulesLeftOut),
    ...(outcome === 'taken-up' ? [line(toned('warn', TAKEN_UP))] : []),
    line(
      outcome === 'unchanged'
        ? text('nothing to change', '변경할 것이 없습니다')
        : text('the cluster is ready for testbeds', '클러스터가 테스트베드를 받을 준비가 되었습니다'),
    ),
  ];
}

const TAKEN_UP = text(
  'this site had no state of what the cluster shares: what bears its marks was taken up as it stands',
  '이 사이트에 클러스터 공용 구성의 상태가 없어, 표시가 있는 기존 객체를 그대로 이어받았습니다',
);
