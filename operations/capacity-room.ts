import { hardLimits } from '../components/quota';
import { SIZES, type SizeName } from '../components/sizes';
import { NODE_RESOURCES, amountOf, amountsOf, combined, plus, NOTHING, type Amounts } from './pod-requests';

/** What a testbed may come to by its quota, and what it has now. */
export interface TestbedShare {
  readonly namespace: string;
  readonly promised: Amounts;
  readonly used: Amounts;
  /** Bytes of volumes. */
  readonly storage: { readonly promised: number; readonly claimed: number };
  /** Services with an address of their own. */
  readonly services: { readonly promised: number; readonly used: number };
  /** Pods with an address of the pods' network now. */
  readonly addresses: number;
}

export interface NodeRoom {
  readonly name: string;
  readonly simulated: boolean;
  /** Why nothing new can run there; undefined where it can. */
  readonly unusable: 'not-ready' | 'unschedulable' | 'tainted' | undefined;
  readonly allocatable: Amounts;
  readonly requested: Amounts;
}

/** What is looked at beside the nodes' own resources. */
export type OtherPool =
  | 'volumes'
  | 'pod-addresses'
  | 'service-addresses'
  | 'cluster-database'
  | 'host-memory'
  | 'host-processes'
  | 'host-watches';

export interface Room {
  readonly nodes: readonly NodeRoom[];
  readonly testbeds: readonly TestbedShare[];
  /** Of pods that no usable node has: they wait for one. */
  readonly waiting: Amounts;
  /** Of everything that belongs to no testbed. */
  readonly outside: {
    readonly requests: Amounts;
    readonly addresses: number;
    readonly services: number;
    readonly claimed: number;
  };
  /** How much there is in all, and how much is taken now. */
  readonly others: ReadonlyMap<OtherPool, { readonly capacity: number; readonly used: number }>;
}

export type ResourceId = (typeof NODE_RESOURCES)[number] | 'first-pod' | OtherPool;

/** `promised`: everybody may use the whole quota. `used`: all others stay as they are now. */
export type Basis = 'promised' | 'used';

export interface Pool {
  readonly resource: ResourceId;
  readonly basis: Basis;
  readonly capacity: number;
  readonly taken: number;
}

export interface Limit extends Pool {
  readonly free: number;
  /** For one testbed of this size. */
  readonly need: number;
  readonly fits: number;
}

export interface Fit {
  readonly size: SizeName;
  /** How many more, with every promise kept; undefined where nothing at all is known. */
  readonly fits: number | undefined;
  readonly runsOutFirst: Limit | undefined;
  /** How many more if all others stay as they are now. */
  readonly fitsNow: number | undefined;
  readonly runsOutFirstNow: Limit | undefined;
  /** The tightest first. */
  readonly limits: readonly Limit[];
}

/*
 * No quota says these, so they are estimates on the safe side: what a testbed of platform objects and a participant's own takes of the
 * cluster's database (two dozen of ours measured below 200 kB with their history), and what a pod takes of the host.
 */
const DATABASE_BYTES: Readonly<Record<SizeName, number>> = { small: 2 ** 20, medium: 2 ** 21, large: 2 ** 22 };
const PROCESSES_A_POD = 32;
const WATCHES_A_POD = 2;

/** What one testbed of a size is promised. */
function needs(size: SizeName): Readonly<Record<ResourceId, number>> {
  const hard = hardLimits(SIZES[size]);
  const { pods } = SIZES[size].quota.counts;
  const memory = amountOf(hard['requests.memory'], 'memory');
  return {
    cpu: amountOf(hard['requests.cpu'], 'cpu'),
    memory,
    'ephemeral-storage': amountOf(hard['requests.ephemeral-storage'], 'ephemeral-storage'),
    pods,
    'first-pod': 1,
    volumes: amountOf(hard['requests.storage'], 'storage'),
    'pod-addresses': pods,
    'service-addresses': SIZES[size].quota.counts.services,
    'cluster-database': DATABASE_BYTES[size],
    'host-memory': memory,
    'host-processes': pods * PROCESSES_A_POD,
    'host-watches': pods * WATCHES_A_POD,
  };
}

/** What there is and what is taken, by resource and basis. `overcommit`: how often node resources and volumes may be promised; pods and addresses only once. */
export function poolsOf(room: Room, overcommit: number): readonly Pool[] {
  const usable = room.nodes.filter(({ unusable }) => unusable === undefined);
  const capacity = usable.map(({ allocatable }) => allocatable).reduce(plus, NOTHING);
  const promised = room.testbeds
    .map((one) => combined(one.promised, one.used, Math.max))
    .reduce(plus, room.outside.requests);
  const used = usable.map((node) => combined(node.allocatable, node.requested, Math.min)).reduce(plus, room.waiting);
  const often = (resource: ResourceId): number => (resource === 'pods' ? 1 : overcommit);
  return [
    ...NODE_RESOURCES.flatMap((resource): Pool[] => [
      {
        resource,
        basis: 'promised',
        capacity: Math.floor(capacity[resource] * often(resource)),
        taken: promised[resource],
      },
      { resource, basis: 'used', capacity: capacity[resource], taken: used[resource] },
    ]),
    ...promisedPools(room, overcommit),
    ...[...room.others].map(([resource, known]): Pool => ({
      resource,
      basis: 'used',
      capacity: known.capacity,
      taken: known.used,
    })),
  ];
}

function promisedPools({ others, testbeds, outside }: Room, overcommit: number): readonly Pool[] {
  const sum = (of: (one: TestbedShare) => number): number => testbeds.reduce((total, one) => total + of(one), 0);
  const pool = (resource: OtherPool, taken: number, often = 1): Pool[] => {
    const known = others.get(resource);
    if (known === undefined) return [];
    return [{ resource, basis: 'promised', capacity: Math.floor(known.capacity * often), taken }];
  };
  return [
    ...pool('volumes', sum(({ storage }) => Math.max(storage.promised, storage.claimed)) + outside.claimed, overcommit),
    ...pool('pod-addresses', sum((one) => Math.max(one.promised.pods, one.addresses)) + outside.addresses),
    ...pool('service-addresses', sum(({ services }) => Math.max(services.promised, services.used)) + outside.services),
  ];
}

/** How many more testbeds of a size there is room for. Never more after something was added. */
export function fitOf(size: SizeName, room: Room, overcommit: number): Fit {
  const need = needs(size);
  const limits = [...poolsOf(room, overcommit), firstPods(size, room)]
    .map((pool): Limit => {
      const free = Math.max(0, pool.capacity - pool.taken);
      return { ...pool, free, need: need[pool.resource], fits: Math.floor(free / need[pool.resource]) };
    })
    .toSorted((left, right) => left.free / left.need - right.free / right.need);
  const [first] = limits;
  const firstNow = limits.find(({ basis }) => basis === 'used');
  return {
    size,
    fits: first?.fits,
    runsOutFirst: first,
    fitsNow: firstNow?.fits,
    runsOutFirstNow: firstNow,
    limits,
  };
}

/** How many databases of this size find a node that has room for one as a whole: what is free in crumbs over many nodes helps nobody. */
function firstPods(size: SizeName, { nodes }: Room): Pool {
  const { cpu, memory, ephemeralStorage } = SIZES[size].database.request;
  const pod: Amounts = { ...amountsOf({ cpu, memory, 'ephemeral-storage': ephemeralStorage }), pods: 1 };
  const places = nodes
    .filter(({ unusable }) => unusable === undefined)
    .map(({ allocatable, requested }) => {
      const each = combined(
        combined(allocatable, requested, (all, taken) => Math.max(0, all - taken)),
        pod,
        (free, one) => Math.floor(free / one),
      );
      return Math.min(each.cpu, each.memory, each['ephemeral-storage'], each.pods);
    });
  return { resource: 'first-pod', basis: 'used', capacity: places.reduce((sum, one) => sum + one, 0), taken: 0 };
}
