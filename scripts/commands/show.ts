import { text, verbatim, type Text } from '../../errors';
import type { ShowResult } from '../../operations/show';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { facts, line, table, toned, type Cell } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { OBJECT_STATES, SIMULATED_NODES, stateCell } from './testbed-view';

type QuotaRow = NonNullable<ShowResult['live']>['quota'][number];
type VolumeRow = NonNullable<ShowResult['live']>['volumes'][number];

const OUTPUT_LABELS: ReadonlyMap<string, Text> = new Map([
  ['database', text('database', '데이터베이스')],
  ['namespace', text('namespace', '네임스페이스')],
]);

export const showCommand = defineCommand({
  name: 'show',
  summary: text('show one testbed: state, workloads, quota', '테스트베드 하나의 상태, 워크로드, 할당량을 보여 줍니다'),
  positionals: { name: requiredWord(text('name or id of the testbed', '테스트베드의 이름 또는 ID')) },
  flags: TARGET_FLAGS,
  examples: [{ command: 'testbed show care-lab', summary: text('how it is now', '현재 상태') }],
  handler: async (args, context) => (await import('../../operations/show.js')).show(args, context),
  view: ({ testbed, daysLeft, live }) => [
    facts(
      [text('testbed', '테스트베드'), toned('strong', `${testbed.name} (${testbed.id})`)],
      [text('state', '상태'), stateCell(testbed.infrastructure)],
      [text('participant', '참여 기업'), testbed.participant],
      [text('owner', '책임자'), testbed.owner],
      [text('members', '구성원'), testbed.members.join(', ')],
      [text('grade, size', '등급, 크기'), `${testbed.grade}, ${testbed.size}`],
      [text('ends', '종료일'), endsCell(testbed.ends, daysLeft)],
      [text('cluster', '클러스터'), testbed.cluster.context ?? testbed.cluster.server],
      ...outputRows(testbed),
    ),
    ...(live === undefined
      ? [
          line(
            toned(
              'warn',
              text(
                'the cluster could not be asked: this is what was recorded',
                '클러스터에 물어볼 수 없어 기록만 표시합니다',
              ),
            ),
          ),
        ]
      : [
          ...(live.workloads.length === 0
            ? []
            : [
                table(
                  [text('KIND', '종류'), text('NAME', '이름'), text('STATE', '상태'), text('REASON', '이유')],
                  live.workloads.map(({ kind, name, state, reason }) => [
                    kind,
                    name,
                    toned(...OBJECT_STATES[state]),
                    reason ?? '',
                  ]),
                ),
              ]),
          ...(live.quota.length === 0
            ? []
            : [
                table(
                  [text('QUOTA', '할당량'), text('USED', '사용'), text('OF', '한도')],
                  live.quota.filter(isAllowed).map(({ resource, used, hard }) => [resource, used, hard]),
                ),
              ]),
          ...(live.volumes.length === 0
            ? []
            : [
                table(
                  [text('VOLUME', '볼륨'), text('USED', '사용'), text('OF', '한도'), text('LIMIT', '한도 적용')],
                  live.volumes.map((volume) => [
                    volume.claim,
                    volume.used === undefined ? text('not measured yet', '아직 측정 안 됨') : mebibytes(volume.used),
                    mebibytes(volume.size),
                    limitCell(volume),
                  ]),
                ),
              ]),
          ...(live.simulatedNodes ? [SIMULATED_NODES] : []),
        ]),
  ],
});

/** What the program gave back and is not told above. */
function outputRows({ id, grade, outputs }: ShowResult['testbed']): readonly (readonly [Text, Cell])[] {
  return Object.entries(outputs).flatMap(([name, value]): (readonly [Text, Cell])[] =>
    (name === 'id' && value === id) || (name === 'grade' && value === grade)
      ? []
      : [[OUTPUT_LABELS.get(name) ?? verbatim(name), outputWords(value)]],
  );
}

/** `host db.example, port 5432` for an object; what lies deeper is JSON. */
function outputWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${typeof one === 'string' ? one : JSON.stringify(one)}`)
    .join(', ');
}

function limitCell({ quota, over }: VolumeRow): Cell {
  if (over) return toned('bad', text('exceeded, writers are stopped', '초과, 쓰기 파드 중지 중'));
  return quota === 'enforced'
    ? toned('good', text('enforced by the file system', '파일 시스템이 강제'))
    : toned('warn', text('unenforced, measured', '강제되지 않음, 측정만'));
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}Mi`;
}

/** Kinds that nobody may make have a quota of nothing: `--output json` names them. */
function isAllowed({ used, hard }: QuotaRow): boolean {
  return used !== '0' || hard !== '0';
}

function endsCell(ends: string, daysLeft: number): Cell {
  if (daysLeft < 0) return toned('bad', text(`${ends}, over`, `${ends}, 기한 지남`));
  return toned(daysLeft <= 7 ? 'warn' : 'soft', text(`${ends}, ${daysLeft} days left`, `${ends}, ${daysLeft}일 남음`));
}
