import { text, verbatim, type Text } from '../../errors';
import type { ShownObject } from '../../operations/show';
import { defineCommand } from '../cli/command';
import { requiredWord } from '../cli/flags';
import { facts, line, table, toned, type Cell, type Tone } from '../cli/view';
import { TARGET_FLAGS } from './target-flags';
import { stateCell } from './testbed-view';

const OBJECT_STATES: Readonly<Record<ShownObject['state'], readonly [Tone, Text]>> = {
  ready: ['good', text('ready', '준비됨')],
  waiting: ['warn', text('waiting', '대기 중')],
  failed: ['bad', text('failed', '실패')],
};

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
      ...Object.entries(testbed.outputs).map(([name, value]): readonly [Text, Cell] => [
        verbatim(name),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
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
                  live.quota.map(({ resource, used, hard }) => [resource, used, hard]),
                ),
              ]),
          ...(live.simulatedNodes
            ? [
                line(
                  toned(
                    'warn',
                    text(
                      'nodes are simulated: workloads look ready and do not run',
                      '노드가 모의 노드이므로 워크로드는 준비된 것으로 보이지만 실제로 실행되지 않습니다',
                    ),
                  ),
                ),
              ]
            : []),
        ]),
  ],
});

function endsCell(ends: string, daysLeft: number): Cell {
  if (daysLeft < 0) return toned('bad', text(`${ends}, over`, `${ends}, 기한 지남`));
  return toned(daysLeft <= 7 ? 'warn' : 'soft', text(`${ends}, ${daysLeft} days left`, `${ends}, ${daysLeft}일 남음`));
}
