import { TestbedError, text } from '../../errors';
import type { ClusterUpOptions } from '../../operations/cluster';
import { defineCommand } from '../cli/command';
import { parsedFlag, switchFlag } from '../cli/flags';
import { line } from '../cli/view';
import { clusterBlocks } from './cluster-view';
import { OFFLINE_FLAG } from './offline-flag';

const MOST_NODES = 100;

export const clusterUpCommand = defineCommand({
  name: 'cluster up',
  summary: text('start the embedded cluster', '내장 클러스터를 시작합니다'),
  description: text(
    'Prepares the tools and starts a Kubernetes control plane on this machine, without root. A cluster that runs is left as it is; what died is started again.',
    '도구를 준비하고 이 컴퓨터에서 루트 권한 없이 Kubernetes 컨트롤 플레인을 시작합니다. 실행 중인 클러스터는 그대로 두고, 죽은 구성 요소는 다시 시작합니다.',
  ),
  positionals: {},
  flags: {
    nodes: parsedFlag(
      {
        placeholder: 'simulated:N|none',
        fallback: 'simulated:3',
        summary: text('which nodes it offers', '제공할 노드'),
      },
      readNodes,
    ),
    'new-ports': switchFlag({
      summary: text(
        'choose new ports where another program holds the remembered ones',
        '기억해 둔 포트를 다른 프로그램이 사용 중이면 새 포트를 고릅니다',
      ),
    }),
    ...OFFLINE_FLAG,
  },
  examples: [
    { command: 'testbed cluster up', summary: text('with three simulated nodes', '모의 노드 3개로 시작') },
    { command: 'testbed cluster up --nodes none', summary: text('the control plane alone', '컨트롤 플레인만 시작') },
  ],
  whenInterrupted: text(
    'some components may run: `testbed cluster up` goes on, `testbed cluster down` stops them',
    '일부 구성 요소가 실행 중일 수 있습니다. `testbed cluster up`으로 이어서 하거나 `testbed cluster down`으로 중지하세요',
  ),
  handler: async ({ 'new-ports': newPorts, ...args }, context) =>
    (await import('../../operations/cluster.js')).clusterUp({ ...args, newPorts }, context),
  view: ({ outcome, status }) => [
    ...clusterBlocks(status),
    line(
      {
        started: text('the cluster is up', '클러스터를 시작했습니다'),
        repaired: text('the cluster is up again', '클러스터를 복구했습니다'),
        unchanged: text(
          'the cluster was up already; nothing changed',
          '클러스터가 이미 실행 중입니다. 변경한 것이 없습니다',
        ),
      }[outcome],
    ),
  ],
});

function readNodes(given: string | undefined, flag: string): ClusterUpOptions['nodes'] {
  if (given === undefined) return { kind: 'simulated', count: 3 };
  if (given === 'none') return { kind: 'none' };
  const count = Number(/^simulated:([0-9]{1,3})$/.exec(given)?.[1] ?? 0);
  if (count >= 1 && count <= MOST_NODES) return { kind: 'simulated', count };
  throw new TestbedError(
    'UsageWrong',
    text(
      `--${flag} is '${given}': write none, or simulated:N with N from 1 to ${MOST_NODES}`,
      `--${flag} 값 '${given}'은(는) 쓸 수 없습니다. none 또는 simulated:N(N은 1~${MOST_NODES})으로 지정하세요`,
    ),
  );
}
