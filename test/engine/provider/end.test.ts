// The cluster has no nodes: pods that are to stay are bound to a node that does not exist, so that nobody ends them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { waitGone } from '../../../kubernetes/wait';
import { failureOf, randomName, ServedProvider, type CallFailed, type Kept } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';
import { podSpec, workloadSpec } from './support/workloads';

const namespace = randomName('pv');
const SKIP = { 'pulumi.com/skipAwait': 'true' };
const LONG_MS = 60_000;

describe('the end of an object', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let quick: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
    quick = await ServedProvider.start(client, { readinessTimeoutSeconds: 1, stack: provider.stack });
  });
  afterAll(async () => {
    quick.stop();
    await place.end();
  });

  const metadata = (name: string, more: JsonObject = {}): JsonObject => ({
    name,
    namespace,
    annotations: SKIP,
    ...more,
  });
  const held = async (kept: Kept): Promise<string> => {
    const failure = await failureOf(quick.delete(kept));
    expect([failure.error?.code, failure.code]).toEqual(['NotReady', 9]);
    expect(failure.error?.text.ko).toMatch(/[가-힣]/);
    return wordsOf(failure);
  };
  /** As its node would when its containers have ended. */
  const force = (name: string): Promise<unknown> =>
    client.delete({ apiVersion: 'v1', kind: 'Pod', name, namespace }, { gracePeriodSeconds: 0 });
  const release = (kind: string, name: string): Promise<unknown> =>
    client.mergePatch({ apiVersion: 'v1', kind, name, namespace }, { metadata: { finalizers: null } });

  it.each([
    ['Deployment', 'apps/v1', workloadSpec('apps', podSpec({}, { schedulerName: 'nobody' }), { replicas: 2 })],
    ['ReplicaSet', 'apps/v1', workloadSpec('sets', podSpec({}, { schedulerName: 'nobody' }), { replicas: 2 })],
    [
      'StatefulSet',
      'apps/v1',
      workloadSpec('stateful', podSpec({}, { schedulerName: 'nobody' }), { serviceName: 'a' }),
    ],
    [
      'ReplicationController',
      'core/v1',
      { ...workloadSpec('rc', podSpec({}, { schedulerName: 'nobody' })), selector: { app: 'rc' }, replicas: 2 },
    ],
    [
      'Job',
      'batch/v1',
      {
        parallelism: 2,
        template: {
          metadata: { labels: { app: 'job' } },
          spec: podSpec({}, { schedulerName: 'nobody', restartPolicy: 'Never' }),
        },
      },
    ],
  ])('of a %s leaves no pod and no set behind', { timeout: LONG_MS }, async (kind, version, spec) => {
    const name = `ends-${kind.toLowerCase()}`;
    const kept = await provider.create(`kubernetes:${version}:${kind}`, name, { metadata: metadata(name), spec });
    const label = String(Object.values(labelsOf(spec))[0]);
    await expect.poll(() => count(client, 'v1', 'Pod', label), { timeout: 20_000 }).toBeGreaterThan(0);
    await provider.delete(kept);
    expect(await count(client, 'v1', 'Pod', label)).toBe(0);
    expect(await count(client, 'apps/v1', 'ReplicaSet', label)).toBe(0);
    await provider.delete(kept);
  });

  it('names the pod that a claim is used by, and goes on when that is gone', async () => {
    const claim = await provider.create('kubernetes:core/v1:PersistentVolumeClaim', 'used', {
      metadata: metadata('used'),
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
    });
    await provider.create('kubernetes:core/v1:Pod', 'user', {
      metadata: metadata('user'),
      spec: podSpec(
        {},
        { nodeName: 'no-such-node', volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'used' } }] },
      ),
    });
    expect(await held(claim)).toMatch(
      /is not gone after 1 s: pod "user" still uses it\n.*held by finalizers: kubernetes.io\/pvc-protection/,
    );
    await force('user');
    await provider.delete(claim);
  });

  it('names the pod of a workload that does not end, and its node', async () => {
    const kept = await provider.create('kubernetes:apps/v1:ReplicaSet', 'stuck', {
      metadata: metadata('stuck'),
      spec: workloadSpec('stuck', podSpec({}, { nodeName: 'no-such-node' })),
    });
    await expect.poll(() => count(client, 'v1', 'Pod', 'stuck'), { timeout: 20_000 }).toBe(1);
    expect(await held(kept)).toMatch(
      /is not gone after 1 s: its pod "stuck-\w+" has not ended yet: node "no-such-node" has not confirmed/,
    );
    for await (const pod of client.list('v1', 'Pod', { namespace, labelSelector: 'app=stuck' }))
      await force(pod.metadata.name);
    await provider.delete(kept);
  });

  it('names the finalizer of a Secret without reading the Secret', async () => {
    const kept = await provider.create('kubernetes:core/v1:Secret', 'held', {
      metadata: metadata('held', { finalizers: ['example.test/hold'] }),
      stringData: { a: 'canary-held' },
    });
    const words = await held(kept);
    expect(words).toContain('is not gone after 1 s: it is held by finalizers: example.test/hold');
    expect(words).not.toContain('canary');
    await release('Secret', 'held');
    await provider.delete(kept);
  });

  it('of a namespace names what hinders it, and the finalizer of somebody else', { timeout: LONG_MS }, async () => {
    const name = randomName('pv-stuck');
    const space = await provider.create('kubernetes:core/v1:Namespace', name, { metadata: { name } });
    const foreign = { apiVersion: 'v1', kind: 'ConfigMap', name: 'foreign', namespace: name };
    await client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'foreign', namespace: name, finalizers: ['example.test/foreign'] },
    });
    const first = await failureOf(quick.delete(space));
    expect(first.error?.code).toBe('NotReady');
    await expect
      .poll(async () => wordsOf(await failureOf(quick.delete(space))), { timeout: 40_000 })
      .toMatch(
        /Namespace ".*" is not gone after 1 s: NamespaceFinalizersRemaining: .*example.test\/foreign in 1 resource instances/,
      );
    await client.mergePatch(foreign, { metadata: { finalizers: null } });
    await waitGone(client, { apiVersion: 'v1', kind: 'Namespace', name }, { timeoutSeconds: 40 });
    await provider.delete(space);
  });

  it('is not that of another object that has taken the name', async () => {
    const kept = await provider.create('kubernetes:core/v1:ConfigMap', 'taken', { metadata: metadata('taken') });
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'taken', namespace };
    await client.delete(reference);
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'taken', namespace } });
    await provider.delete(kept);
    expect(await client.get(reference)).toBeDefined();
  });
});

function labelsOf(spec: JsonObject): object {
  const template = spec['template'];
  const inner = typeof template === 'object' && template !== null && 'metadata' in template ? template['metadata'] : {};
  const labels = typeof inner === 'object' && inner !== null && 'labels' in inner ? inner['labels'] : {};
  return typeof labels === 'object' && labels !== null ? labels : {};
}

async function count(client: KubernetesClient, apiVersion: string, kind: string, label: string): Promise<number> {
  let found = 0;
  for await (const _one of client.list(apiVersion, kind, { namespace, labelSelector: `app=${label}` })) found += 1;
  return found;
}

function wordsOf({ error }: CallFailed): string {
  return [error?.text.en, ...(error?.details ?? []).map(({ en }) => en)].join('\n');
}
