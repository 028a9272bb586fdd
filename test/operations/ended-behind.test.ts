import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { KubernetesClient, ObjectReference } from '../../kubernetes/types';
import { waitGone } from '../../kubernetes/wait';
import { drift } from '../../operations/drift';
import { previewSpec } from '../../operations/preview';
import { upSpec, type UpResult } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { withRecords } from '../support/site-records';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** Real testbeds by the real engine; somebody with all rights ends what is theirs, and `up` runs again. */
let site: TestSite;
let engine: Engine;
let admin: KubernetesClient;
beforeAll(() => {
  engine = createEngine({ runners: 2 });
  site = openTestSite({ engine });
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await engine.close();
  await site.close();
});

const database = { engine: 'postgresql', version: '15' } as const;
const up = (name: string): Promise<UpResult> => upSpec(specOf({ name, database }), site.target, site.surroundings);

const namespaceOf = (id: string): ObjectReference => ({ apiVersion: 'v1', kind: 'Namespace', name: id });

/** What it said, and what to run. */
async function refusalOf(work: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  try {
    await work;
    return ['done'];
  } catch (error) {
    if (isTestbedError(error)) return [error.code, error.text.en, error.hint?.en];
    throw error;
  }
}

it('a testbed whose namespace was ended is made anew by the next up, with the same passwords, and that is said', async () => {
  const { id } = (await up('swept')).testbed;
  const login: ObjectReference = { apiVersion: 'v1', kind: 'Secret', namespace: id, name: 'database-owner' };
  const password = fieldsAt(await admin.get(login), 'data')['password'];
  await admin.delete(namespaceOf(id));
  await waitGone(admin, namespaceOf(id));
  const told = `the namespace ${id} of 'swept' is gone, with all that was in it; everything is made anew`;
  const warned = (): string[] => site.warnings.map(({ en }) => en).filter((one) => one.includes(`namespace ${id}`));
  await previewSpec(specOf({ name: 'swept', database }), site.target, site.surroundings);
  expect(warned()).toEqual([told]);

  const again = await up('swept');
  expect([again.outcome, again.testbed.id, again.testbed.infrastructure]).toEqual(['changed', id, 'ready']);
  const made = again.operation.changes.filter(({ operation }) => operation === 'create');
  expect(made.map(({ resourceType }) => resourceType)).toContain('kubernetes:core/v1:Namespace');
  expect(again.operation.counts.create).toBe(made.length);
  expect(fieldsAt(await admin.get(login), 'data')['password']).toBe(password);
  expect(warned()).toEqual([told, told]);
  expect(await drift({ name: 'swept', ...site.target }, site.surroundings)).toMatchObject({ drifted: false });
  expect((await up('swept')).outcome).toBe('unchanged');
  await site.end('swept');
});

it('a testbed whose namespace is being ended is not called unchanged', async () => {
  const { id } = (await up('leaving')).testbed;
  const holder: ObjectReference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: id, name: 'holder' };
  const { apiVersion, kind, ...metadata } = holder;
  await admin.create({ apiVersion, kind, metadata: { ...metadata, finalizers: ['test.example/hold'] } });
  await admin.delete(namespaceOf(id));
  expect(await refusalOf(up('leaving'))).toEqual([
    'NotReady',
    `the namespace ${id} of 'leaving' is being ended by somebody else`,
    'when it is gone, run the same command again: everything is made anew',
  ]);
  await admin.mergePatch(holder, { metadata: { finalizers: null } });
  await waitGone(admin, namespaceOf(id));
  expect((await up('leaving')).outcome).toBe('changed');
  await site.end('leaving');
});

it('a testbed without its database is not called ready', async () => {
  const { id } = (await up('headless')).testbed;
  await admin.delete({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: id, name: 'database' });
  expect(await refusalOf(up('headless'))).toEqual([
    'NotReady',
    `StatefulSet "database" in namespace "${id}" is gone, or does not bear the mark of its testbed any more`,
    'have it brought back: testbed drift headless --repair --now',
  ]);
  const failed = await withRecords(site.home, (records) => records.find('headless'));
  expect(failed?.infrastructure).toBe('failed');
  await drift({ name: 'headless', ...site.target, repair: true, now: true }, site.surroundings);
  expect(await up('headless')).toMatchObject({ outcome: 'unchanged', testbed: { infrastructure: 'ready' } });
  await site.end('headless');
});
