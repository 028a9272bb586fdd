import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import { requiredWord } from '../cli/flags';
import type { SharedRebuildResult } from '../../operations/shared-rebuild';
import type { StateRebuildResult } from '../../operations/state-rebuild';
import { facts, line, toned, type Block, type Cell } from '../cli/view';
import { sharedUpBlocks } from './shared-up';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

export const stateRebuildCommand = defineCommand({
  name: 'state rebuild',
  summary: text(
    "make a testbed's damaged or missing state anew from what stands on its cluster",
    '손상되거나 없어진 테스트베드 상태를 클러스터에 있는 객체로 다시 만듭니다',
  ),
  description: text(
    "Asks first. With `shared` in place of a name: of what the cluster shares. The damaged state is kept under another name; then the testbed is provisioned as it was recorded, by which all its objects are taken up by their marks. Passwords stay, unless the testbed's data key is lost too; the database's certificate is a new one. A whole state is left alone.",
    '먼저 확인을 받습니다. 이름 대신 `shared`를 지정하면 클러스터 공용 구성의 상태를 다시 만듭니다. 손상된 상태는 다른 이름으로 보관하고, 기록된 대로 다시 구성하면서 표시가 있는 모든 객체를 이어받습니다. 비밀번호는 그대로이지만 데이터 키까지 잃은 경우에는 새로 만들며, 데이터베이스 인증서는 항상 새로 만듭니다. 온전한 상태는 건드리지 않습니다.',
  ),
  positionals: {
    name: requiredWord(text('name or id of the testbed, or shared', '테스트베드의 이름 또는 ID, 또는 shared')),
  },
  flags: { ...YES_FLAG, ...TARGET_FLAGS },
  examples: [
    { command: 'testbed state rebuild care-lab', summary: text('asks, then rebuilds', '확인 후 다시 만들기') },
    {
      command: 'testbed state rebuild shared',
      summary: text('of what the cluster shares', '클러스터 공용 구성의 상태 다시 만들기'),
    },
  ],
  whenInterrupted: text(
    'objects are as they were: `testbed state rebuild NAME` goes on',
    '객체는 그대로입니다. `testbed state rebuild 이름`으로 이어서 진행하세요',
  ),
  handler: async (args, context) =>
    args.name === SHARED
      ? (await import('../../operations/shared-rebuild.js')).rebuildSharedState(args, context)
      : (await import('../../operations/state-rebuild.js')).rebuildState(args, context),
  view: (result) => ('testbed' in result ? testbedBlocks(result) : sharedBlocks(result)),
});

/** No testbed can have this name. */
const SHARED = 'shared';

function conditionCell(found: StateRebuildResult['found']): Cell {
  if (found.kind === 'damaged') return toned('bad', found.why);
  return found.kind === 'missing' ? text('missing', '없음') : toned('good', text('whole', '온전함'));
}

function sharedBlocks({ stack, found, shared }: SharedRebuildResult): readonly Block[] {
  return [
    facts([text('stack', '스택'), toned('strong', stack)], [text('its state was', '상태'), conditionCell(found)]),
    ...(shared === undefined
      ? [line(text('its state is whole; nothing was done', '상태가 온전하여 아무것도 하지 않았습니다'))]
      : sharedUpBlocks(shared)),
  ];
}

function testbedBlocks({ outcome, found, testbed, up }: StateRebuildResult): readonly Block[] {
  return [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('its state was', '상태'), conditionCell(found)],
    ),
    line(
      outcome === 'ending'
        ? text(
            `the damaged state was put away; finish its end: testbed orphans ${testbed.id} --end, then testbed down ${testbed.name}`,
            `손상된 상태를 따로 보관했습니다. 종료를 마무리하세요: testbed orphans ${testbed.id} --end 실행 후 testbed down ${testbed.name}`,
          )
        : outcome === 'unchanged'
          ? text('its state is whole; nothing was done', '상태가 온전하여 아무것도 하지 않았습니다')
          : text(
              `its state was made anew in ${duration(up?.readyMs ?? 0).en}`,
              `${duration(up?.readyMs ?? 0).ko} 만에 상태를 다시 만들었습니다`,
            ),
    ),
  ];
}
