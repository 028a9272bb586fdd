import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { writeKubeconfig } from '../../kubernetes/kubeconfig';
import { requestToken } from '../../kubernetes/token';
import type { ClusterConnection, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { sharedUp } from '../../operations/shared';
import { upSpec } from '../../operations/up';
import { openEmbeddedCluster } from '../../platform/cluster';
import type { EmbeddedCluster } from '../../platform/cluster/types';
import { guardRails } from '../../policies/guard-rails';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';
import { boundaryCells, clusterCells, detourCells, managedObjectCells, verdict, type Cell } from './cells';

/**
 * Each guard rail is needed: with any single one taken away, some cell of the table is no longer refused. On a cluster of its own, because
 * rails are taken away for everybody. The admission rails are tried as an administrator whom no rail exempts, so that RBAC hides none of them;
 * the boundary's objects and the role as the testbed's own developer. That default-deny holds packets back is not shown here.
 */
const policies = guardRails().map(({ policy }) => ({
  name: policy.metadata.name,
  validations: policy.spec.validations.length,
}));
const RAILS = policies.flatMap(({ name, validations }) => [
  { title: `the binding of ${name}`, policy: name, validation: undefined },
  // A policy needs one validation at least: the only one goes with its binding.
  ...(validations < 2
    ? []
    : Array.from({ length: validations }, (_, index) => ({
        title: `rule ${index + 1} of ${validations} of ${name}`,
        policy: name,
        validation: index,
      }))),
]);

const POLICY = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
const BINDING = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };

let folder: string;
let cluster: EmbeddedCluster;
let site: TestSite;
let admin: KubernetesClient;
let mallory: KubernetesClient;
let developer: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-rails-'));
  cluster = openEmbeddedCluster({ directory: join(folder, 'cluster') });
  const { tools } = testSurroundings();
  const tool = (name: string): string => tools[name] ?? '';
  await cluster.up({
    nodes: { kind: 'simulated', count: 1 },
    tools: {
      etcd: tool('etcd'),
      'kube-apiserver': tool('kube-apiserver'),
      'kube-controller-manager': tool('kube-controller-manager'),
      'kube-scheduler': tool('kube-scheduler'),
      kwok: tool('kwok'),
    },
    unsafeNoFsync: true,
  });
  const connection = await cluster.connection('admin');
  admin = createClient(connection);
  const kubeconfig = join(folder, 'admin.kubeconfig');
  writeFileSync(kubeconfig, writeKubeconfig({ connection, context: 'testbed-admin' }), { mode: 0o600 });
  site = openTestSite({ kubeconfig });
  await sharedUp(site.target, site.surroundings);
  const spec = specOf({ name: 'rails', grade: 'open', database: { engine: 'postgresql', version: '15' } });
  namespace = (await upSpec(spec, site.target, site.surroundings)).testbed.id;
  developer = await site.participant('rails');
  mallory = createClient(await unexemptAdministrator(connection));
});
afterAll(async () => {
  await Promise.all([mallory.close(), admin.close(), site.close()]);
  await cluster.down({ destroy: true });
  rmSync(folder, { recursive: true, force: true });
});

async function unexemptAdministrator(connection: ClusterConnection): Promise<ClusterConnection> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mallory', namespace: 'kube-system' } };
  await admin.create(account);
  await admin.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'mallory' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'mallory', namespace: 'kube-system' }],
  });
  const { token } = await requestToken(admin, {
    namespace: 'kube-system',
    serviceAccount: 'mallory',
    expirationSeconds: 3600,
  });
  return { server: connection.server, caPem: connection.caPem, credential: { kind: 'token', token } };
}

/** Titles of the cells that are no longer refused. */
async function open(client: KubernetesClient, cells: readonly Cell[]): Promise<string[]> {
  const verdicts = await Promise.all(
    cells.map(async (cell) => ({ title: cell.title, words: await verdict(client, cell) })),
  );
  return verdicts.filter(({ words }) => !/^(403|422) /.test(words)).map(({ title }) => title);
}

const admissionCells = (): Cell[] => [...managedObjectCells(namespace), ...detourCells(namespace)];

async function stored(kind: typeof POLICY, name: string): Promise<KubernetesObject> {
  const found = await admin.get({ ...kind, name });
  if (found === undefined) throw new Error(`${kind.kind} ${name} is missing`);
  return found;
}

/** Without what only the server writes, so that it can be created again. */
function again({ metadata, status: _status, ...rest }: KubernetesObject): KubernetesObject {
  const { name, labels, annotations, namespace: where } = metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(where === undefined ? {} : { namespace: where }),
    },
  };
}

/** The API server takes a changed policy up within seconds; whoever waits for it waits for the verdicts themselves. */
const soon = { timeout: 30_000, interval: 250 };

describe('with every guard rail in place', () => {
  it('everything of the table is refused, to an administrator who is not exempt too', async () => {
    expect(await open(mallory, admissionCells())).toEqual([]);
    expect(await open(developer, [...boundaryCells(namespace), ...clusterCells(namespace)])).toEqual([]);
  });
});

describe('without one guard rail something is open', () => {
  it.each(RAILS)('$title', async ({ policy, validation }) => {
    const binding = await stored(BINDING, policy);
    const whole = await stored(POLICY, policy);
    if (validation === undefined) await admin.delete({ ...BINDING, name: policy });
    else
      await admin.raw('PATCH', `/apis/${POLICY.apiVersion}/validatingadmissionpolicies/${policy}`, {
        body: [{ op: 'remove', path: `/spec/validations/${validation}` }],
        contentType: 'application/json-patch+json',
      });
    try {
      await expect.poll(() => open(mallory, admissionCells()), soon).not.toEqual([]);
    } finally {
      if (validation === undefined) await admin.create(again(binding), { fieldValidation: 'Ignore' });
      else
        await admin.raw('PATCH', `/apis/${POLICY.apiVersion}/validatingadmissionpolicies/${policy}`, {
          body: { spec: JSON.parse(JSON.stringify(whole['spec'])) },
          contentType: 'application/merge-patch+json',
        });
      await admin.delete({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'testbed-preview-open',
        name: 'mine',
      });
      // The next case starts from a closed table.
      await expect.poll(() => open(mallory, admissionCells()), soon).toEqual([]);
    }
  });

  it.each([
    ['ResourceQuota', 'quota'],
    ['ResourceQuota', 'system-priority'],
    ['LimitRange', 'limits'],
  ])('%s %s of the boundary', async (kind, name) => {
    const reference = { apiVersion: 'v1', kind, namespace, name };
    const object = await admin.get(reference);
    if (object === undefined) throw new Error(`${kind} ${name} is missing`);
    await admin.delete(reference);
    try {
      await expect.poll(() => open(developer, boundaryCells(namespace)), soon).not.toEqual([]);
    } finally {
      await admin.create(again(object), { fieldValidation: 'Ignore' });
      await expect.poll(() => open(developer, boundaryCells(namespace)), soon).toEqual([]);
    }
  });

  it('the Pod Security label of the namespace', async () => {
    const label = 'pod-security.kubernetes.io/enforce';
    const set = (value: string): Promise<unknown> =>
      admin.mergePatch(
        { apiVersion: 'v1', kind: 'Namespace', name: namespace },
        { metadata: { labels: { [label]: value } } },
      );
    await set('privileged');
    try {
      await expect
        .poll(() => open(developer, boundaryCells(namespace)), soon)
        .toEqual(['run a privileged pod (Pod Security)']);
    } finally {
      await set('restricted');
      await expect.poll(() => open(developer, boundaryCells(namespace)), soon).toEqual([]);
    }
  });

  it('the narrowness of the role', async () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'wider', namespace },
    };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const given = await admin.get({ ...binding, ...binding.metadata, name: 'testbed-developer' });
    await admin.create({ ...binding, roleRef, subjects: given?.['subjects'] });
    try {
      await expect
        .poll(() => open(developer, clusterCells(namespace)), soon)
        .toContain('GET /api/v1/namespaces/own/secrets');
    } finally {
      await admin.delete({ ...binding, ...binding.metadata });
      await expect.poll(() => open(developer, clusterCells(namespace)), soon).toEqual([]);
    }
  });
});
