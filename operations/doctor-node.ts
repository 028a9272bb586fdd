import type { Finding } from '../kubernetes/suitability';
import { realNodeObstacle, type ClusterStatus } from '../platform/cluster';
import { text } from '../errors';

/** Whether a real node is possible on this machine, tried out in namespaces that end with the try; else why not and what happens instead. */
export async function realNodeFinding(directory: string | undefined, signal: AbortSignal): Promise<Finding> {
  const title = text('real node', '실제 노드');
  const obstacle = await realNodeObstacle(signal, directory);
  if (obstacle === undefined)
    return { id: 'real-node', state: 'ok', title, detail: text('possible here', '이 컴퓨터에서 사용할 수 있습니다') };
  return {
    id: 'real-node',
    state: 'warning',
    title,
    detail: obstacle,
    remedy: text(
      'without it nodes are simulated: objects, admission, quota and access are real, containers do not run and network policies are not enforced',
      '없으면 모의 노드를 씁니다. 객체, 승인 규칙, 할당량, 접근 권한은 실제로 동작하지만 컨테이너는 실행되지 않고 네트워크 정책은 적용되지 않습니다',
    ),
  };
}

/** What is particular about the node of an embedded cluster; nothing where it has no real one. */
export function nodeFindings({ nodes, components }: Pick<ClusterStatus, 'nodes' | 'components'>): Finding[] {
  if (nodes.kind !== 'real') return [];
  const parts = components.filter(({ name }) => PARTS.has(name));
  const restarts = parts.reduce((sum, part) => sum + part.restarts, 0);
  return [
    {
      id: 'node-parts',
      state: parts.every(({ state }) => state === 'running') ? 'ok' : 'warning',
      title: text('parts of the node', '노드 구성 요소'),
      detail: text(
        `${parts.map(({ name, state }) => `${name} ${state}`).join(', ')}; ${restarts} restarts`,
        `${parts.map(({ name, state }) => `${name} ${state}`).join(', ')}, 재시작 ${restarts}회`,
      ),
    },
    {
      id: 'node-egress',
      state: 'ok',
      title: text('ways out of the node', '노드 밖으로의 통신'),
      detail: text(
        'none: pods reach nothing outside, and network.egress of a testbed.yaml has no effect here',
        '없음: 파드는 외부로 통신할 수 없으며 testbed.yaml의 network.egress는 여기서 효과가 없습니다',
      ),
    },
  ];
}

const PARTS: ReadonlySet<string> = new Set(['node-sandbox', 'containerd', 'kubelet', 'kube-proxy', 'calico-felix']);

/** Of a real node of ours it is known who enforces network policies, though no daemon set tells. */
export function withOurEnforcement(
  findings: readonly Finding[],
  { nodes, components }: Pick<ClusterStatus, 'nodes' | 'components'>,
): readonly Finding[] {
  const isEnforced = components.some(({ name, state }) => name === 'calico-felix' && state === 'running');
  if (nodes.kind !== 'real' || !isEnforced) return findings;
  return findings.map((finding) => {
    if (finding.id !== 'network-policy' || finding.state !== 'unknown') return finding;
    const { id, title } = finding;
    return {
      id,
      title,
      state: 'ok',
      detail: text('calico-felix enforces them on the node', '노드의 calico-felix가 적용합니다'),
    };
  });
}
