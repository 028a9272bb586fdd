// Against the real API server.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABELS } from '../../components/vocabulary';
import { createClient } from '../../kubernetes/client';
import { inventory } from '../../kubernetes/inventory';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { waitGone } from '../../kubernetes/wait';
import { faultServer, json } from './support/fault-server';
import { randomName, rejectionOf, testNamespace, type TestNamespace } from './support/namespace';

let elsewhere: TestNamespace;
let client: KubernetesClient;

beforeAll(async () => {
  elsewhere = await testNamespace();
  client = elsewhere.client;
});
afterAll(() => elsewhere[Symbol.asyncDispose]());

function object(kind: string, name: string, namespace?: string, more: object = {}, labels = {}): KubernetesObject {
  const apiVersion = kind === 'ClusterRole' ? 'rbac.authorization.k8s.io/v1' : 'v1';
  return { apiVersion, kind, metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) }, ...more };
}

const end = ({ apiVersion, kind, metadata }: KubernetesObject) =>
  client.delete({
    apiVersion,
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });

/** `Kind namespace/name` of what belongs to the test: not what Kubernetes itself puts into each namespace. */
const names = (found: Awaited<ReturnType<typeof inventory>>): string[] =>
  found.objects
    .map(({ kind, namespace, name }) => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`)
    .filter((line) => !/kube-root-ca|ServiceAccount .*\/default$/.test(line))
    .sort();

it('finds what bears the label and what bears the name, wherever it lies, and nothing of others', async () => {
  const id = randomName();
  await using access = await testNamespace();
  const label = { [LABELS.testbed]: id };
  const volume = {
    spec: {
      capacity: { storage: '1Mi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/nowhere' },
      claimRef: { namespace: id, name: 'data' },
      persistentVolumeReclaimPolicy: 'Retain',
    },
  };
  const rules = { rules: [] };
  const strays = [
    object('ConfigMap', 'labelled', elsewhere.name, {}, label),
    object('ServiceAccount', `${id}-person`, access.name),
    object('ServiceAccount', `other-${id}`, access.name),
    object('ServiceAccount', `${id}x`, access.name),
    object('ClusterRole', id, undefined, rules),
    object('ClusterRole', `${id}-reader`, undefined, rules),
    object('ClusterRole', `${id}x`, undefined, rules),
    object('ClusterRole', `labelled-${id}`, undefined, rules, label),
    object('PersistentVolume', `volume-of-${id}`, undefined, volume),
  ];
  await client.create(object('Namespace', id));
  await client.create(object('Secret', 'inside', id));
  for (const stray of strays) await client.create(stray);
  try {
    const found = await inventory(client, { testbed: id, accessNamespace: access.name });
    expect(found.blind).toEqual([]);
    expect(names(found)).toEqual(
      [
        `ClusterRole ${id}`,
        `ClusterRole ${id}-reader`,
        `ClusterRole labelled-${id}`,
        `ConfigMap ${elsewhere.name}/labelled`,
        `Namespace ${id}`,
        `PersistentVolume volume-of-${id}`,
        `Secret ${id}/inside`,
        `ServiceAccount ${access.name}/${id}-person`,
      ].sort(),
    );
    expect(found.kindsChecked).toBeGreaterThan(40);
  } finally {
    for (const stray of strays) await end(stray);
    await end(object('Namespace', id));
  }
  await waitGone(client, { apiVersion: 'v1', kind: 'Namespace', name: id }, { timeoutSeconds: 50 });
  await waitGone(
    client,
    { apiVersion: 'v1', kind: 'PersistentVolume', name: `volume-of-${id}` },
    { timeoutSeconds: 50 },
  );
  expect(names(await inventory(client, { testbed: id, accessNamespace: access.name }))).toEqual([]);
});

it('says which kinds it could not see, until the namespace is gone', async () => {
  const id = randomName();
  const role = object('ClusterRole', `${elsewhere.name}-looker`, undefined, {
    rules: [
      { apiGroups: [''], resources: ['namespaces', 'configmaps', 'pods'], verbs: ['get', 'list'] },
      { apiGroups: ['apps', 'batch', 'rbac.authorization.k8s.io'], resources: ['*'], verbs: ['list'] },
    ],
  });
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: role.metadata.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: 'looker', namespace: elsewhere.name }],
  };
  const looker = createClient(await elsewhere.as('looker'));
  await client.create(role);
  await client.create(binding);
  try {
    await client.create(object('Namespace', id));
    const options = { testbed: id };
    await expect
      .poll(async () => (await inventory(looker, options)).objects.length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const before = (await inventory(looker, options)).blind;
    const secret = before.find(({ kind }) => kind === 'Secret');
    expect(secret?.reason.en).toContain('has no right to list secrets');
    expect(before.map(({ kind }) => kind)).toContain('StorageClass');
    expect(before.map(({ kind }) => kind)).not.toContain('ConfigMap');
    await end(object('Namespace', id));
    await waitGone(client, { apiVersion: 'v1', kind: 'Namespace', name: id }, { timeoutSeconds: 50 });
    const after = (await inventory(looker, options)).blind.map(({ kind }) => kind);
    expect(after).not.toContain('Secret');
    expect(after).toContain('StorageClass');
  } finally {
    await end(binding);
    await end(role);
    await looker.close();
  }
});

it('names a group whose server is out of order', async () => {
  // A stand-in, because a real broken group would hold up every other test's namespaces: it proves nothing about when a server calls a group stale.
  const group = {
    metadata: { name: 'broken.example.org' },
    versions: [{ version: 'v1', freshness: 'Stale', resources: [] }],
  };
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' };
  await using server = await faultServer((request, response) => {
    if (request.url === '/apis') json(response, 200, { ...list, items: [group] });
    else if (request.url === '/api') json(response, 200, { ...list, items: [] });
    else json(response, 404, { kind: 'Status', code: 404, reason: 'NotFound', message: 'not found' });
  });
  const half = createClient(server.connection);
  const found = await inventory(half, { testbed: 'x' });
  expect(found.blind.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual(['broken.example.org/v1 *']);
  await half.close();
});

it('throws when the server can not be reached, instead of finding nothing', async () => {
  const nowhere = createClient({ ...client.connection, server: 'https://127.0.0.1:1' });
  const error = await rejectionOf(inventory(nowhere, { testbed: 'x' }));
  expect(error).toMatchObject({ code: 'KubernetesUnreachable' });
  await nowhere.close();
});
