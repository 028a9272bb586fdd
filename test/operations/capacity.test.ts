import { afterAll, beforeAll, expect, it } from 'vitest';
import { listAt } from '../../kubernetes/json';
import type { KubernetesObject } from '../../kubernetes/types';
import { capacity, type CapacityResult } from '../../operations/capacity';
import { SIZES } from '../../components/sizes';
import { hardLimits } from '../../components/quota';
import { cliOnCluster } from '../support/cli-on-cluster';
import { openOwnCluster, type OwnCluster } from '../support/own-cluster';

/** A real API server and a real controller manager; the nodes are objects that nothing runs behind. */
let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await openOwnCluster();
  // Its simulated node bears a taint until the controllers have seen it.
  for await (const event of cluster.admin.watch('v1', 'Node', { timeoutSeconds: 60 }))
    if (event.type !== 'BOOKMARK' && listAt(event.object, 'spec', 'taints').length === 0) break;
});
afterAll(async () => {
  await cluster.close();
});

const GIBIBYTE = 2 ** 30;
const ALLOCATABLE = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '50Gi', pods: '110' };

async function addNode(name: string, spec: object = {}): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Node', name };
  await cluster.admin.create({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec });
  const now = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'Test', message: '', lastHeartbeatTime: now };
  const status = {
    capacity: ALLOCATABLE,
    allocatable: ALLOCATABLE,
    conditions: [{ ...ready, lastTransitionTime: now }],
  };
  await cluster.admin.mergePatch(reference, { status }, { subresource: 'status' });
  // The server taints what is new until a controller has seen that it is ready.
  await cluster.admin.mergePatch(reference, { spec: { taints: [], ...spec } });
}

function pod(namespace: string, name: string, nodeName: string, requests: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: {
      nodeName,
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'example.test/none:1', resources: { requests } }],
    },
  };
}

async function addNamespace(name: string): Promise<void> {
  await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  // The controller makes it too; a pod can't be made before.
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: name, name: 'default' } };
  await cluster.admin.apply(account, { force: true });
}

const look = (more: object = {}): Promise<CapacityResult> =>
  capacity({ ...cluster.site.target, ...more }, cluster.site.surroundings);

const pool = ({ resources }: CapacityResult, resource: string, basis: string): unknown => {
  const found = resources.find((one) => one.resource === resource && one.basis === basis);
  return found === undefined ? undefined : [found.taken, found.capacity];
};

it('counts nodes, pods, quotas and Services of a real cluster exactly, and names what it cannot see', async () => {
  const before = await look();
  expect(before).toMatchObject({ usableNodes: 1, simulatedNodes: 1, testbeds: 0, overcommit: 1 });
  await addNode('made-1');
  await addNode('made-2');
  await addNode('closed', { unschedulable: true });
  await addNode('tainted', { taints: [{ key: 'own', effect: 'NoSchedule' }] });
  const bare = await look();
  expect([bare.usableNodes, bare.simulatedNodes, bare.nodes.length]).toEqual([3, 1, 5]);
  expect(bare.nodes.flatMap(({ name, unusable }) => (unusable === undefined ? [] : [[name, unusable]]))).toEqual([
    ['closed', 'unschedulable'],
    ['tainted', 'tainted'],
  ]);
  const free = { cpu: 32_000 + 2 * 4000, memory: (256 + 16) * GIBIBYTE };
  const taken = pool(before, 'cpu', 'used');
  expect(taken).toEqual([expect.any(Number), 32_000]);
  expect(pool(bare, 'cpu', 'promised')).toEqual([expect.any(Number), free.cpu]);
  expect(pool(bare, 'memory', 'used')).toEqual([expect.any(Number), free.memory]);

  // The second is as the standing namespaces for previews have it.
  for (const [namespace, labels] of [
    ['tb-aaaaaa', { 'testbed.io/managed': 'true', 'testbed.io/testbed': 'tb-aaaaaa' }],
    ['standing', { 'testbed.io/managed': 'true' }],
  ] as const) {
    await addNamespace(namespace);
    await cluster.admin.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { namespace, name: 'quota', labels },
      spec: { hard: hardLimits(SIZES.medium) },
    });
  }
  await addNamespace('somebody');
  const requests = { cpu: '1500m', memory: '1Gi', 'ephemeral-storage': '1Gi' };
  for (const [namespace, name, node] of [
    ['somebody', 'one', 'made-1'],
    ['somebody', 'two', 'tainted'],
  ] as const)
    await cluster.admin.create(pod(namespace, name, node, requests));
  await cluster.admin.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'somebody', name: 'web' },
    spec: { ports: [{ port: 80 }] },
  });

  const after = await look();
  expect([after.testbeds, after.pods - bare.pods]).toEqual([1, 2]);
  const grown = (resource: string, basis: string): unknown => {
    const [from, to] = [pool(bare, resource, basis), pool(after, resource, basis)];
    return Array.isArray(from) && Array.isArray(to) ? [to[0] - from[0], to[1] - from[1]] : undefined;
  };
  // Both pods belong to nobody's testbed; what runs on the tainted node takes nothing from the usable ones.
  expect(grown('cpu', 'promised')).toEqual([2000 + 3000, 0]);
  expect(grown('cpu', 'used')).toEqual([1500, 0]);
  expect(grown('memory', 'promised')).toEqual([(8 + 2) * GIBIBYTE, 0]);
  expect(grown('pods', 'promised')).toEqual([40 + 2, 0]);
  expect(grown('service-addresses', 'used')).toEqual([1, 0]);
  expect(grown('service-addresses', 'promised')).toEqual([20 + 1, 0]);
  expect(pool(after, 'service-addresses', 'used')).toEqual([expect.any(Number), 65_534]);
  expect(after.unknown.map(({ resource }) => resource).toSorted()).toEqual([
    'cluster-database',
    'pod-addresses',
    'volumes',
  ]);

  const [fit] = (await look({ size: 'medium' })).sizes;
  const cpu = pool(after, 'cpu', 'promised');
  const left = Array.isArray(cpu) ? cpu[1] - cpu[0] : 0;
  expect(fit).toMatchObject({ size: 'medium', fits: Math.floor(left / 2000), runsOutFirst: { resource: 'cpu' } });
});

it('is a table for people and a document for programs, in both languages', async () => {
  const { home, target } = cluster.site;
  const cli = cliOnCluster({ folder: home, kubeconfig: target.kubeconfig });
  const english = await cli.run(['capacity', '--size', 'small', '--lang', 'en']);
  expect([english.code, english.stdout.split('\n').slice(0, 2)]).toEqual([
    0,
    [expect.stringMatching(/^SIZE +FITS +RUNS OUT FIRST +NOW +RUNS OUT FIRST$/), expect.stringMatching(/^small +\d+ /)],
  ]);
  expect(english.stdout).toContain("not known: the cluster's database (only the cluster's own operator sees it)");
  expect(english.stdout).toContain('simulated');
  const korean = await cli.run(['capacity', '--lang', 'ko']);
  expect(korean.stdout).toContain('추가 가능');
  const json: unknown = JSON.parse((await cli.run(['capacity', '-o', 'json'])).stdout);
  expect(json).toMatchObject({ overcommit: 1, sizes: [{ size: 'small' }, { size: 'medium' }, { size: 'large' }] });
  const wrong = await cli.run(['capacity', '--overcommit', '0.5', '--lang', 'en']);
  expect([wrong.code, wrong.stderr.split('\n')[0]]).toEqual([
    2,
    "error: --overcommit is '0.5', which is no number from 1 to 20",
  ]);
});
