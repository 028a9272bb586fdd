import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { sharedUp } from '../../operations/shared';
import { upSpec } from '../../operations/up';
import { guardRails } from '../../policies/guard-rails';
import { openOwnCluster } from '../support/own-cluster';
import { specOf } from '../support/specs';
import type { TestSite } from '../support/testbeds';
import { boundaryCells } from './cells/boundary';
import { verdict, type DeniedCell } from './cells/cell';
import { clusterCells } from './cells/cluster';
import { detourCells, REALLY_RUN } from './cells/detours';
import { managedObjectCells } from './cells/managed-objects';
import { unexemptAdministrator } from './unexempt-administrator';

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

let site: TestSite;
let admin: KubernetesClient;
let mallory: KubernetesClient;
let developer: KubernetesClient;
let namespace: string;
/** What ends with the tests, the last made first; so a set-up that fails leaves no cluster behind. */
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const cluster = await openOwnCluster();
  endings.push(() => cluster.close());
  ({ admin, site } = cluster);
  await sharedUp(site.target, site.surroundings);
  await withoutRules();
  const spec = specOf({ name: 'rails', grade: 'open', database: { engine: 'postgresql', version: '15' } });
  namespace = (await upSpec(spec, site.target, site.surroundings)).testbed.id;
  developer = await site.participant('rails');
  mallory = createClient(await unexemptAdministrator(admin));
  endings.push(() => mallory.close());
});
afterAll(async () => {
  for (const end of endings.toReversed()) await end();
});

/** The rules of the catalogue refuse much of what the guard rails do, and exempt nobody: they are taken away first. */
async function withoutRules(): Promise<void> {
  for await (const { metadata } of admin.list(BINDING.apiVersion, BINDING.kind, { metadataOnly: true }))
    if (metadata.name.startsWith('testbed-rules')) await admin.delete({ ...BINDING, name: metadata.name });
}

interface Opened {
  readonly title: string;
  /** Who refuse it while every rail is in place. */
  readonly refusals: readonly string[];
}

/** The cells that are no longer refused. What is refused otherwise than with 403 would be an attempt that is malformed. */
async function open(client: KubernetesClient, cells: readonly DeniedCell[]): Promise<Opened[]> {
  const attempts = cells.map(async (cell) => ({ cell, words: await verdict(client, cell.attempt) }));
  // While the server has not yet taken up that a rail is back, the attempt that is no dry run succeeds: each round ends with what it made.
  await Promise.allSettled(attempts);
  await admin.delete(REALLY_RUN);
  const verdicts = await Promise.all(attempts);
  return verdicts.flatMap(({ cell, words }) => {
    if (words.startsWith('403 ')) return [];
    if (words !== 'allowed' && !words.startsWith(cell.behind ?? 'allowed')) throw new Error(`${cell.title}: ${words}`);
    const refusal = client === mallory ? cell.administrator : cell.refusal;
    return [{ title: cell.title, refusals: [refusal ?? []].flat() }];
  });
}

const admissionCells = (): DeniedCell[] => [...managedObjectCells(namespace), ...detourCells(namespace)];
const roleAndBoundaryCells = (): DeniedCell[] => [...boundaryCells(namespace), ...clusterCells(namespace)];

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
  it('everything of the table is refused by the rail that is to do so, to an administrator who is not exempt too', async () => {
    for (const cell of admissionCells())
      expect([cell.administrator].flat(), cell.title).toContain(await verdict(mallory, cell.attempt));
    for (const cell of roleAndBoundaryCells())
      expect([cell.refusal].flat(), cell.title).toContain(await verdict(developer, cell.attempt));
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
      let opened: Opened[] = [];
      await expect.poll(async () => (opened = await open(mallory, admissionCells())), soon).not.toEqual([]);
      // What opens is what this rail refuses, and nothing else.
      expect(opened.filter(({ refusals }) => !refusals.every((words) => words.startsWith(`403 ${policy}: `)))).toEqual(
        [],
      );
    } finally {
      if (validation === undefined) await admin.create(again(binding), { fieldValidation: 'Ignore' });
      else
        await admin.raw('PATCH', `/apis/${POLICY.apiVersion}/validatingadmissionpolicies/${policy}`, {
          body: { spec: JSON.parse(JSON.stringify(whole['spec'])) },
          contentType: 'application/merge-patch+json',
        });
      // The next case starts from a closed table.
      await expect.poll(() => open(mallory, admissionCells()), soon).toEqual([]);
    }
  });

  it.each([
    ['ResourceQuota', 'quota', 'open a port on the nodes (quota)'],
    ['ResourceQuota', 'system-priority', 'run at a priority of the system (priority quota)'],
    ['LimitRange', 'limits', 'run a container larger than the size allows (limits)'],
  ])('%s %s of the boundary', async (kind, name, title) => {
    const reference = { apiVersion: 'v1', kind, namespace, name };
    const object = await admin.get(reference);
    if (object === undefined) throw new Error(`${kind} ${name} is missing`);
    await admin.delete(reference);
    try {
      await expect
        .poll(() => open(developer, boundaryCells(namespace)), soon)
        .toEqual([expect.objectContaining({ title })]);
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
        .toEqual([expect.objectContaining({ title: 'run a privileged pod (Pod Security)' })]);
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
        .toContainEqual(expect.objectContaining({ title: 'GET /api/v1/namespaces/own/secrets' }));
    } finally {
      await admin.delete({ ...binding, ...binding.metadata });
      await expect.poll(() => open(developer, clusterCells(namespace)), soon).toEqual([]);
    }
  });
});
