import { TestbedError, text } from '../../../../errors';
import type { RealNodeFacts } from '../../config/real-node-facts';
import type { ClusterRecord } from '../../record/cluster-record';
import type { RealNodeTool } from '../../types';
import { nodeCgroup } from './cgroups';

/** What the configuration of the node depends on; undefined when the cluster has none. */
export function realNodeFacts({ nodes, realNode, ports }: ClusterRecord, token: string): RealNodeFacts | undefined {
  if (nodes.kind !== 'real' || realNode === undefined) return undefined;
  return {
    ...realNode.network,
    apiServerPort: ports.apiServer,
    cgroup: nodeCgroup(token),
    pauseImage: realNode.pause,
  };
}

/** Paths of the node's programs. Throws ToolMissing. */
export function realNodePrograms(tools: ClusterRecord['tools']): Readonly<Record<RealNodeTool, string>> {
  const path = (name: RealNodeTool): string => {
    const found = tools[name];
    if (found === undefined) throw missing(name);
    return found;
  };
  return {
    kubelet: path('kubelet'),
    'kube-proxy': path('kube-proxy'),
    'calico-felix': path('calico-felix'),
    'calico-cni': path('calico-cni'),
  };
}

function missing(name: RealNodeTool): TestbedError {
  return new TestbedError(
    'ToolMissing',
    text(`a real node needs the tool ${name}, which is not there`, `실제 노드에 필요한 도구 ${name}이(가) 없습니다`),
    {
      hint: text(
        `install it: testbed tools install ${name}, or go on with simulated nodes: testbed cluster up --nodes simulated`,
        `설치하세요: testbed tools install ${name}, 또는 모의 노드를 쓰세요: testbed cluster up --nodes simulated`,
      ),
    },
  );
}
