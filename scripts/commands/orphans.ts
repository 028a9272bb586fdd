import { TestbedError, text, type Text } from '../../errors';
import type { Orphan } from '../../operations/orphans';
import { defineCommand } from '../cli/command';
import { severalWords, switchFlag } from '../cli/flags';
import { line, table, toned, type Block, type Cell } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { YES_FLAG } from './yes-flag';

const WHY: Readonly<Record<Orphan['why'], Text>> = {
  mark: text('our mark', '표시'),
  label: text('our label', '레이블'),
  name: text('its name', '이름'),
  owner: text('its owner', '소유자'),
  claim: text('the claim that it served', '사용하던 볼륨 클레임'),
};

export const orphansCommand = defineCommand({
  name: 'orphans',
  summary: text(
    'find what belongs to no testbed on record, and end it with --end',
    '기록에 있는 테스트베드에 속하지 않는 객체를 찾고, --end로 종료합니다',
  ),
  description: text(
    'Looks by mark, label, name, owner and volume, and for testbeds on record of which nothing is there. Exits 1 where there are any. With --end it asks, ends what bears our mark, each by its uid, and looks again. Testbeds that another site made on the same cluster look the same to this one: give their ids to end some only.',
    '표시, 레이블, 이름, 소유자, 볼륨으로 찾고, 기록에는 있으나 클러스터에 없는 테스트베드도 찾습니다. 있으면 종료 코드는 1입니다. --end를 지정하면 확인을 받은 뒤 표시가 있는 객체를 UID로 확인하여 종료하고 다시 찾습니다. 같은 클러스터의 다른 사이트가 만든 테스트베드도 똑같이 보이므로, 일부만 종료하려면 ID를 지정하세요.',
  ),
  positionals: {
    ids: severalWords(text('ids of testbeds; all without any', '테스트베드 ID. 지정하지 않으면 전체')),
  },
  flags: {
    end: switchFlag({ summary: text('end what is found, after asking', '찾은 객체를 확인 후 종료합니다') }),
    ...YES_FLAG,
    ...TARGET_FLAGS,
  },
  examples: [
    { command: 'testbed orphans', summary: text('looks, changes nothing', '찾기만 하고 변경하지 않음') },
    { command: 'testbed orphans tb-x7k2p9 --end', summary: text('ends what is left of one', '하나에 남은 것을 종료') },
  ],
  whenInterrupted: text(
    'some may be ended: run the same command again',
    '일부만 종료되었을 수 있습니다. 같은 명령을 다시 실행하세요',
  ),
  handler: async (args, context) => (await import('../../operations/orphans.js')).orphans(args, context),
  view: ({ orphans, missing, blind, ended, kindsChecked }) => [
    ...(ended === 0 ? [] : [line(text(`${ended} objects were ended`, `객체 ${ended}개를 종료했습니다`))]),
    ...(orphans.length === 0 ? [] : [orphanTable(orphans)]),
    ...missing.map(({ name, id }) =>
      line(
        toned(
          'warn',
          text(
            `'${name}' (${id}) is on record and not on the cluster; make it again: testbed up, or end its record: testbed down ${name}`,
            `'${name}'(${id})은(는) 기록에 있으나 클러스터에 없습니다. 다시 만들기: testbed up, 기록 종료: testbed down ${name}`,
          ),
        ),
      ),
    ),
    ...blind.map(({ apiVersion, kind, reason }) =>
      line(
        toned(
          'warn',
          text(
            `${kind} (${apiVersion}) could not be looked at: ${reason.en}`,
            `${kind} (${apiVersion})을(를) 확인하지 못했습니다: ${reason.ko}`,
          ),
        ),
      ),
    ),
    line(
      orphans.length === 0
        ? text(`no orphans among ${kindsChecked} kinds`, `종류 ${kindsChecked}개에 고아 객체가 없습니다`)
        : text(`${orphans.length} orphans`, `고아 객체 ${orphans.length}개`),
    ),
  ],
  failure: ({ orphans, missing }) =>
    orphans.length + missing.length === 0
      ? undefined
      : new TestbedError(
          'NotEmpty',
          text(
            `${orphans.length} objects belong to no testbed on record, and ${missing.length} testbeds on record have none`,
            `기록에 없는 객체가 ${orphans.length}개, 객체가 없는 기록이 ${missing.length}개 있습니다`,
          ),
        ),
});

function orphanTable(orphans: readonly Orphan[]): Block {
  return table(
    [
      text('TESTBED', '테스트베드'),
      text('KIND', '종류'),
      text('NAME', '이름'),
      text('KNOWN BY', '판단 근거'),
      text('SINCE', '생성 시각'),
      text('WHAT TO DO', '조치'),
    ],
    orphans.map(({ testbed, reference: { kind, namespace, name }, why, createdAt, ours }): Cell[] => [
      testbed,
      kind,
      namespace === undefined ? name : `${namespace}/${name}`,
      WHY[why],
      createdAt ?? '-',
      ours
        ? text(`testbed orphans ${testbed} --end`, `testbed orphans ${testbed} --end`)
        : toned('warn', text('no mark of ours: look at it', '표시 없음: 직접 확인')),
    ]),
  );
}
