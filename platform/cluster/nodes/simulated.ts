import { LABELS } from '../../../components/vocabulary';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { CLUSTER_MANAGER } from '../bootstrap/objects';
import type { NodeProvider } from './provider';

const SELECTOR = `${LABELS.simulated}=true`;
/** What each pretends to have: enough that a testbed's requests always fit. */
const CAPACITY = { cpu: '32', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '1000' };

function nodeName(index: number): string {
  return `simulated-${index}`;
}

function node(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        [LABELS.simulated]: 'true',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
      },
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
    },
  };
}

function isReady(object: KubernetesObject): boolean {
  const status = object['status'];
  if (typeof status !== 'object' || status === null || !('conditions' in status)) return false;
  if (!Array.isArray(status.conditions)) return false;
  return status.conditions.some(
    (condition: unknown) =>
      typeof condition === 'object' &&
      condition !== null &&
      'type' in condition &&
      condition.type === 'Ready' &&
      'status' in condition &&
      condition.status === 'True',
  );
}

/** `count` nodes that only pretend: kwok answers for them and for the pods on them. With 0, simulated nodes of before are ended. */
export function simulatedNodes(count: number): NodeProvider {
  const names = Array.from({ length: count }, (_, index) => nodeName(index + 1));
  return {
    count,
    async ensure(client: KubernetesClient, signal: AbortSignal): Promise<void> {
      for await (const { metadata } of client.list('v1', 'Node', { labelSelector: SELECTOR, signal })) {
        const reference = { apiVersion: 'v1', kind: 'Node', name: metadata.name };
        if (!names.includes(metadata.name)) await client.delete(reference, { signal });
      }
      for (const name of names) {
        await client.apply(node(name), { fieldManager: CLUSTER_MANAGER, force: true, signal });
        const status = { capacity: CAPACITY, allocatable: CAPACITY };
        await client.mergePatch(
          { apiVersion: 'v1', kind: 'Node', name },
          { status },
          { fieldManager: CLUSTER_MANAGER, subresource: 'status', signal },
        );
      }
    },
    async ready(client: KubernetesClient, signal: AbortSignal): Promise<number> {
      let ready = 0;
      for await (const object of client.list('v1', 'Node', { labelSelector: SELECTOR, signal }))
        if (isReady(object)) ready++;
      return ready;
    },
  };
}
