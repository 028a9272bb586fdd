// Against the real API server and its controllers. The pods name a scheduler that nobody runs: what it and a kubelet would report is patched into their status,
// which proves how it is told, not that they report it so.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { diagnose } from '../../kubernetes/diagnosis';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { waitGone, waitReady } from '../../kubernetes/wait';
import { allOf, randomName, rejectionOf, testNamespace, type TestNamespace } from './support/namespace';

let place: TestNamespace;
let client: KubernetesClient;

beforeAll(async () => {
  place = await testNamespace();
  client = place.client;
});
afterAll(() => place[Symbol.asyncDispose]());

const template = (labels: Record<string, string>, spec: object = {}) => ({
  metadata: { labels },
  spec: { schedulerName: 'nobody', containers: [{ name: 'db', image: 'postgres:15' }], ...spec },
});

function pod(name: string, spec: object = {}): KubernetesObject {
  const containers = [{ name: 'db', image: 'postgres:15' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: place.name },
    spec: { schedulerName: 'nobody', containers, ...spec },
  };
}

const referTo = (object: KubernetesObject, namespace = place.name) => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  namespace,
});

async function failureOf(work: Promise<unknown>): Promise<TestbedError> {
  const error = await rejectionOf(work);
  if (error instanceof TestbedError) return error;
  throw new Error('not an error of ours', { cause: error });
}

const status = (object: KubernetesObject, change: JsonObject): Promise<KubernetesObject> =>
  client.mergePatch(referTo(object), { status: change }, { subresource: 'status' });

describe('waitReady', () => {
  it('returns the object when it gets ready, and tells what it waits for once', async () => {
    const created = await client.create(pod('good'));
    const told: string[] = [];
    const waited = waitReady(client, referTo(created), {
      timeoutSeconds: 30,
      onStatus: (reason) => {
        told.push(reason.en);
        void status(created, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
      },
    });
    expect((await waited).metadata.uid).toBe(created.metadata.uid);
    expect(told).toEqual(['the pod is not ready']);
  });

  it('waits for an object that does not exist yet', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'late', namespace: place.name },
      spec: { ports: [{ port: 1 }] },
    };
    const waited = waitReady(client, referTo(quota), { timeoutSeconds: 30 });
    await client.create(quota);
    expect((await waited).metadata.name).toBe('late');
  });

  it('says that an object never came', async () => {
    const error = await failureOf(waitReady(client, referTo(pod('never')), { timeoutSeconds: 0.5 }));
    expect([error.code, error.message]).toEqual([
      'NotReady',
      `Pod "never" in namespace "${place.name}" did not come into being within 0.5 s`,
    ]);
  });

  it('ends at once when the object is deleted meanwhile', async () => {
    const created = await client.create(pod('leaves'));
    const waited = waitReady(client, referTo(created), {
      timeoutSeconds: 30,
      onStatus: () => void client.delete(referTo(created), { gracePeriodSeconds: 0 }),
    });
    expect((await failureOf(waited)).code).toBe('NotReady');
  });

  it('throws the reason of the signal when it is aborted', async () => {
    const created = await client.create(pod('aborted'));
    const stop = new AbortController();
    const reason = new Error('enough');
    const waited = waitReady(client, referTo(created), {
      timeoutSeconds: 30,
      signal: stop.signal,
      onStatus: () => stop.abort(reason),
    });
    expect(await rejectionOf(waited)).toBe(reason);
  });

  it('ends at once when it fails for good', async () => {
    const created = await client.create(pod('fails'));
    await status(created, { phase: 'Failed', reason: 'Evicted', message: 'the node was low on disk' });
    const error = await failureOf(waitReady(client, referTo(created), { timeoutSeconds: 30 }));
    expect(error.message).toContain('cannot get ready: ');
    expect(JSON.stringify([error.message, error.details])).toContain('Evicted: the node was low on disk');
  });

  it('names the claim that is not bound and why, behind a stateful set', async () => {
    const { name: namespace } = place;
    const claim = {
      metadata: { name: 'data' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'nowhere',
      },
    };
    const set = await client.create({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'claims', namespace },
      spec: {
        serviceName: 'claims',
        selector: { matchLabels: { app: 'claims' } },
        template: template({ app: 'claims' }),
        volumeClaimTemplates: [claim],
      },
    });
    const events = { namespace, fieldSelector: 'involvedObject.name=data-claims-0' };
    await expect
      .poll(async () => (await allOf(client.list('v1', 'Event', events))).length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const error = await failureOf(waitReady(client, referTo(set), { timeoutSeconds: 1 }));
    expect(error.message).toBe(
      `StatefulSet "claims" in namespace "${namespace}" did not get ready within 1 s: volume claim "data-claims-0" is not bound: ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found`,
    );
    expect(error.details.map(({ en }) => en)).toEqual([
      '0 of 1 pods are ready',
      'pod "claims-0": no scheduler has looked for a node for it yet',
    ]);
    expect(error.text.ko).toContain('볼륨 클레임 "data-claims-0"이(가) 연결되지 않았습니다');
  });

  it('names the quota that keeps pods from being created', async () => {
    await using small = await testNamespace();
    const namespace = small.name;
    await client.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'tight', namespace },
      spec: { hard: { pods: '0' } },
    });
    await expect
      .poll(
        async () =>
          (await client.get({ apiVersion: 'v1', kind: 'ResourceQuota', name: 'tight', namespace }))?.['status'],
        { timeout: 30_000 },
      )
      .toMatchObject({ hard: { pods: '0' } });
    const deployment = await client.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'refused', namespace },
      spec: { selector: { matchLabels: { app: 'r' } }, template: template({ app: 'r' }) },
    });
    const latest = () => client.get(referTo(deployment, namespace));
    await expect.poll(async () => JSON.stringify(await latest()), { timeout: 30_000 }).toContain('ReplicaFailure');
    const error = await failureOf(waitReady(client, referTo(deployment, namespace), { timeoutSeconds: 1 }));
    expect(error.message).toMatch(
      /^Deployment "refused" .* did not get ready within 1 s: its pods may not be created: FailedCreate: .*exceeded quota: tight/,
    );
  });

  it('names the image that can not be had, behind a deployment', async () => {
    const { name: namespace } = place;
    const deployment = await client.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'image', namespace },
      spec: {
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['image'] }] },
        template: template({ app: 'image' }),
      },
    });
    const pods = () => allOf(client.list('v1', 'Pod', { namespace, labelSelector: 'app=image' }));
    await expect.poll(async () => (await pods()).length, { timeout: 30_000 }).toBe(1);
    const [one] = await pods();
    if (one === undefined) throw new Error('the pod is gone');
    await status(one, {
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      containerStatuses: [
        {
          name: 'db',
          image: 'postgres:15',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: 'ErrImagePull', message: 'no such host' } },
        },
      ],
    });
    const error = await failureOf(waitReady(client, referTo(deployment), { timeoutSeconds: 1 }));
    expect(error.message).toContain(
      `pod "${one.metadata.name}": container "db" cannot get its image "postgres:15" (ErrImagePull): no such host`,
    );
  });

  it('names the words of the scheduler', async () => {
    const created = await client.create(pod('homeless'));
    const message = '0/3 nodes are available: 3 Insufficient cpu.';
    await status(created, {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });
    const error = await failureOf(waitReady(client, referTo(created), { timeoutSeconds: 0.5 }));
    expect(error.message).toContain(`no node can take the pod: ${message}`);
  });

  it('says what it may not look at', async () => {
    const stranger = createClient(await place.as('curious'));
    const created = await client.create(pod('hidden'));
    const reasons = await diagnose(stranger, created);
    expect(reasons.map(({ en }) => en).join('\n')).toContain('has no right to list events');
    await stranger.close();
  });
});

describe('waitGone', () => {
  it('is done at once when the object is gone or another one has taken its name', async () => {
    expect(await waitGone(client, referTo(pod('unknown')), { timeoutSeconds: 1 })).toBeUndefined();
    const created = await client.create(pod('renewed'));
    await waitGone(client, referTo(created), { uid: 'another', timeoutSeconds: 1 });
  });

  it('sees the end of a namespace', async () => {
    const name = randomName();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    await waitGone(client, { apiVersion: 'v1', kind: 'Namespace', name }, { timeoutSeconds: 50 });
    expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name })).toBeUndefined();
  });

  it('says that nobody has asked for the end', async () => {
    const created = await client.create(pod('stays'));
    const error = await failureOf(waitGone(client, referTo(created), { timeoutSeconds: 0.5 }));
    expect(error.message).toBe(
      `Pod "stays" in namespace "${place.name}" is not gone after 0.5 s: nobody has asked for its deletion`,
    );
  });

  it('names what remains in a namespace and which finalizer holds it', async () => {
    const name = randomName();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name };
    const held = { apiVersion: 'v1', kind: 'ConfigMap', name: 'held', namespace: name };
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: name, finalizers: ['example.org/hold'] },
    });
    try {
      await client.delete(namespace);
      await expect
        .poll(async () => JSON.stringify(await client.get(namespace)), { timeout: 50_000 })
        .toContain('Some content in the namespace has finalizers remaining');
      const error = await failureOf(waitGone(client, namespace, { timeoutSeconds: 0.5 }));
      const words = [error.message, ...error.details.map(({ en }) => en)].join('\n');
      expect(words).toContain(
        'NamespaceContentRemaining: Some resources are remaining: configmaps. has 1 resource instances',
      );
      expect(words).toContain('finalizers remaining: example.org/hold in 1 resource instances');
      expect(words).toContain('held by finalizers: kubernetes');
      const object = await failureOf(waitGone(client, held, { timeoutSeconds: 0.5 }));
      expect(object.message).toContain('it is held by finalizers: example.org/hold');
    } finally {
      await client.mergePatch(held, { metadata: { finalizers: null } });
    }
    await waitGone(client, namespace, { timeoutSeconds: 50 });
  });
});
