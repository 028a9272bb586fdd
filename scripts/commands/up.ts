import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import type { UpResult } from '../../operations/up';
import { facts, line, toned, type Block } from '../cli/view';
import { AT_ONCE_FLAG, manyBlocks } from './many-view';
import { changeBlocks, countLine } from './operation-view';
import { planLine } from './plan-view';
import { PROVIDER_FLAG } from './provider-flag';
import { SPECS_FLAGS } from './spec-flags';
import { TARGET_FLAGS } from './target-flags';
import { nextStep, stateCell } from './testbed-view';

export const upCommand = defineCommand({
  name: 'up',
  summary: text(
    'provision the testbed of a spec, or bring it to the spec',
    '명세대로 테스트베드를 만들거나 갱신합니다',
  ),
  description: text(
    'Reads the spec, applies it and waits until all is ready. Run again after any failure or interruption, it goes on where it stopped. Of a file with several specs (parted by ---) or of a folder, all are read and judged before the first is begun, then several are made at once; one that fails touches no other.',
    '명세를 읽어 적용하고 모두 준비될 때까지 기다립니다. 실패하거나 중단된 뒤 다시 실행하면 이어서 진행합니다. 명세가 여러 개인 파일(---로 구분)이나 폴더를 지정하면 모두 읽고 판정한 다음 여러 개를 동시에 만들며, 하나가 실패해도 나머지에는 영향이 없습니다.',
  ),
  positionals: {},
  flags: { ...SPECS_FLAGS, ...AT_ONCE_FLAG, ...TARGET_FLAGS, ...PROVIDER_FLAG },
  examples: [
    { command: 'testbed up', summary: text('provision ./testbed.yaml', './testbed.yaml대로 구성') },
    {
      command: 'testbed up -f care.yaml -o json',
      summary: text('another file, the result as JSON', '다른 파일로 구성하고 결과를 JSON으로 출력'),
    },
    {
      command: 'testbed up -f spring/ --at-once 4',
      summary: text('every *.yaml of a folder, four at a time', '폴더의 모든 *.yaml을 네 개씩 동시에 구성'),
    },
  ],
  whenInterrupted: text(
    'the testbed may be half-made: `testbed up` goes on, `testbed down NAME` ends it',
    '테스트베드가 일부만 만들어졌을 수 있습니다. `testbed up`으로 이어서 하거나 `testbed down 이름`으로 종료하세요',
  ),
  handler: async ({ 'at-once': atOnce, ...args }, context) => {
    const [{ upAll }, { withProvider }] = await Promise.all([
      import('../../operations/up-many.js'),
      import('../../operations/with-provider.js'),
    ]);
    return upAll({ ...args, atOnce }, withProvider(args, context));
  },
  failure: (result) => ('testbeds' in result ? result.failure : undefined),
  view: (result) => ('testbeds' in result ? manyBlocks(result.testbeds, result.elapsedMs) : oneView(result)),
});

function oneView({ outcome, testbed, operation, plan, appliedMs, readyMs }: UpResult): readonly Block[] {
  return [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...planLine(plan),
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('state', '상태'), stateCell(testbed.infrastructure)],
      [text('grade, size', '등급, 크기'), `${testbed.grade}, ${testbed.size}`],
      [text('ends', '종료일'), testbed.ends],
    ),
    line(
      {
        created: text(
          `created: applied in ${duration(appliedMs).en}, ready in ${duration(readyMs).en}`,
          `만들었습니다: 적용 ${duration(appliedMs).ko}, 준비 ${duration(readyMs).ko}`,
        ),
        changed: text(
          `changed: applied in ${duration(appliedMs).en}, ready in ${duration(readyMs).en}`,
          `변경했습니다: 적용 ${duration(appliedMs).ko}, 준비 ${duration(readyMs).ko}`,
        ),
        unchanged: text('nothing to change: it is as the spec says', '변경할 것이 없습니다. 이미 명세와 같습니다'),
      }[outcome],
    ),
    line(toned('soft', nextStep(`npx testbed connect ${testbed.name}`))),
  ];
}
