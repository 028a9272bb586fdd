import { TestbedError, text } from '../../errors';
import type { DoctorResult } from '../../operations/doctor';
import { defineCommand } from '../cli/command';
import { line, table, toned, type Block, type Tone } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';

type Finding = DoctorResult['machine'][number];

const MARKS = {
  ok: ['good', '✔'],
  warning: ['warn', '!'],
  failed: ['bad', '✘'],
  unknown: ['soft', '?'],
} as const satisfies Readonly<Record<Finding['state'], readonly [Tone, string]>>;

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: text(
    'check this machine and the cluster, and say what mends it',
    '이 컴퓨터와 클러스터를 점검하고 해결 방법을 알려 줍니다',
  ),
  description: text(
    'Changes nothing. With --context it checks an existing cluster and prints the least rights that testbed needs there. Exits 1 where a check failed.',
    '아무것도 변경하지 않습니다. --context를 지정하면 기존 클러스터를 점검하고 필요한 최소 권한을 출력합니다. 실패한 점검이 있으면 종료 코드 1로 끝납니다.',
  ),
  positionals: {},
  flags: TARGET_FLAGS,
  examples: [
    { command: 'testbed doctor', summary: text('this machine and the embedded cluster', '이 컴퓨터와 내장 클러스터') },
    { command: 'testbed doctor --context staging', summary: text('an existing cluster', '기존 클러스터') },
  ],
  handler: async (args, context) => (await import('../../operations/doctor.js')).doctor(args, context),
  view: ({ machine, cluster, minimumRights }) => [
    line(toned('strong', text('this machine', '이 컴퓨터'))),
    ...findingLines(machine),
    ...(cluster.length === 0 ? [] : [line(toned('strong', text('cluster', '클러스터'))), ...findingLines(cluster)]),
    ...(minimumRights === undefined ? [] : rightsBlocks(minimumRights)),
  ],
  failure: ({ machine, cluster, verdict }) => {
    if (verdict !== 'failed') return undefined;
    const failed = [...machine, ...cluster].filter(({ state }) => state === 'failed').length;
    return new TestbedError('ClusterUnsuitable', text(`${failed} checks failed`, `점검 ${failed}개가 실패했습니다`), {
      hint: text(
        'do what the table says and run testbed doctor again',
        '표의 안내대로 조치한 뒤 testbed doctor를 다시 실행하세요',
      ),
    });
  },
});

/** A row a finding, and what mends it on a row of its own: details may be long. */
function findingLines(findings: readonly Finding[]): readonly Block[] {
  return findings.flatMap(({ title, state, detail, remedy }) => {
    const [tone, mark] = MARKS[state];
    return [
      line(toned(tone, text(`  ${mark} ${title.en}: ${detail.en}`, `  ${mark} ${title.ko}: ${detail.ko}`))),
      ...(remedy === undefined ? [] : [line(text(`      ${remedy.en}`, `      ${remedy.ko}`))]),
    ];
  });
}

function rightsBlocks(rights: NonNullable<DoctorResult['minimumRights']>): readonly Block[] {
  return [
    line(toned('strong', text('least rights that testbed needs there', '필요한 최소 권한'))),
    table(
      [text('GROUP', '그룹'), text('RESOURCE', '리소스'), text('VERBS', '동사'), text('FOR', '용도')],
      rights.map(({ group, resource, verbs, why }) => [group === '' ? 'core' : group, resource, verbs.join(' '), why]),
    ),
  ];
}
