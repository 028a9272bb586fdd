import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDirectoryStore } from '../../engine/store/directory';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { KubernetesClient } from '../../kubernetes/types';
import { down } from '../../operations/down';
import { rotateKeys } from '../../operations/keys';
import { list } from '../../operations/list';
import { orphans } from '../../operations/orphans';
import { backupState } from '../../operations/state-backup';
import { rebuildState } from '../../operations/state-rebuild';
import { restoreState } from '../../operations/state-restore';
import { upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** What is left of a site is made whole again, with real testbeds on the real cluster. */
const name = `restored-${randomBytes(3).toString('hex')}`;
const spec = specOf({ name, database: { engine: 'postgresql', version: '15' } });
let site: TestSite;
let other: TestSite;
let admin: KubernetesClient;
let id: string;
beforeAll(async () => {
  site = openTestSite();
  other = openTestSite();
  admin = createClient(testSurroundings().connection);
  ({ id } = (await upSpec(spec, site.target, site.surroundings)).testbed);
});
afterAll(async () => {
  await admin.close();
  await Promise.all([site.close(), other.close()]);
});

interface Kept {
  readonly password: unknown;
  readonly others: unknown;
}

/** The password, and the uids of what holds data. */
async function kept(): Promise<Kept> {
  const secret = await admin.get({ apiVersion: 'v1', kind: 'Secret', namespace: id, name: 'database-owner' });
  const { sslrootcert: _certificate, password, ...data } = fieldsAt(secret ?? {}, 'data');
  const claims: unknown[] = [];
  for await (const claim of admin.list('v1', 'PersistentVolumeClaim', { namespace: id }))
    claims.push(claim.metadata.uid);
  const namespace = await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id });
  return { password, others: { secret: secret?.metadata.uid, data, claims, namespace: namespace?.metadata.uid } };
}

async function damage(from: TestSite, key: string, content: (whole: Buffer) => Buffer): Promise<void> {
  const store = openDirectoryStore(join(from.home, 'store'));
  const found = await store.read(key);
  if (found === undefined) throw new Error(`there is no ${key}`);
  await store.write(key, content(found.content), found.version);
}

it('a testbed whose state or data key is damaged is refused with the way out, rebuilt from its marks, and ended from a backup on an empty machine', async () => {
  const before = await kept();
  const cases: [string, (whole: Buffer) => Buffer][] = [
    [`states/${id}`, (whole) => whole.subarray(0, 20_000)],
    [`keys/${id}`, () => Buffer.from('\0garbage')],
  ];
  for (const [key, content] of cases) {
    await damage(site, key, content);
    const refused = await upSpec(spec, site.target, site.surroundings).catch((error: unknown) => error);
    expect([key, isTestbedError(refused, 'StateUnreadable') && refused.hint?.en]).toEqual([
      key,
      expect.stringContaining('testbed state rebuild NAME'),
    ]);
    const rebuilt = await rebuildState({ name, ...site.target }, site.surroundings);
    expect([rebuilt.outcome, rebuilt.found.kind, rebuilt.testbed.id]).toEqual(['rebuilt', 'damaged', id]);
    const after = await kept();
    expect(after.others).toEqual(before.others);
    // Passwords come from the data key: with another one they are renewed, as by `database rotate`.
    const isKept = key.startsWith('states/');
    expect([after.password === before.password, rebuilt.testbed.database?.credentials]).toEqual([
      isKept,
      isKept ? 1 : 2,
    ]);
  }
  const since = await kept();
  expect((await upSpec(spec, site.target, site.surroundings)).outcome).toBe('unchanged');
  expect(await rebuildState({ name: id, ...site.target }, site.surroundings)).toMatchObject({ outcome: 'unchanged' });

  await rotateKeys(site.surroundings);
  const passphraseFile = join(site.home, 'passphrase');
  writeFileSync(passphraseFile, 'correct horse battery staple', { mode: 0o600 });
  const file = join(other.home, 'site.state');
  await backupState({ file, passphraseFile }, site.surroundings);
  await restoreState({ file, passphraseFile }, other.surroundings);
  // The machine that it was made on is no more.
  rmSync(join(site.home, 'store'), { recursive: true });
  rmSync(join(site.home, 'keys'), { recursive: true });
  expect((await list(other.target, other.surroundings)).testbeds).toContainEqual(
    expect.objectContaining({ name, id, infrastructure: 'ready' }),
  );
  const again = await upSpec(spec, other.target, other.surroundings);
  expect([again.outcome, again.operation.changes]).toEqual(['unchanged', []]);
  expect(await kept()).toEqual(since);
  expect((await down({ name, ...other.target }, other.surroundings)).emptiness.objectsFound).toBe(0);
  expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id })).toBeUndefined();
}, 400_000);

it('a testbed whose end was begun and whose state is damaged is not made anew: it is put away, ended, and what is left is found by its marks', async () => {
  const own = openTestSite();
  try {
    const short = `ending-${randomBytes(3).toString('hex')}`;
    const { testbed } = await upSpec(specOf({ name: short }), own.target, own.surroundings);
    const key = `states/${testbed.id}`;
    await damage(own, key, (whole) => whole.subarray(0, whole.length / 2));
    // The end is noted before the state is read: it stops there, half-way.
    const refused = await down({ name: short, ...own.target }, own.surroundings).catch((error: unknown) => error);
    expect(isTestbedError(refused, 'StateUnreadable') && refused.hint?.en).toContain('testbed state rebuild NAME');
    const rebuilt = await rebuildState({ name: short, ...own.target }, own.surroundings);
    expect([rebuilt.outcome, rebuilt.found.kind, rebuilt.testbed.infrastructure, rebuilt.up]).toEqual([
      'ending',
      'damaged',
      'destroying',
      undefined,
    ]);
    const store = openDirectoryStore(join(own.home, 'store'));
    expect(await store.read(key)).toBeUndefined();
    // Without a state the engine ends nothing: its marks tell what is left. The cluster is other tests' too, so only its own is ended.
    const swept = await orphans({ ids: [testbed.id], end: true, ...own.target }, own.surroundings);
    expect([swept.ended > 0, swept.orphans]).toEqual([true, []]);
    expect((await down({ name: short, ...own.target }, own.surroundings)).emptiness.objectsFound).toBe(0);
    expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: testbed.id })).toBeUndefined();
  } finally {
    await own.close();
  }
}, 400_000);
