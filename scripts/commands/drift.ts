import { TestbedError, text } from '../../errors';
import type { DriftResult } from '../../operations/drift';
import type { DriftAllResult } from '../../operations/drift-all';
import { defineCommand } from '../cli/command';
import { numberFlag, optionalWord, switchFlag } from '../cli/flags';
import { line, toned, type Block } from '../cli/view';
import { repairBlocks, settlingBlocks } from './drift-view';
import { changeBlocks, countLine } from './operation-view';
import { TARGET_FLAGS } from './target-flags';

export const driftCommand = defineCommand({
  name: 'drift',
  summary: text(
    'compare what was provisioned with what is there, and take it back',
    '구성한 내용과 현재 상태를 비교하고 되돌립니다',
  ),
  description: text(
    'Without --repair it changes nothing. Exits 1 where something differs. A difference is repaired when an earlier look, a minute ago or more, found the same: somebody may be in the middle of a change. Repair takes fields back on objects that bear our mark and makes ended objects anew; it never touches what somebody else made.',
    '--repair 없이는 아무것도 변경하지 않습니다. 다른 점이 있으면 종료 코드 1로 끝납니다. 누군가 변경을 진행하는 중일 수 있으므로, 1분 이상 전의 확인에서도 같은 차이가 있었을 때만 되돌립니다. 테스트베드 표식이 있는 객체의 필드만 되돌리고 삭제된 객체를 다시 만들며, 다른 주체가 만든 객체는 건드리지 않습니다.',
  ),
  positionals: { name: optionalWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: {
    all: switchFlag({ summary: text('every testbed of this site', '이 사이트의 모든 테스트베드를 확인합니다') }),
    repair: switchFlag({
      summary: text('take back what an earlier look found already', '이전 확인에서도 있었던 차이를 되돌립니다'),
    }),
    now: switchFlag({
      summary: text(
        'with --repair: all that this look finds, for somebody who has looked',
        '--repair와 함께 사용: 이미 내용을 확인했다면 이번에 발견한 차이를 모두 되돌립니다',
      ),
    }),
    settle: numberFlag({
      placeholder: 'SECONDS',
      least: 0,
      most: 86_400,
      summary: text(
        'how long a difference must have been there before it is repaired; default 60',
        '차이가 얼마나 오래되어야 되돌릴지 초 단위로 정합니다 (기본값 60)',
      ),
    }),
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed drift care-lab', summary: text('what was changed by hand', '수동으로 변경된 내용 확인') },
    {
      command: 'testbed drift --all --repair',
      summary: text('for a timer: take back what stays changed', '타이머용: 계속 남아 있는 차이를 되돌림'),
    },
    {
      command: 'testbed drift care-lab --repair --now',
      summary: text('take back what this look finds', '지금 발견한 차이를 바로 되돌림'),
    },
  ],
  whenInterrupted: text(
    'some objects may be taken back and others not: `testbed drift NAME` shows which',
    '일부 객체만 되돌려졌을 수 있습니다. `testbed drift 이름`으로 확인하세요',
  ),
  handler: async ({ name, all, settle, ...args }, context): Promise<DriftResult | DriftAllResult> => {
    const options = { ...args, settleSeconds: settle };
    if (all === (name !== undefined))
      throw new TestbedError(
        'UsageWrong',
        text(
          'give the name of a testbed, or --all for every one of this site',
          '테스트베드 이름을 지정하거나, 이 사이트 전체를 확인하려면 --all을 지정하세요',
        ),
      );
    if (name === undefined) return (await import('../../operations/drift-all.js')).driftAll(options, context);
    return (await import('../../operations/drift.js')).drift({ ...options, name }, context);
  },
  view: (result) => ('looks' in result ? allBlocks(result) : oneBlocks(result)),
  failure: (result) => ('looks' in result ? allFailure(result) : oneFailure(result)),
});

function oneBlocks(result: DriftResult): readonly Block[] {
  const { testbed, operation, repaired } = result;
  return [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...settlingBlocks(result),
    ...repairBlocks(repaired),
    ...(result.drifted
      ? []
      : [line(text(`'${testbed.name}' is as it was provisioned`, `'${testbed.name}'은(는) 구성한 그대로입니다`))]),
  ];
}

function allBlocks({ looks, failed, notBegun }: DriftAllResult): readonly Block[] {
  const different = looks.filter(({ operation }) => operation.changes.length > 0);
  return [
    ...different.flatMap((one) => [
      line(toned('strong', one.testbed.name)),
      ...changeBlocks(one.operation.changes),
      ...settlingBlocks(one),
      ...repairBlocks(one.repaired),
    ]),
    ...failed.map(({ name, reason }) => line(toned('bad', text(`${name}: ${reason.en}`, `${name}: ${reason.ko}`)))),
    ...(notBegun.length === 0
      ? []
      : [
          line(
            toned(
              'warn',
              text(`not looked at: ${notBegun.join(', ')}`, `확인하지 못한 테스트베드: ${notBegun.join(', ')}`),
            ),
          ),
        ]),
    line(
      text(
        `${looks.length} looked at, ${looks.filter(({ drifted }) => drifted).length} differ, ${failed.length} failed`,
        `확인 ${looks.length}개, 차이 있음 ${looks.filter(({ drifted }) => drifted).length}개, 실패 ${failed.length}개`,
      ),
    ),
  ];
}

function oneFailure({ testbed, drifted, operation, repaired }: DriftResult): TestbedError | undefined {
  if (!drifted) return undefined;
  const again = text(
    `take it back: testbed drift ${testbed.name} --repair --now`,
    `되돌리기: testbed drift ${testbed.name} --repair --now`,
  );
  const count = operation.changes.length;
  if (repaired === undefined)
    return new TestbedError(
      'DriftFound',
      text(
        `${count} objects of '${testbed.name}' differ from what was provisioned`,
        `'${testbed.name}'의 객체 ${count}개가 구성한 내용과 다릅니다`,
      ),
      { hint: again },
    );
  return new TestbedError(
    'DriftFound',
    text(
      `not all that differed of '${testbed.name}' was taken back`,
      `'${testbed.name}'의 차이 중 일부를 되돌리지 못했습니다`,
    ),
    { hint: again },
  );
}

function allFailure({ looks, failed, notBegun }: DriftAllResult): TestbedError | undefined {
  const drifted = looks.filter((one) => one.drifted).length;
  if (drifted === 0 && failed.length === 0 && notBegun.length === 0) return undefined;
  return new TestbedError(
    'DriftFound',
    text(
      `${drifted} testbeds differ from what was provisioned, ${failed.length + notBegun.length} could not be compared`,
      `테스트베드 ${drifted}개가 구성한 내용과 다르고, ${failed.length + notBegun.length}개는 비교하지 못했습니다`,
    ),
    { hint: text('take it back: testbed drift --all --repair', '되돌리기: testbed drift --all --repair') },
  );
}
