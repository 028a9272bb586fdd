import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { JsonObject, KubernetesClient, ObjectReference } from '../../kubernetes/types';
import { drift, type DriftResult, type DriftWish } from '../../operations/drift';
import { driftAll } from '../../operations/drift-all';
import { upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** Real testbeds by the real engine; somebody with all rights changes them behind its back. */
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

async function make(name: string): Promise<string> {
  const spec = specOf({ name, database: { engine: 'postgresql', version: '15' } });
  return (await upSpec(spec, site.target, site.surroundings)).testbed.id;
}

/** A look at the given second of one imagined minute. */
function look(name: string, second: number, wish: DriftWish = {}): Promise<DriftResult> {
  const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  return drift({ name, ...site.target, ...wish }, { ...site.surroundings, now });
}

const objectOf = (namespace: string, apiVersion: string, kind: string, name: string): ObjectReference => ({
  apiVersion,
  kind,
  namespace,
  name,
});

const meddle = (reference: ObjectReference, change: JsonObject): Promise<unknown> =>
  admin.mergePatch(reference, change, { fieldManager: 'somebody' });

const outcomes = ({ repaired }: DriftResult): string[] =>
  (repaired ?? []).map(({ resourceType, outcome }) => `${resourceType.split(':').at(-1) ?? ''} ${outcome}`).toSorted();

describe('what drifted', () => {
  it('is taken back when a later look finds it again, and not before; what others made stays', async () => {
    const id = await make('twice-seen');
    const quota = objectOf(id, 'v1', 'ResourceQuota', 'quota');
    await meddle(quota, { spec: { hard: { pods: '999' } }, metadata: { labels: { theirs: '1' } } });
    await admin.delete(objectOf(id, 'v1', 'LimitRange', 'limits'));
    await admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: id } });

    const first = await look('twice-seen', 0, { repair: true });
    expect([first.drifted, first.repaired, first.strikes.map(({ seenAgain }) => seenAgain)]).toEqual([
      true,
      undefined,
      [false, false],
    ]);
    expect(fieldsAt(await admin.get(quota), 'spec', 'hard')['pods']).toBe('999');
    expect((await look('twice-seen', 30, { repair: true })).repaired).toBeUndefined();

    const second = await look('twice-seen', 61, { repair: true });
    expect(second.drifted).toBe(false);
    expect(outcomes(second)).toEqual(['LimitRange created', 'ResourceQuota restored']);
    expect(second.repaired?.flatMap(({ managers }) => managers)).toEqual(['somebody']);
    const restored = await admin.get(quota);
    expect(fieldsAt(restored, 'spec', 'hard')['pods']).toBe('15');
    expect(restored?.metadata.labels?.['theirs']).toBe('1');
    expect(await admin.get(objectOf(id, 'v1', 'ConfigMap', 'theirs'))).toBeDefined();

    expect(await look('twice-seen', 62)).toMatchObject({ drifted: false, strikes: [] });
    const again = await upSpec(
      specOf({ name: 'twice-seen', database: { engine: 'postgresql', version: '15' } }),
      site.target,
      site.surroundings,
    );
    expect(again.outcome).toBe('unchanged');
    await site.end('twice-seen');
  });

  it('is taken back at once for somebody who has looked; where our mark was taken away it stays, and that is said', async () => {
    const id = await make('at-once');
    const secret = objectOf(id, 'v1', 'Secret', 'database-app');
    const before = fieldsAt(await admin.get(secret), 'data');
    await meddle(secret, { data: { password: Buffer.from('canary').toString('base64') } });
    await meddle(objectOf(id, 'apps/v1', 'StatefulSet', 'database'), {
      metadata: { labels: { 'testbed.io/component': 'x' } },
    });
    const done = await look('at-once', 0, { repair: true, now: true });
    expect([done.drifted, outcomes(done)]).toEqual([false, ['Secret restored', 'StatefulSet restored']]);
    expect(fieldsAt(await admin.get(secret), 'data')).toEqual(before);
    expect(JSON.stringify(done)).not.toContain(before['password']);

    const quota = objectOf(id, 'v1', 'ResourceQuota', 'quota');
    const annotations = { 'testbed.io/stack': null, 'testbed.io/urn': null };
    await meddle(quota, { metadata: { annotations }, spec: { hard: { pods: '999' } } });
    const refused = await look('at-once', 1, { repair: true, now: true });
    expect([refused.drifted, outcomes(refused)]).toEqual([true, ['ResourceQuota refused']]);
    expect(refused.repaired?.[0]?.reason?.en).toBe(
      `ResourceQuota "quota" in namespace "${id}" bears no mark of this testbed any more; it was left as it is`,
    );
    expect(fieldsAt(await admin.get(quota), 'spec', 'hard')['pods']).toBe('999');
    await site.end('at-once');
  });

  it('is made anew as a whole where the namespace was ended, guards first, with the same passwords', async () => {
    const id = await make('swept');
    const login = objectOf(id, 'v1', 'Secret', 'database-owner');
    const password = fieldsAt(await admin.get(login), 'data')['password'];
    await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: id });
    for await (const event of admin.watch('v1', 'Namespace', {
      fieldSelector: `metadata.name=${id}`,
      timeoutSeconds: 60,
    }))
      if (event.type === 'DELETED') break;
    const done = await look('swept', 0, { repair: true, now: true });
    expect(done.drifted).toBe(false);
    // The namespace's default account was there at once, and is taken over as it was at first.
    expect(outcomes(done).filter((one) => !one.endsWith(' created'))).toEqual(['ServiceAccount restored']);
    expect(outcomes(done)).toContain('Namespace created');
    expect(fieldsAt(await admin.get(login), 'data')['password']).toBe(password);
    expect((await look('swept', 1)).drifted).toBe(false);
    await site.end('swept');
  });

  it('is looked for in all testbeds of a site; one that cannot be compared keeps none from it', async () => {
    const own = openTestSite({ engine });
    try {
      const ids = new Map<string, string>();
      for (const name of ['all-one', 'all-two'])
        ids.set(name, (await upSpec(specOf({ name }), own.target, own.surroundings)).testbed.id);
      await meddle(objectOf(ids.get('all-two') ?? '', 'v1', 'LimitRange', 'limits'), { spec: { limits: [] } });
      const result = await driftAll({ ...own.target, repair: true, now: true }, own.surroundings);
      expect(result).toMatchObject({ failed: [], notBegun: [] });
      expect(result.looks.map((one) => [one.testbed.name, one.drifted, outcomes(one)])).toEqual([
        ['all-one', false, []],
        ['all-two', false, ['LimitRange restored']],
      ]);
      for (const name of ids.keys()) await own.end(name);
    } finally {
      await own.close();
    }
  });

  it('is not repaired at once without --repair', async () => {
    await expect(look('nobody', 0, { now: true })).rejects.toMatchObject({ code: 'UsageWrong' });
  });
});
