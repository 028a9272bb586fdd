import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitOf, poolsOf, type NodeRoom, type Room, type TestbedShare } from '../../operations/capacity-room';
import { NOTHING, amountOf, plus, podRequests, type Amounts } from '../../operations/pod-requests';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

const amounts = (cpu: number, memory: number, pods: number): Amounts => ({
  cpu,
  memory,
  'ephemeral-storage': 0,
  pods,
});

const node = (fields: Partial<NodeRoom> = {}): NodeRoom => ({
  name: 'node',
  simulated: false,
  unusable: undefined,
  allocatable: { cpu: 4000, memory: 16 * GIBIBYTE, 'ephemeral-storage': 100 * GIBIBYTE, pods: 110 },
  requested: NOTHING,
  ...fields,
});

const EMPTY: Room = {
  nodes: [],
  testbeds: [],
  waiting: NOTHING,
  outside: { requests: NOTHING, addresses: 0, services: 0, claimed: 0 },
  others: new Map(),
};

const small = (used: Amounts): TestbedShare => ({
  namespace: 'tb-aaaaaa',
  promised: { cpu: 500, memory: 2 * GIBIBYTE, 'ephemeral-storage': 4 * GIBIBYTE, pods: 15 },
  used,
  storage: { promised: 10 * GIBIBYTE, claimed: 0 },
  services: { promised: 10, used: 0 },
  addresses: 0,
});

describe('what still fits', () => {
  it('is what the quota of a size leaves room for; the tightest resource is named', () => {
    const room = { ...EMPTY, nodes: [node()] };
    // 110 pods for 15 each; CPU and memory would do for 8.
    expect(fitOf('small', room, 1)).toMatchObject({
      fits: 7,
      runsOutFirst: { resource: 'pods', basis: 'promised', free: 110, need: 15 },
      fitsNow: 7,
    });
    expect(fitOf('medium', room, 1)).toMatchObject({ fits: 2, runsOutFirst: { need: 2000, resource: 'cpu' } });
    expect(fitOf('large', room, 1)).toMatchObject({ fits: 0 });
  });

  it('keeps what testbeds are promised though they use less, and says what would fit if they stayed so', () => {
    const used = amounts(25, 256 * MEBIBYTE, 1);
    const room = {
      ...EMPTY,
      nodes: [node({ requested: plus(plus(used, used), plus(used, used)) })],
      testbeds: [small(used), small(used), small(used), small(used)],
    };
    expect(fitOf('small', room, 1)).toMatchObject({
      fits: 3,
      runsOutFirst: { resource: 'pods', basis: 'promised', taken: 60 },
      fitsNow: 7,
      runsOutFirstNow: { resource: 'pods', basis: 'used', taken: 4 },
    });
  });

  it('is more where the same may be promised several times, but never more pods than nodes take', () => {
    const testbeds = Array.from({ length: 6 }, () => small(NOTHING));
    const room = { ...EMPTY, nodes: [node({ allocatable: { ...node().allocatable, pods: 1000 } })], testbeds };
    expect(fitOf('small', room, 1)).toMatchObject({ fits: 2, runsOutFirst: { basis: 'promised' } });
    // Promised: 16 by CPU and memory, less 6. Now: nothing is used yet, so 8 could be filled.
    expect(fitOf('small', room, 2)).toMatchObject({ fits: 8, runsOutFirst: { basis: 'used' } });
    expect(poolsOf(room, 2).find(({ resource, basis }) => resource === 'pods' && basis === 'promised')?.capacity).toBe(
      1000,
    );
  });

  it('is nothing where no node has room for a database as a whole, whatever is free in crumbs', () => {
    const crumbs = node({ requested: amounts(3980, 15 * GIBIBYTE + 900 * MEBIBYTE, 5) });
    const room = { ...EMPTY, nodes: Array.from({ length: 100 }, () => crumbs) };
    expect(fitOf('small', room, 20)).toMatchObject({
      fits: 0,
      runsOutFirst: { resource: 'first-pod', free: 0 },
    });
  });

  it('does not count a node that takes nothing new', () => {
    const nodes = (['not-ready', 'unschedulable', 'tainted'] as const).map((unusable) => node({ unusable }));
    expect(fitOf('small', { ...EMPTY, nodes }, 1).fits).toBe(0);
  });

  it('ends with what is beside the nodes where that is tighter: disk, addresses, database, processes', () => {
    const room = (resource: 'volumes' | 'service-addresses' | 'cluster-database' | 'host-processes'): Room => ({
      ...EMPTY,
      nodes: [node()],
      others: new Map([[resource, { capacity: 25 * GIBIBYTE, used: 25 * GIBIBYTE - 21 }]]),
    });
    expect(fitOf('small', room('service-addresses'), 1)).toMatchObject({
      fits: 2,
      runsOutFirst: { resource: 'service-addresses', basis: 'used', need: 10 },
    });
    for (const resource of ['volumes', 'cluster-database', 'host-processes'] as const)
      expect(fitOf('small', room(resource), 1)).toMatchObject({ fits: 0, runsOutFirst: { resource } });
  });
});

const anyAmounts = fc
  .record({ cpu: fc.nat(3000), memory: fc.nat(4096), storage: fc.nat(4096) })
  .map(({ cpu, memory, storage }): Amounts => ({
    cpu,
    memory: memory * MEBIBYTE,
    'ephemeral-storage': storage * MEBIBYTE,
    pods: 1,
  }));
const anyNode = fc
  .record({
    cores: fc.nat(32),
    memory: fc.nat(64),
    pods: fc.nat(250),
    requested: anyAmounts,
    unusable: fc.constantFrom(undefined, undefined, undefined, 'not-ready' as const),
  })
  .map(({ cores, memory, pods, requested, unusable }) =>
    node({
      unusable,
      requested,
      allocatable: {
        cpu: cores * 1000,
        memory: memory * GIBIBYTE,
        'ephemeral-storage': 100 * GIBIBYTE,
        pods,
      },
    }),
  );
const anyRoom = fc
  .record({
    nodes: fc.array(anyNode, { maxLength: 5 }),
    used: fc.array(anyAmounts, { maxLength: 4 }),
    waiting: anyAmounts,
  })
  .map(({ nodes, used, waiting }): Room => ({ ...EMPTY, nodes, waiting, testbeds: used.map(small) }));

describe('a pod more', () => {
  it('never raises what fits, wherever it runs and whosever it is', () => {
    fc.assert(
      fc.property(
        anyRoom,
        anyAmounts,
        fc.nat(10),
        fc.constantFrom('node', 'waiting'),
        fc.boolean(),
        fc.constantFrom('small', 'medium', 'large'),
        fc.double({ min: 1, max: 20, noNaN: true }),
        (room, pod, which, place, ours, size, overcommit) => {
          const index = room.nodes.length === 0 ? -1 : which % room.nodes.length;
          const more: Room = {
            ...room,
            nodes: room.nodes.map((one, at) =>
              place === 'node' && at === index ? { ...one, requested: plus(one.requested, pod) } : one,
            ),
            waiting: place === 'waiting' || index === -1 ? plus(room.waiting, pod) : room.waiting,
            testbeds: room.testbeds.map((one, at) => (ours && at === 0 ? { ...one, used: plus(one.used, pod) } : one)),
            outside: ours ? room.outside : { ...room.outside, requests: plus(room.outside.requests, pod) },
          };
          const before = fitOf(size, room, overcommit);
          const after = fitOf(size, more, overcommit);
          expect(after.fits ?? 0).toBeLessThanOrEqual(before.fits ?? 0);
          expect(after.fitsNow ?? 0).toBeLessThanOrEqual(before.fitsNow ?? 0);
          expect(before.fits ?? 0).toBeLessThanOrEqual(before.fitsNow ?? 0);
        },
      ),
    );
  });
});

describe('what a pod takes', () => {
  const container = (cpu: string, memory: string, more: object = {}): object => ({
    resources: { requests: { cpu, memory } },
    ...more,
  });
  const sidecar = { restartPolicy: 'Always' };

  it.each([
    ['its containers together', { containers: [container('100m', '1Gi'), container('1', '1Gi')] }, [1100, 2048]],
    [
      'the start where that takes more, resource by resource',
      { containers: [container('100m', '1Gi')], initContainers: [container('2', '1Mi'), container('1m', '3Gi')] },
      [2000, 3072],
    ],
    [
      'sidecars with the containers, and with every later step of the start',
      {
        containers: [container('100m', '128Mi')],
        initContainers: [container('250m', '1Mi'), container('200m', '64Mi', sidecar), container('300m', '1Mi')],
      },
      [500, 192],
    ],
    [
      'what is said of it as a whole, before its containers; its overhead on top',
      {
        containers: [container('100m', '128Mi')],
        resources: { requests: { cpu: '1500m' } },
        overhead: { cpu: '10m', memory: '2Mi' },
      },
      [1510, 130],
    ],
    ['nothing but its place where it says nothing', { containers: [{}] }, [0, 0]],
  ])('is %s', (_title, spec, [cpu, mebibytes]) => {
    expect(podRequests({ spec })).toEqual({
      cpu,
      memory: (mebibytes ?? 0) * MEBIBYTE,
      'ephemeral-storage': 0,
      pods: 1,
    });
  });

  it('is read from every notation of the API, and rounded up', () => {
    expect(['1', '100m', '0.5', '1500u', '2e2', '1k'].map((quantity) => amountOf(quantity, 'cpu'))).toEqual([
      1000, 100, 500, 2, 200_000, 1_000_000,
    ]);
    expect(['1Gi', '1G', '1.5Ki', '100m', '', 'many'].map((quantity) => amountOf(quantity, 'memory'))).toEqual([
      GIBIBYTE,
      1e9,
      1536,
      1,
      0,
      0,
    ]);
    expect([7, undefined, null].map((quantity) => amountOf(quantity, 'memory'))).toEqual([0, 0, 0]);
  });
});
