import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { olderMake } from '../../bench/older-make';
import { COMPONENTS_VERSION } from '../../components/version';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import { TestbedError, text, type Text } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { KubernetesClient } from '../../kubernetes/types';
import { drift } from '../../operations/drift';
import type { TestbedRecord } from '../../operations/records';
import { openSite } from '../../operations/site';
import { openStoredSite } from '../../operations/stored-site';
import { previewSpec } from '../../operations/preview';
import { upgrade, type UpgradeOptions, type UpgradeResult } from '../../operations/upgrade';
import { isEndOfData } from '../../operations/upgrade-plan';
import { upSpec } from '../../operations/up';
import { packageVersion } from '../../package/root';
import { testSurroundings } from '../support/cluster';
import { installOlder, olderTestbed } from '../support/older-site';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** Real testbeds, some of them made by older versions of this repository, brought on by the real engine. */
let engine: Engine;
let admin: KubernetesClient;
beforeAll(() => {
  engine = createEngine({ runners: 2 });
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await engine.close();
});

async function onSite(work: (site: TestSite) => Promise<void>): Promise<void> {
  const site = openTestSite({ engine });
  try {
    await work(site);
  } finally {
    await site.close();
  }
}

/** While the older certificates are young: else their renewal would be part of the upgrade. */
const now = (): Date => new Date('2026-12-01T00:00:00Z');

const run = (
  site: TestSite,
  options: UpgradeOptions = {},
  confirm: (question: Text) => Promise<void> = () => Promise.resolve(),
): Promise<UpgradeResult> => upgrade({ ...site.target, atOnce: 2, ...options }, { ...site.surroundings, now, confirm });

async function withRecords<T>(
  site: TestSite,
  work: (records: Awaited<ReturnType<typeof openStoredSite>>['records']) => Promise<T>,
): Promise<T> {
  await using stored = await openStoredSite(openSite(site.surroundings.environment), site.surroundings);
  return await work(stored.records);
}

const recordOf = (site: TestSite, name: string): Promise<TestbedRecord | undefined> =>
  withRecords(site, (records) => records.find(name));

const mark = (site: TestSite, name: string, fields: Partial<TestbedRecord>): Promise<void> =>
  withRecords(site, async (records) => {
    const record = await records.find(name);
    if (record === undefined) throw new Error(`there is no record of ${name}`);
    await records.save({ ...record, ...fields });
  });

/** As a record of the version before this one would look. */
const age = (site: TestSite, name: string): Promise<void> =>
  mark(site, name, {
    components: '0.0.9',
    versions: { madeBy: { package: '0.0.9', components: 0, at: '2026-01-01T00:00:00Z' }, history: [] },
  });

const states = ({ testbeds }: UpgradeResult): string[] => testbeds.map(({ name, state }) => `${name} ${state}`);

describe('a testbed of an older version', () => {
  const older = olderTestbed('credentials-counted');

  it('comes to this one with its passwords, keeps who made it, and can be ended', () =>
    onSite(async (site) => {
      await installOlder(older, { client: admin, home: site.home });
      const login = { apiVersion: 'v1', kind: 'Secret', namespace: older.id, name: 'database-owner' };
      const before = fieldsAt(await admin.get(login), 'data');
      const asked: Text[] = [];
      const result = await run(site, {}, (question) => Promise.resolve(void asked.push(question)));
      expect([states(result), result.failure, result.waves]).toEqual([[`${older.name} upgraded`], undefined, 1]);
      expect(asked.map(({ en }) => en)).toEqual([
        `upgrade 1 testbeds in 1 waves (${result.testbeds[0]?.changes.length ?? 0} objects change)?`,
      ]);
      expect(result.testbeds[0]?.changes.length).toBeGreaterThan(0);
      expect(await recordOf(site, older.name)).toMatchObject({
        infrastructure: 'ready',
        versions: {
          madeBy: { package: older.package, components: 0 },
          history: [{ ...result.to, at: now().toISOString() }],
        },
      });
      expect(fieldsAt(await admin.get(login), 'data')['password']).toBe(before['password']);
      expect(await drift({ name: older.name, ...site.target }, site.surroundings)).toMatchObject({ drifted: false });
      expect(states(await run(site))).toEqual([`${older.name} current`]);
      await site.end(older.name);
    }));

  it('can be ended without ever being brought on', () =>
    onSite(async (site) => {
      await installOlder(older, { client: admin, home: site.home });
      await site.end(older.name);
      expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: older.id })).toBeUndefined();
    }));
});

describe('a testbed that an older program built on this cluster', () => {
  it('is recorded as made by that version, comes to this one with its password, and is settled then', () =>
    onSite(async (site) => {
      const spec = specOf({ name: 'built-before', database: { engine: 'postgresql', version: '15', storage: '1Gi' } });
      const make = olderMake();
      await upSpec(spec, site.target, { ...site.surroundings, make });
      await upSpec(specOf({ name: 'built-now' }), site.target, site.surroundings);
      const made = await recordOf(site, 'built-before');
      const id = made?.id ?? '';
      expect(made?.versions).toMatchObject({ madeBy: { package: make.package, components: 0 }, history: [] });
      const login = { apiVersion: 'v1', kind: 'Secret', namespace: id, name: 'database-owner' };
      const before = fieldsAt(await admin.get(login), 'data')['password'];
      expect(before).toBeDefined();

      // By whichever name, each is taken once.
      const result = await run(site, { names: ['built-before', id, 'built-now'] });
      expect(states(result)).toEqual(['built-before upgraded', 'built-now current']);
      expect(result.testbeds[0]?.changes.map(({ operation, name }) => `${operation} ${name}`)).toEqual([
        `update ${id}-database-configuration`,
        `update ${id}-database-server`,
      ]);
      expect((await recordOf(site, 'built-before'))?.versions).toMatchObject({
        madeBy: { components: 0 },
        history: [{ components: COMPONENTS_VERSION }],
      });
      expect(fieldsAt(await admin.get(login), 'data')['password']).toBe(before);
      expect((await upSpec(spec, site.target, { ...site.surroundings, now })).outcome).toBe('unchanged');
      for (const name of ['built-before', 'built-now']) await site.end(name);
    }));
});

describe('a testbed that a newer program built', () => {
  it('is left as it is and named, while the others are brought on', () =>
    onSite(async (site) => {
      const make = { ...olderMake(), package: '99.0.0', components: COMPONENTS_VERSION + 1 };
      await upSpec(specOf({ name: 'built-after' }), site.target, { ...site.surroundings, make });
      await upSpec(specOf({ name: 'built-now' }), site.target, site.surroundings);
      const before = await recordOf(site, 'built-after');
      const result = await run(site);
      expect(states(result)).toEqual(['built-after failed', 'built-now current']);
      expect(result.testbeds[0]?.error?.code).toBe('MadeByNewer');
      expect(result.failure?.code).toBe('NotAllDone');
      expect(await recordOf(site, 'built-after')).toEqual(before);
      const told = {
        code: 'MadeByNewer',
        message: `'built-after' was built by testbed 99.0.0 (components ${COMPONENTS_VERSION + 1}), which is newer than this one, ${packageVersion()} (components ${COMPONENTS_VERSION})`,
      };
      const spec = specOf({ name: 'built-after', size: 'medium' });
      await expect(upSpec(spec, site.target, site.surroundings)).rejects.toMatchObject(told);
      await expect(previewSpec(spec, site.target, site.surroundings)).rejects.toMatchObject(told);
      expect(await recordOf(site, 'built-after')).toEqual(before);
      for (const name of ['built-after', 'built-now']) await site.end(name);
    }));
});

describe('an upgrade of many', () => {
  const made = async (site: TestSite, names: readonly string[]): Promise<void> => {
    for (const name of names) {
      await upSpec(specOf({ name }), site.target, site.surroundings);
      await age(site, name);
    }
  };

  it('stops after a wave with a failure, says what is left, and goes on when it is run again', () =>
    onSite(async (site) => {
      await made(site, ['wave-a', 'wave-b', 'wave-c']);
      await upSpec(specOf({ name: 'wave-new' }), site.target, site.surroundings);
      const planned = await run(site, { preview: true });
      expect([planned.waves, planned.failure, states(planned)]).toEqual([
        0,
        undefined,
        ['wave-a planned', 'wave-b planned', 'wave-c planned', 'wave-new current'],
      ]);
      expect((await recordOf(site, 'wave-a'))?.versions?.history).toEqual([]);

      // Between question and answer somebody begins to end one of the first wave.
      const stopped = await run(site, { wave: 2 }, () => mark(site, 'wave-b', { infrastructure: 'destroying' }));
      expect(states(stopped)).toEqual(['wave-a upgraded', 'wave-b failed', 'wave-c left', 'wave-new current']);
      expect(stopped.failure?.code).toBe('NotAllDone');
      expect(stopped.failure?.details.map(({ en }) => en.split(':')[0])).toEqual(['wave-b', 'wave-c']);

      await mark(site, 'wave-b', { infrastructure: 'ready' });
      const again = await run(site, { wave: 2 });
      expect([again.waves, again.failure, states(again)]).toEqual([
        1,
        undefined,
        ['wave-a current', 'wave-b upgraded', 'wave-c upgraded', 'wave-new current'],
      ]);
      for (const name of ['wave-a', 'wave-b', 'wave-c', 'wave-new']) await site.end(name);
    }));

  it('begins nothing when nobody agrees', () =>
    onSite(async (site) => {
      await made(site, ['asked']);
      const declined = new TestbedError('Declined', text('no', '아니요'));
      await expect(run(site, {}, () => Promise.reject(declined))).rejects.toBe(declined);
      expect((await recordOf(site, 'asked'))?.versions?.history).toEqual([]);
      await site.end('asked');
    }));

  it('is refused for a record without a spec, which is named', () =>
    onSite(async (site) => {
      await made(site, ['spec-less']);
      await mark(site, 'spec-less', { spec: undefined });
      const result = await run(site, { names: ['spec-less'] });
      expect(states(result)).toEqual(['spec-less failed']);
      expect(result.failure?.details[0]?.en).toBe(
        "spec-less: failed (StateUnreadable): the record of 'spec-less' does not hold its spec: an earlier version wrote it",
      );
      await site.end('spec-less');
    }));
});

describe('the end of data', () => {
  it('is refused and named, and happens only where somebody accepts it', () =>
    onSite(async (site) => {
      const spec = specOf({ name: 'less-room', database: { engine: 'postgresql', version: '15', storage: '2Gi' } });
      await upSpec(spec, site.target, site.surroundings);
      await age(site, 'less-room');
      const kept = (await recordOf(site, 'less-room'))?.spec;
      // As if this version gave its volume another size.
      const fields = { ...fieldsAt({ kept }, 'kept') };
      const database = { ...fieldsAt(fields, 'database'), storage: '3Gi' };
      await mark(site, 'less-room', {
        spec: JSON.parse(JSON.stringify({ ...fields, database })) as TestbedRecord['spec'],
      });
      const refused = await run(site);
      expect([states(refused), refused.waves, refused.failure?.code]).toEqual([['less-room refused'], 0, 'NotAllDone']);
      expect(refused.testbeds[0]?.endsData.map(({ resourceType }) => resourceType)).toEqual([
        'kubernetes:apps/v1:StatefulSet',
      ]);
      const asked: Text[] = [];
      const accepted = await run(site, { acceptDataLoss: true }, (question) =>
        Promise.resolve(void asked.push(question)),
      );
      expect([states(accepted), asked[0]?.en.includes('THE DATA OF less-room ENDS')]).toEqual([
        ['less-room upgraded'],
        true,
      ]);
      await site.end('less-room');
    }));

  it.each([
    ['replace', 'kubernetes:apps/v1:StatefulSet', true],
    ['delete', 'kubernetes:core/v1:PersistentVolumeClaim', true],
    ['replace', 'kubernetes:core/v1:Namespace', true],
    ['update', 'kubernetes:apps/v1:StatefulSet', false],
    ['replace', 'kubernetes:core/v1:Service', false],
    ['delete', 'kubernetes:core/v1:ConfigMap', false],
  ] as const)('is what a %s of %s is: %s', (operation, resourceType, ends) => {
    expect(isEndOfData({ operation, resourceType })).toBe(ends);
  });
});
