// Against the real API server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { isKubernetesError, KubernetesCallError } from '../../kubernetes/failures';
import { requestToken } from '../../kubernetes/token';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { allOf, randomName, rejectionOf, testNamespace, type TestNamespace } from './support/namespace';

let place: TestNamespace;
let client: KubernetesClient;

beforeAll(async () => {
  place = await testNamespace();
  client = place.client;
});
afterAll(() => place[Symbol.asyncDispose]());

function configMap(name: string, data: Record<string, string> = { a: '1' }): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: place.name }, data };
}

function reference(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', name, namespace: place.name };
}

async function callError(work: Promise<unknown>): Promise<KubernetesCallError> {
  const error = await rejectionOf(work);
  if (error instanceof KubernetesCallError) return error;
  throw new Error('not the error of a call', { cause: error });
}

describe('verbs', () => {
  it('creates, reads, patches and deletes an object', async () => {
    const created = await client.create(configMap('life'));
    const uid = created.metadata.uid ?? '';
    expect(uid).not.toBe('');
    await client.mergePatch(reference('life'), { data: { a: null, b: '2' } });
    expect((await client.get(reference('life')))?.['data']).toEqual({ b: '2' });
    const other = await callError(client.delete(reference('life'), { uid: '00000000-0000-0000-0000-000000000000' }));
    expect(other.failure.reason).toBe('Conflict');
    expect(await client.delete(reference('life'), { uid })).toBe('accepted');
    expect(await client.delete(reference('life'), { uid })).toBe('gone');
    expect(await client.get(reference('life'))).toBeUndefined();
  });

  it('changes nothing in a dry run', async () => {
    expect((await client.apply(configMap('dry'), { dryRun: true })).metadata.uid).toBeTypeOf('string');
    expect(await client.get(reference('dry'))).toBeUndefined();
    await client.create(configMap('dry'));
    expect(await client.delete(reference('dry'), { dryRun: true })).toBe('accepted');
    expect((await client.get(reference('dry')))?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('patches a sub-resource', async () => {
    const name = 'counted';
    await client.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace: place.name },
      spec: { hard: { 'count/configmaps': '1k' } },
    });
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name, namespace: place.name };
    const patched = await client.mergePatch(quota, { status: { used: { secrets: '7' } } }, { subresource: 'status' });
    expect(patched['status']).toMatchObject({ used: { secrets: '7' } });
  });

  it('names manager and fields when an apply meets fields of another manager, and takes them by force', async () => {
    await client.apply(configMap('owned', { a: '1', b: '1' }), { fieldManager: 'somebody' });
    const error = await callError(client.apply(configMap('owned', { a: '2', b: '2' })));
    expect(error.failure).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(error.text.en).toBe(
      `cannot apply ConfigMap "owned" in namespace "${place.name}": other field managers hold fields of it: "somebody" holds .data.a, .data.b`,
    );
    expect(error.details.map(({ en }) => en)).toEqual([
      '.data.a: managed by "somebody"',
      '.data.b: managed by "somebody"',
    ]);
    expect((await client.apply(configMap('owned', { a: '2', b: '2' }), { force: true }))['data']).toEqual({
      a: '2',
      b: '2',
    });
  });

  it('refuses an unknown field and names it', async () => {
    const wrong = { ...configMap('wrong'), dta: {} };
    expect((await callError(client.create(wrong))).text.en).toContain('unknown field "dta"');
    expect(client.takeWarnings()).toEqual([]);
    await client.create(wrong, { fieldValidation: 'Warn' });
    expect(client.takeWarnings()).toEqual(['unknown field "dta"']);
  });

  it('reads a long list page by page, whole or only its metadata', async () => {
    const { name: namespace } = place;
    const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
    await Promise.all(
      names.map((name) =>
        client.create({ ...configMap(name), metadata: { name, namespace, labels: { page: 'yes' } } }),
      ),
    );
    const options = { namespace, labelSelector: 'page=yes', limit: 2 };
    const whole = await allOf(client.list('v1', 'ConfigMap', options));
    expect(whole.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(whole[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    const bare = await allOf(client.list('v1', 'ConfigMap', { ...options, metadataOnly: true }));
    expect(bare.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(bare[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(bare[0]).not.toHaveProperty('data');
  });

  it('gives the abort of the caller back as it is', async () => {
    const reason = new Error('enough');
    expect(await rejectionOf(client.get(reference('x'), AbortSignal.abort(reason)))).toBe(reason);
  });
});

describe('addresses', () => {
  it('never turns an empty or crooked name into another path', async () => {
    await client.create(configMap('stays'));
    for (const name of ['', '.', '..', 'a/b', '../secrets', 'a%2fb', 'x'.repeat(254)])
      expect((await callError(client.delete(reference(name)))).failure).toMatchObject({ status: 0, reason: 'Invalid' });
    for (const namespace of ['', '..', 'a/b'])
      expect((await callError(client.delete({ ...reference('a'), namespace }))).failure.reason).toBe('Invalid');
    expect(await client.get(reference('stays'))).toBeDefined();
  });

  it('wants a namespace where the kind has one, and none where it has not', async () => {
    const error = await callError(client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }));
    expect(error.text.en).toContain('lies in a namespace, but none is given');
    const create = await callError(client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }));
    expect(create.text.en).toContain('lies in a namespace, but none is given');
    const other = await callError(client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'a', namespace: 'b' }));
    expect(other.text.en).toContain('lies in no namespace, but "b" is given');
  });

  it('names a kind that the server does not have, and does not take it for a missing object', async () => {
    for (const apiVersion of ['v1', 'example.org/v1']) {
      const wrong = { ...reference('a'), apiVersion, kind: 'Gadget' };
      expect(isKubernetesError(await callError(client.get(wrong)), 'KindUnknown')).toBe(true);
      expect(isKubernetesError(await callError(client.delete(wrong)), 'KindUnknown')).toBe(true);
    }
    const crooked = await callError(client.get({ ...reference('a'), apiVersion: '../v1' }));
    expect(crooked.text.en).toContain('is not of the form v1 or group/v1');
  });

  it('sees a kind that is defined after it was asked for', async () => {
    const plural = `${randomName().replace('-', '')}s`;
    const group = `${plural}.example.org`;
    const gadget = { apiVersion: `${group}/v1`, kind: 'Gadget' };
    expect(await client.resource(gadget.apiVersion, gadget.kind)).toBeUndefined();
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { plural, kind: 'Gadget' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    await client.create(definition);
    try {
      await expect.poll(() => client.resource(gadget.apiVersion, gadget.kind), { timeout: 20_000 }).toBeDefined();
      const metadata = { name: 'g', namespace: place.name };
      await expect.poll(() => outcomeOf(client.apply({ ...gadget, metadata })), { timeout: 20_000 }).toBe('applied');
      expect((await client.resources()).filter((one) => one.apiVersion === gadget.apiVersion)).toMatchObject([
        { kind: 'Gadget', name: plural, namespaced: true },
      ]);
    } finally {
      await client.delete({ ...definition, name: definition.metadata.name });
    }
  });

  it('lists every kind once, each in the version its group prefers', async () => {
    const resources = await client.resources();
    const keys = resources.map(({ apiVersion, name }) => `${apiVersion.split('/').slice(0, -1).join('')}/${name}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(resources).toContainEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'deployments',
      namespaced: true,
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    });
    expect(resources.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toHaveLength(1);
  });
});

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'applied';
  } catch (error) {
    return String(error);
  }
}

describe('refusals', () => {
  it('says who lacks which right, where', async () => {
    const stranger = createClient(await place.as('stranger'));
    const who = `system:serviceaccount:${place.name}:stranger`;
    const forbidden = await callError(stranger.get(reference('a')));
    expect(forbidden.failure.status).toBe(403);
    expect(forbidden.text.en).toBe(
      `"${who}" has no right to get configmaps in namespace "${place.name}"; grant that verb or use another credential`,
    );
    const cluster = await callError(
      stranger.list('rbac.authorization.k8s.io/v1', 'ClusterRole')[Symbol.asyncIterator]().next(),
    );
    expect(cluster.text.en).toBe(
      `"${who}" has no right to list clusterroles.rbac.authorization.k8s.io in the cluster; grant that verb or use another credential`,
    );
    await stranger.close();
  });

  it('says whose credential is not accepted, without showing it', async () => {
    const { server, caPem } = client.connection;
    const { token } = (await place.as('someone')).credential as { token: string };
    const forged = `${token.slice(0, -8)}AAAAAAAA`;
    const stranger = createClient({ server, caPem, credential: { kind: 'token', token: forged } });
    const error = await callError(stranger.get(reference('a')));
    expect(error.failure.status).toBe(401);
    expect(error.text.en).toContain(`system:serviceaccount:${place.name}:someone`);
    expect(JSON.stringify([error.text, error.failure, error.stack])).not.toContain(forged.slice(-40));
    await stranger.close();
  });

  it('keeps the words of a quota, which is no missing right', async () => {
    await using small = await testNamespace();
    const namespace = small.name;
    await client.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace },
      spec: { hard: { 'services.nodeports': '0' } },
    });
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace },
      spec: { type: 'NodePort', ports: [{ port: 1 }] },
    };
    // The admission plugin hears of a new quota a moment later.
    await expect
      .poll(() => outcomeOf(client.create(service, { dryRun: true })), { timeout: 20_000 })
      .toMatch(/\(403 Forbidden\): .*exceeded quota: none/);
  });

  it('does not repeat the values of a Secret that the server could not read', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: place.name },
      data: { password: '!!canary-value!!' },
    };
    for (const write of [() => client.create(secret), () => client.apply(secret)]) {
      const error = await callError(write());
      expect(error.failure.status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify([error.message, error.text, error.details, error.failure])).not.toContain('canary');
    }
  });
});

describe('token requests', () => {
  it('gives a token that ends with the Secret it is bound to', async () => {
    const { name: namespace } = place;
    await place.as('bound');
    const secret = await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'holder', namespace } });
    const uid = secret.metadata.uid ?? '';
    const issued = await requestToken(client, {
      namespace,
      serviceAccount: 'bound',
      expirationSeconds: 600,
      boundTo: { kind: 'Secret', name: 'holder', uid },
    });
    expect(Date.parse(issued.expires) - Date.now()).toBeLessThan(601_000);
    const { server, caPem } = client.connection;
    const bearer = createClient({ server, caPem, credential: { kind: 'token', token: issued.token } });
    expect((await callError(bearer.get(reference('a')))).failure.status).toBe(403);
    await client.delete({ apiVersion: 'v1', kind: 'Secret', name: 'holder', namespace }, { uid });
    await expect
      .poll(async () => (await callError(bearer.get(reference('a')))).failure.status, { timeout: 30_000 })
      .toBe(401);
    await bearer.close();
  });

  it('says that the service account is missing', async () => {
    const request = { namespace: place.name, serviceAccount: 'nobody', expirationSeconds: 600 };
    expect((await callError(requestToken(client, request))).text.en).toContain('serviceaccounts "nobody" not found');
  });
});
