import { TestbedError, text } from '../../errors';
import type { ClusterUpOptions } from '../../operations/cluster';
import { defineCommand } from '../cli/command';
import { parsedFlag, switchFlag } from '../cli/flags';
import { line } from '../cli/view';
import { clusterBlocks } from './cluster-view';
import { OFFLINE_FLAG } from './offline-flag';
import { YES_FLAG } from './yes-flag';

const MOST_NODES = 100;
/** How many there are when nobody says. */
const SIMULATED = 3;

export const clusterUpCommand = defineCommand({
  name: 'cluster up',
  summary: text('start the embedded cluster', '내장 클러스터를 시작합니다'),
  description: text(
    'Prepares the tools and starts Kubernetes on this machine: a control plane, which needs no root, and nodes. auto keeps the nodes that a cluster has; a new one gets a real node on Linux as root, where that works and the download of Debian packages is agreed to, else simulated ones, and it says why. A cluster that runs is left as it is; what died is started again.',
    '도구를 준비하고 이 컴퓨터에서 Kubernetes를 시작합니다. 컨트롤 플레인에는 루트 권한이 필요 없습니다. auto는 기존 클러스터의 노드를 그대로 씁니다. 새 클러스터에는 Linux의 root 환경에서 가능하고 Debian 패키지 다운로드에 동의한 경우 실제 노드를, 그렇지 않으면 모의 노드를 쓰고 이유를 알립니다. 실행 중인 클러스터는 그대로 두고, 죽은 구성 요소는 다시 시작합니다.',
  ),
  positionals: {},
  flags: {
    nodes: parsedFlag(
      {
        placeholder: 'auto|real|simulated[:N]|none',
        fallback: 'auto',
        summary: text(
          'which nodes it offers: one that runs containers, some that only pretend, or none',
          '제공할 노드: 컨테이너를 실행하는 실제 노드, 모의 노드 또는 없음',
        ),
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
    ...YES_FLAG,
  },
  examples: [
    {
      command: 'testbed cluster up --yes',
      summary: text(
        'with a real node where that is possible, without asking about the download',
        '가능하면 실제 노드로, 다운로드 확인 없이 시작',
      ),
    },
    {
      command: 'testbed cluster up --nodes simulated',
      summary: text('with three simulated nodes', '모의 노드 3개로 시작'),
    },
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

function readNodes(given = 'auto', flag: string): ClusterUpOptions['nodes'] {
  if (given === 'auto' || given === 'real' || given === 'none') return { kind: given };
  const count = given === 'simulated' ? SIMULATED : Number(/^simulated:([0-9]{1,3})$/.exec(given)?.[1] ?? 0);
  if (count >= 1 && count <= MOST_NODES) return { kind: 'simulated', count };
  throw new TestbedError(
    'UsageWrong',
    text(
      `--${flag} is '${given}': write auto, real, none, simulated, or simulated:N with N from 1 to ${MOST_NODES}`,
      `--${flag} 값 '${given}'은(는) 쓸 수 없습니다. auto, real, none, simulated 또는 simulated:N(N은 1~${MOST_NODES})으로 지정하세요`,
    ),
  );
}
