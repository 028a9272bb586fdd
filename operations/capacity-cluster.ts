import { LABELS } from '../components/vocabulary';
import { isKubernetesError } from '../kubernetes/failures';
import { fieldsAt, listAt, stringAt, stringsAt } from '../kubernetes/json';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/types';
import type { NodeRoom, Room, TestbedShare } from './capacity-room';
import { NOTHING, amountOf, amountsOf, plus, podRequests, type Amounts } from './pod-requests';
import { volumesInUse, type VolumeUse } from './volumes';

/** What the API server tells of room: sums, not objects. */
export interface Observation extends Omit<Room, 'others'> {
  /** Pods that were counted. */
  readonly pods: number;
  /** Addresses of pods in all nodes' ranges; undefined where the nodes have none. */
  readonly podAddresses: number | undefined;
  /** Addresses of Services; undefined where the server does not tell. */
  readonly serviceAddresses: number | undefined;
  readonly volumes: readonly VolumeUse[];
}

/** What one namespace has now. */
interface Tally {
  requests: Amounts;
  addresses: number;
  services: number;
  claimed: number;
}

/**
 * Reads nodes, quotas, pods, Services and volumes, page by page, and keeps sums only. `onPods` is told from time to time how far it is.
 * Throws KubernetesRefused where nodes or pods may not be read: without these nothing can be said.
 */
export async function observe(
  client: KubernetesClient,
  signal: AbortSignal,
  onPods: (counted: number) => void,
): Promise<Observation> {
  const nodes = new Map<string, { readonly node: KubernetesObject; requested: Amounts }>();
  for await (const node of client.list('v1', 'Node', { signal }))
    nodes.set(node.metadata.name, { node, requested: NOTHING });
  const tallies = new Map<string, Tally>();
  const tallyOf = (namespace: string): Tally => {
    const known = tallies.get(namespace) ?? { requests: NOTHING, addresses: 0, services: 0, claimed: 0 };
    tallies.set(namespace, known);
    return known;
  };
  const { pods, waiting } = await countPods(client, { nodes, tallyOf, signal, onPods });
  for await (const service of client.list('v1', 'Service', { signal }))
    if (hasAddress(service)) tallyOf(service.metadata.namespace ?? '').services += 1;
  const volumes = await volumesInUse(client);
  for (const { namespace, size } of volumes) tallyOf(namespace).claimed += size;
  const testbeds = await shares(client, tallies, signal);
  const outside = [...tallies.values()].reduce<Tally>(
    (sum, one) => ({
      requests: plus(sum.requests, one.requests),
      addresses: sum.addresses + one.addresses,
      services: sum.services + one.services,
      claimed: sum.claimed + one.claimed,
    }),
    { requests: NOTHING, addresses: 0, services: 0, claimed: 0 },
  );
  return {
    nodes: [...nodes.values()].map(({ node, requested }) => nodeRoom(node, requested)),
    testbeds,
    waiting,
    outside,
    pods,
    podAddresses: podAddresses([...nodes.values()].map(({ node }) => node)),
    serviceAddresses: await serviceAddresses(client, signal),
    volumes,
  };
}

async function countPods(
  client: KubernetesClient,
  {
    nodes,
    tallyOf,
    signal,
    onPods,
  }: {
    readonly nodes: ReadonlyMap<string, { requested: Amounts }>;
    readonly tallyOf: (namespace: string) => Tally;
    readonly signal: AbortSignal;
    readonly onPods: (counted: number) => void;
  },
): Promise<{ readonly pods: number; readonly waiting: Amounts }> {
  let pods = 0;
  let waiting = NOTHING;
  // What is over holds nothing any more.
  const alive = 'status.phase!=Succeeded,status.phase!=Failed';
  for await (const pod of client.list('v1', 'Pod', { fieldSelector: alive, signal })) {
    const spec = fieldsAt(pod, 'spec');
    const requests = podRequests(pod);
    const tally = tallyOf(pod.metadata.namespace ?? '');
    tally.requests = plus(tally.requests, requests);
    if (spec['hostNetwork'] !== true) tally.addresses += 1;
    const node = nodes.get(stringAt(spec, 'nodeName') ?? '');
    if (node === undefined) waiting = plus(waiting, requests);
    else node.requested = plus(node.requested, requests);
    pods += 1;
    if (pods % 500 === 0) onPods(pods);
  }
  onPods(pods);
  return { pods, waiting };
}

/** Testbeds by their quota; what they have is taken out of `tallies`. A quota of some pods only (scoped) promises nothing. */
async function shares(
  client: KubernetesClient,
  tallies: Map<string, Tally>,
  signal: AbortSignal,
): Promise<TestbedShare[]> {
  const found: TestbedShare[] = [];
  // Standing namespaces have quotas too, for dry runs: they promise nobody anything.
  const labelSelector = `${LABELS.managed}=true,${LABELS.testbed}`;
  for await (const quota of client.list('v1', 'ResourceQuota', { labelSelector, signal })) {
    const { namespace = '' } = quota.metadata;
    const spec = fieldsAt(quota, 'spec');
    const hard = fieldsAt(spec, 'hard');
    if ('scopes' in spec || 'scopeSelector' in spec || !('requests.cpu' in hard)) continue;
    const tally = tallies.get(namespace) ?? { requests: NOTHING, addresses: 0, services: 0, claimed: 0 };
    tallies.delete(namespace);
    found.push({
      namespace,
      promised: {
        ...amountsOf({
          cpu: hard['requests.cpu'],
          memory: hard['requests.memory'],
          'ephemeral-storage': hard['requests.ephemeral-storage'],
          pods: hard['pods'],
        }),
      },
      used: tally.requests,
      storage: { promised: amountOf(hard['requests.storage'], 'storage'), claimed: tally.claimed },
      services: { promised: amountOf(hard['services'], 'services'), used: tally.services },
      addresses: tally.addresses,
    });
  }
  return found;
}

function nodeRoom(node: KubernetesObject, requested: Amounts): NodeRoom {
  return {
    name: node.metadata.name,
    simulated: node.metadata.labels?.[LABELS.simulated] === 'true',
    unusable: unusableBecause(node),
    allocatable: amountsOf(fieldsAt(node, 'status', 'allocatable')),
    requested,
  };
}

function unusableBecause(node: KubernetesObject): NodeRoom['unusable'] {
  const ready = listAt(node, 'status', 'conditions').find((one) => one['type'] === 'Ready');
  if (ready?.['status'] !== 'True') return 'not-ready';
  if (fieldsAt(node, 'spec')['unschedulable'] === true) return 'unschedulable';
  // A testbed's pods tolerate nothing.
  const taints = listAt(node, 'spec', 'taints').map(({ effect }) => effect);
  return taints.some((effect) => effect === 'NoSchedule' || effect === 'NoExecute') ? 'tainted' : undefined;
}

function hasAddress(service: KubernetesObject): boolean {
  const address = stringAt(fieldsAt(service, 'spec'), 'clusterIP');
  return address !== undefined && address !== '' && address !== 'None';
}

/** Network, broadcast and the bridge of each node are nobody's. */
const RESERVED_OF_PODS = 3;

function podAddresses(nodes: readonly KubernetesObject[]): number | undefined {
  const ranges = nodes.flatMap((node) => stringsAt(fieldsAt(node, 'spec'), 'podCIDRs').slice(0, 1));
  if (ranges.length === 0) return undefined;
  return ranges.reduce((sum, range) => sum + Math.max(0, addressesIn(range) - RESERVED_OF_PODS), 0);
}

async function serviceAddresses(client: KubernetesClient, signal: AbortSignal): Promise<number | undefined> {
  const group = 'networking.k8s.io/v1';
  if ((await client.resource(group, 'ServiceCIDR')) === undefined) return undefined;
  try {
    let sum = 0;
    for await (const range of client.list(group, 'ServiceCIDR', { signal })) {
      const [first] = stringsAt(fieldsAt(range, 'spec'), 'cidrs');
      // The first and the last of a range are not given out.
      if (first !== undefined) sum += Math.max(0, addressesIn(first) - 2);
    }
    return sum === 0 ? undefined : sum;
  } catch (error) {
    if (isKubernetesError(error, 'Forbidden')) return undefined;
    throw error;
  }
}

/** How many addresses a range has: `10.96.0.0/16` has 65,536. 0 for what is none. */
export function addressesIn(range: string): number {
  const [address = '', prefix = ''] = range.split('/');
  const bits = address.includes(':') ? 128 : 32;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? 2 ** (bits - Number(prefix)) : 0;
}
