import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTestbedError } from '../../errors';
import { createClient } from '../../kubernetes/client';
import { fieldsAt } from '../../kubernetes/json';
import type { KubernetesClient } from '../../kubernetes/types';
import { connect } from '../../operations/connect';
import { down } from '../../operations/down';
import { drift } from '../../operations/drift';
import { list } from '../../operations/list';
import { preview, previewSpec } from '../../operations/preview';
import { show } from '../../operations/show';
import { up, upSpec } from '../../operations/up';
import { testSurroundings } from '../support/cluster';
import { withRecords } from '../support/site-records';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** One testbed's whole life by the operations, with the real engine on the real cluster. */
const spec = specOf({
  name: 'life',
  grade: 'open',
  members: ['one@startup.example', 'two@startup.example'],
  database: { engine: 'postgresql', version: '15' },
});
let site: TestSite;
let admin: KubernetesClient;
beforeAll(() => {
  site = openTestSite();
  admin = createClient(testSurroundings().connection);
});
afterAll(async () => {
  await admin.close();
  await site.close();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (isTestbedError(error)) return error.code;
    throw error;
  }
}

/** Files below a folder whose bytes hold one of the words. */
function filesWith(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const content = readFileSync(file);
      return words.some((word) => content.includes(word));
    });
}

describe('a testbed', () => {
  it('is previewed, made, left alone, shown, given access to, and ended with nothing left', async () => {
    const keys = (): string[] =>
      (existsSync(join(site.home, 'keys')) ? readdirSync(join(site.home, 'keys')) : []).filter((file) =>
        file.startsWith('tb-'),
      );
    const before = keys();
    const planned = await previewSpec(spec, site.target, site.surroundings);
    expect(keys()).toEqual(before);
    expect(planned.id).toBeUndefined();
    expect(await list(site.target, site.surroundings)).toMatchObject({ clusterAsked: true });

    const made = await upSpec(spec, site.target, site.surroundings);
    const { id } = made.testbed;
    expect(made.outcome).toBe('created');
    expect(made.operation.counts.create).toBe(planned.operation.counts.create);
    expect(made.testbed.infrastructure).toBe('ready');

    const unchanged = await upSpec(spec, site.target, site.surroundings);
    expect([unchanged.outcome, unchanged.operation.changes, unchanged.testbed.id]).toEqual(['unchanged', [], id]);
    // A name that means something to JavaScript only; the participant may give it.
    await admin.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'odd-key', namespace: id },
      data: Object.fromEntries([['__proto__', 'a']]),
    });
    expect(await drift({ name: 'life', ...site.target }, site.surroundings)).toMatchObject({ drifted: false });

    const shown = await show({ name: 'life', ...site.target }, site.surroundings);
    expect(shown.daysLeft).toBe(30);
    expect(shown.live?.simulatedNodes).toBe(true);
    expect(shown.live?.workloads.map(({ kind, name, state }) => `${kind} ${name} ${state}`)).toContain(
      'StatefulSet database ready',
    );

    const access = await connect(
      { name: 'life', member: 'two@startup.example', file: 'two.kubeconfig', ...site.target },
      site.surroundings,
    );
    expect(statSync(access.file).mode & 0o777).toBe(0o600);
    expect(Date.parse(access.expires) - Date.now()).toBeLessThanOrEqual(3_600_000);

    const ended = await down({ name: 'life', ...site.target }, site.surroundings);
    expect(ended.emptiness.objectsFound).toBe(0);
    expect(ended.emptiness.kindsChecked).toBeGreaterThan(40);
    expect(await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: id })).toBeUndefined();
    expect(await codeOf(down({ name: 'life', ...site.target }, site.surroundings))).toBe('TestbedUnknown');
    const endedOnes = await withRecords(site.home, (records) => records.ended());
    expect(endedOnes.map((one) => [one.id, one.infrastructure])).toContainEqual([id, 'destroyed']);
    expect(existsSync(join(site.home, 'state', '.pulumi', 'stacks', 'testbed', `${id}.json`))).toBe(false);
  }, 120_000);

  it('keeps its generated passwords out of every file, step, warning and result', async () => {
    const before = new Set(readdirSync(tmpdir()));
    const made = await upSpec(
      specOf({ name: 'canary', database: { engine: 'postgresql', version: '15' } }),
      site.target,
      site.surroundings,
    );
    const secret = await admin.get({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: made.testbed.id,
      name: 'database-owner',
    });
    const data = Object.entries(secret?.['data'] ?? {}).filter(([key]) => key === 'password');
    expect(data).toHaveLength(1);
    const encoded = data.map(([, value]) => String(value));
    const plain = encoded.map((value) => Buffer.from(value, 'base64').toString('utf8'));
    expect(plain[0]?.length).toBeGreaterThanOrEqual(22);
    const words = [...encoded, ...plain];
    await drift({ name: 'canary', ...site.target }, site.surroundings);
    const again = await upSpec(
      specOf({ name: 'canary', database: { engine: 'postgresql', version: '15' }, size: 'medium' }),
      site.target,
      site.surroundings,
    );
    expect(again.outcome).toBe('changed');

    expect(filesWith(site.home, words)).toEqual([]);
    const fresh = readdirSync(tmpdir()).filter((name) => name.startsWith('testbed-engine') && !before.has(name));
    expect(fresh.flatMap((name) => filesWith(join(tmpdir(), name), words))).toEqual([]);
    const seen = JSON.stringify([made, again, site.steps, site.warnings]);
    expect(words.filter((word) => seen.includes(word))).toEqual([]);
    // The search itself can find: the cluster's own answer holds what it looks for.
    expect(words.every((word) => JSON.stringify([secret, plain]).includes(word))).toBe(true);
  }, 120_000);

  it('is worked on by one run at a time: of two, one is told who works', async () => {
    const both = await Promise.all(
      [1, 2].map(() => codeOf(upSpec(specOf({ name: 'twice' }), site.target, site.surroundings))),
    );
    expect(both.toSorted()).toEqual(['OperationRunning', 'done']);
    expect((await list(site.target, site.surroundings)).testbeds.filter(({ name }) => name === 'twice')).toHaveLength(
      1,
    );
  });

  it('whose state was lost with a killed run is taken up again, with the same passwords', async () => {
    const lost = specOf({ name: 'lost-state', database: { engine: 'postgresql', version: '15' } });
    const { id } = (await upSpec(lost, site.target, site.surroundings)).testbed;
    const held = async (name: string): Promise<Record<string, unknown>> => {
      const secret = await admin.get({ apiVersion: 'v1', kind: 'Secret', namespace: id, name });
      return { uid: secret?.metadata.uid, ...fieldsAt(secret ?? {}, 'data') };
    };
    const before = await held('database-owner');
    rmSync(join(site.home, 'store', 'states', `${id}.doc`), { recursive: true });
    expect((await upSpec(lost, site.target, site.surroundings)).testbed.id).toBe(id);
    // The certificate's key was in the state alone: a new one, and clients are told whom to trust now.
    const { sslrootcert, ...after } = await held('database-owner');
    expect(after).toEqual(Object.fromEntries(Object.entries(before).filter(([key]) => key !== 'sslrootcert')));
    expect(sslrootcert).toBe((await held('database-credentials-1'))['ca.crt']);
    expect((await upSpec(lost, site.target, site.surroundings)).outcome).toBe('unchanged');
  });

  it('of another cluster is not touched from this one', async () => {
    const made = await upSpec(specOf({ name: 'elsewhere' }), site.target, site.surroundings);
    await withRecords(site.home, async (records) => {
      await records.find('elsewhere');
      await records.save({ ...made.testbed, cluster: { ...made.testbed.cluster, uid: 'another' } });
    });
    for (const work of [down, drift, show])
      expect(await codeOf(work({ name: 'elsewhere', ...site.target }, site.surroundings))).toBe('ClusterUnsuitable');
    expect(
      (await admin.get({ apiVersion: 'v1', kind: 'Namespace', name: made.testbed.id }))?.metadata.deletionTimestamp,
    ).toBeUndefined();
  });

  it('is not ended while something of it is left, and is when that is gone', async () => {
    const made = await upSpec(specOf({ name: 'leftover' }), site.target, site.surroundings);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `left-by-${made.testbed.id}`, labels: { 'testbed.io/testbed': made.testbed.id } },
      rules: [],
    };
    await admin.create(role);
    let told: unknown;
    try {
      await down({ name: 'leftover', ...site.target }, site.surroundings);
    } catch (error) {
      told = error;
    }
    expect(isTestbedError(told, 'NotEmpty') && told.details.map(({ en }) => en)).toEqual([
      `ClusterRole ${role.metadata.name}`,
    ]);
    await admin.delete({ ...role, name: role.metadata.name });
    expect((await down({ name: 'leftover', ...site.target }, site.surroundings)).emptiness.objectsFound).toBe(0);
  }, 120_000);
});

describe('a wrong spec', () => {
  it.each([up, preview])('touches nothing', async (work) => {
    const target = { ...site.target, file: join(site.home, 'absent.yaml') };
    expect(await codeOf(work(target, site.surroundings))).toBe('SpecUnreadable');
  });
});
