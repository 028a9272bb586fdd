import { REAL_NODE } from '../../../components/vocabulary';
import { conditionOf, conditionsOf } from '../../../kubernetes/conditions';
import { listAt, stringAt, fieldsAt } from '../../../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { DNS_LABEL, DNS_NAMESPACE } from '../bootstrap/cluster-dns';
import { CLUSTER_MANAGER } from '../bootstrap/objects';
import type { NodeProvider } from './provider';
import { simulatedNodes } from './simulated';

const REFERENCE = { apiVersion: 'v1', kind: 'Node', name: REAL_NODE } as const;

/**
 * The node made of real parts, at `address`. Its object comes before its kubelet, which fills it in: felix needs the address noted on it.
 * It is ready when the kubelet has said so after `since` and a name server that was started after it answers; what the API server still has from
 * before a restart counts for nothing.
 */
export function realNode(address: string, since: Date): NodeProvider {
  // The API server keeps whole seconds.
  const earliest = Math.floor(since.getTime() / 1000) * 1000;
  return {
    count: 1,
    async ensure(client, signal) {
      await simulatedNodes(0).ensure(client, signal);
      await client.apply(node(address), { fieldManager: CLUSTER_MANAGER, force: true, signal });
    },
    async ready(client, signal) {
      const found = await client.get(REFERENCE, signal);
      return found !== undefined && isReady(found, earliest) && (await hasNames(client, earliest, signal)) ? 1 : 0;
    },
  };
}

/** Ends the object of a real node that an earlier choice made. */
export async function endRealNode(client: KubernetesClient, signal: AbortSignal): Promise<void> {
  await client.delete(REFERENCE, { signal });
}

function node(address: string): KubernetesObject {
  return {
    apiVersion: REFERENCE.apiVersion,
    kind: REFERENCE.kind,
    metadata: {
      name: REAL_NODE,
      labels: { 'kubernetes.io/hostname': REAL_NODE, 'kubernetes.io/os': 'linux' },
      annotations: { 'projectcalico.org/IPv4Address': `${address}/30` },
    },
  };
}

function isReady(object: KubernetesObject, earliest: number): boolean {
  if (conditionOf(object, 'Ready')?.status !== 'True') return false;
  const heartbeats = listAt(object, 'status', 'conditions').filter(({ type }) => type === 'Ready');
  return heartbeats.some((condition) => isAfter(stringAt(condition, 'lastHeartbeatTime'), earliest));
}

/** Whether CoreDNS answers: without names hardly anything in a testbed works. */
async function hasNames(client: KubernetesClient, earliest: number, signal: AbortSignal): Promise<boolean> {
  const selection = { namespace: DNS_NAMESPACE, labelSelector: DNS_LABEL, signal };
  for await (const pod of client.list('v1', 'Pod', selection)) {
    const isAnswering = conditionsOf(pod).some(({ type, status }) => type === 'Ready' && status === 'True');
    const isOfNow = listAt(pod, 'status', 'containerStatuses').some((container) =>
      isAfter(stringAt(fieldsAt(container, 'state', 'running'), 'startedAt'), earliest),
    );
    if (isAnswering && isOfNow && pod.metadata.deletionTimestamp === undefined) return true;
  }
  return false;
}

function isAfter(time: string | undefined, earliest: number): boolean {
  return time !== undefined && Date.parse(time) >= earliest;
}
