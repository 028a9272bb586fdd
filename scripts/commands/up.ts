import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { duration } from '../cli/duration';
import { facts, line, toned } from '../cli/view';
import { changeBlocks, countLine } from './operation-view';
import { planLine } from './plan-view';
import { SPEC_FLAGS } from './spec-flags';
import { TARGET_FLAGS } from './target-flags';
import { nextStep, stateCell } from './testbed-view';

export const upCommand = defineCommand({
  name: 'up',
  summary: text(
    'provision the testbed of a spec, or bring it to the spec',
    '명세대로 테스트베드를 만들거나 갱신합니다',
  ),
  description: text(
    'Reads the spec, applies it and waits until all is ready. Run again after any failure or interruption, it goes on where it stopped.',
    '명세를 읽어 적용하고 모두 준비될 때까지 기다립니다. 실패하거나 중단된 뒤 다시 실행하면 이어서 진행합니다.',
  ),
  positionals: {},
  flags: { ...SPEC_FLAGS, ...TARGET_FLAGS },
  examples: [
    { command: 'testbed up', summary: text('provision ./testbed.yaml', './testbed.yaml대로 구성') },
    {
      command: 'testbed up -f care.yaml -o json',
      summary: text('another file, the result as JSON', '다른 파일로 구성하고 결과를 JSON으로 출력'),
    },
  ],
  whenInterrupted: text(
    'the testbed may be half-made: `testbed up` goes on, `testbed down NAME` ends it',
    '테스트베드가 일부만 만들어졌을 수 있습니다. `testbed up`으로 이어서 하거나 `testbed down 이름`으로 종료하세요',
  ),
  handler: async (args, context) => (await import('../../operations/up.js')).up(args, context),
  view: ({ outcome, testbed, operation, plan, appliedMs, readyMs }) => [
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
  ],
});
