import { text, verbatim, type Text } from '../../errors';
import type { ClusterUpResult } from '../../operations/cluster';
import { facts, line, table, toned, type Block, type Cell, type Tone } from '../cli/view';

type Status = ClusterUpResult['status'];

const STATES: Readonly<Record<Status['state'], readonly [Tone, Text]>> = {
  ready: ['good', text('ready', '준비됨')],
  starting: ['warn', text('starting', '시작 중')],
  degraded: ['bad', text('degraded', '일부 장애')],
  stopped: ['soft', text('stopped', '중지됨')],
  absent: ['soft', text('absent', '없음')],
};

const COMPONENT_STATES: Readonly<Record<Status['components'][number]['state'], readonly [Tone, Text]>> = {
  running: ['good', text('running', '실행 중')],
  starting: ['warn', text('starting', '시작 중')],
  'backing-off': ['bad', text('backing off', '재시작 대기')],
  stopped: ['soft', text('stopped', '중지됨')],
};

/** How the embedded cluster is; simulated nodes are said to be simulated. */
export function clusterBlocks(status: Status): readonly Block[] {
  const { server, version, certificates, nodes } = status;
  return [
    facts(
      [text('cluster', '클러스터'), toned(...STATES[status.state])],
      ...optional(text('server', '서버'), server),
      ...optional(verbatim('Kubernetes'), version),
      [text('nodes', '노드'), nodesText(nodes)],
      // The day is enough: certificates are renewed long before.
      ...optional(text('first certificate ends', '첫 인증서 만료'), certificates?.firstEnds.slice(0, 10)),
      [text('folder', '폴더'), status.directory],
      ...optional(text('problem', '문제'), status.problem),
    ),
    ...(status.components.length === 0
      ? []
      : [
          table(
            [
              text('COMPONENT', '구성 요소'),
              text('STATE', '상태'),
              text('PID', 'PID'),
              text('RESTARTS', '재시작'),
              text('LAST EXIT', '마지막 종료'),
            ],
            status.components.map((one) => [
              one.name,
              toned(...COMPONENT_STATES[one.state]),
              one.pid === undefined ? '' : String(one.pid),
              String(one.restarts),
              one.lastExit ?? '',
            ]),
          ),
        ]),
    ...(status.state === 'absent' || status.state === 'stopped'
      ? [line(toned('soft', text('start it: npx testbed cluster up', '시작하기: npx testbed cluster up')))]
      : []),
  ];
}

function nodesText(nodes: Status['nodes']): Text {
  switch (nodes.kind) {
    case 'real':
      return text('1 real: workloads run here', '실제 노드 1개: 워크로드가 여기서 실행됩니다');
    case 'simulated':
      return text(
        `${nodes.count} simulated: workloads look ready and do not run`,
        `모의 노드 ${nodes.count}개: 워크로드가 실제로 실행되지는 않습니다`,
      );
    case 'none':
      return text('none', '없음');
  }
}

function optional(label: Text, value: string | undefined): readonly (readonly [Text, Cell])[] {
  return value === undefined ? [] : [[label, value]];
}
