import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../../engine/provider/context';
import { openRepairs } from '../../../engine/provider/repair';
import type { Repaired } from '../../../engine/types';
import { listAt, stringAt } from '../../../kubernetes/json';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { randomName, type Kept, type ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

/** On the real API server: somebody else changes, ends and takes over objects of ours, and they are taken back. */
const namespace = randomName('pv');
const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';
const NETWORK_POLICY = 'kubernetes:networking.k8s.io/v1:NetworkPolicy';
const STATEFUL_SET = 'kubernetes:apps/v1:StatefulSet';
const SECRET = 'kubernetes:core/v1:Secret';

let client: KubernetesClient;
let provider: ServedProvider;
let place: ProviderInNamespace;
beforeAll(async () => {
  place = await providerInNamespace(namespace, { waitFor: 'applied' });
  ({ client, provider } = place);
});
afterAll(async () => {
  await place.end();
});

const read = (kind: string, name: string, apiVersion = 'v1'): Promise<KubernetesObject | undefined> =>
  client.get({ apiVersion, kind, name, namespace });

const meddle = (apiVersion: string, kind: string, name: string, change: JsonObject): Promise<unknown> =>
  client.mergePatch({ apiVersion, kind, name, namespace }, change, { fieldManager: 'somebody' });

/** Takes back those of `objects` that are wished for; all of them are read, as an engine does. */
async function takeBack(
  objects: readonly Kept[],
  wish: { readonly gone?: readonly Kept[]; readonly changed?: readonly Kept[] },
): Promise<{ readonly told: readonly Repaired[]; readonly after: readonly Kept[] }> {
  const told: Repaired[] = [];
  const wished = (kept: readonly Kept[] | undefined, gone: boolean): { urn: string; gone: boolean }[] =>
    (kept ?? []).map(({ urn }) => ({ urn, gone }));
  const repairs = openRepairs({
    objects: [...wished(wish.gone, true), ...wished(wish.changed, false)],
    onRepaired: (one) => told.push(one),
  });
  const signal = new AbortController().signal;
  const run = startRun({
    client,
    stack: provider.stack,
    readinessTimeoutSeconds: 20,
    onStatus: () => undefined,
    signal,
  });
  const after = await Promise.all(
    objects.map(async (kept) => {
      const mark = { stack: provider.stack, urn: kept.urn };
      return { ...kept, ...(await repairs.read(run, { ...kept, mark, signal })) };
    }),
  );
  return { told, after };
}

/** Managers that the server has in its book for an object. */
const managers = (object: KubernetesObject | undefined): string[] =>
  listAt(object, 'metadata', 'managedFields').map((entry) => stringAt(entry, 'manager') ?? '');

describe('what somebody changed', () => {
  it('is taken back by force, with the name of who had it; what is nobody else of ours is left alone', async () => {
    const inputs = { metadata: { name: 'config', namespace, labels: { ours: '1' } }, data: { a: '1', b: '1' } };
    const kept = await provider.create(CONFIG_MAP, 'config', inputs);
    await meddle('v1', 'ConfigMap', 'config', {
      metadata: { labels: { ours: '2', theirs: '1' }, annotations: { note: 'x' } },
      data: { a: '2', b: null, added: '1' },
    });
    const { told, after } = await takeBack([kept], { changed: [kept] });
    expect(told).toEqual([{ urn: kept.urn, outcome: 'restored', managers: ['somebody'], left: [] }]);
    const live = await read('ConfigMap', 'config');
    expect(live?.['data']).toEqual({ a: '1', b: '1' });
    expect(live?.metadata.labels).toEqual({ ours: '1', theirs: '1' });
    expect(live?.metadata.annotations).toMatchObject({ note: 'x' });
    // A later change of ours finds no stranger there.
    expect(managers(live)).not.toContain('testbed-repair');
    const [restored = kept] = after;
    const changed = { ...inputs, data: { a: '3' } };
    await provider.update(restored, changed);
    expect((await read('ConfigMap', 'config'))?.['data']).toEqual({ a: '3' });
  });

  it('is taken out of lists too, whoever owns the item', async () => {
    const inputs = {
      metadata: { name: 'server', namespace },
      spec: {
        serviceName: 'server',
        replicas: 0,
        selector: { matchLabels: { app: 'server' } },
        template: {
          metadata: { labels: { app: 'server' } },
          spec: { containers: [{ name: 'main', image: 'example.test/main:1', env: [{ name: 'OURS', value: '1' }] }] },
        },
      },
    };
    const kept = await provider.create(STATEFUL_SET, 'server', inputs);
    const container = { name: 'main', image: 'example.test/main:2', env: [{ name: 'THEIRS', value: '1' }] };
    await client.apply(
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'server', namespace },
        spec: { template: { spec: { containers: [container] } } },
      },
      { fieldManager: 'somebody', force: true },
    );
    const { told } = await takeBack([kept], { changed: [kept] });
    expect(told).toEqual([{ urn: kept.urn, outcome: 'restored', managers: ['somebody'], left: [] }]);
    const live = await read('StatefulSet', 'server', 'apps/v1');
    const spec = JSON.stringify(live?.['spec']);
    expect(spec).toContain('"image":"example.test/main:1"');
    expect(spec).toContain('OURS');
    expect(spec).not.toContain('THEIRS');
    expect(managers(live)).not.toContain('testbed-repair');
  });

  it('is taken back in a guard that somebody opened', async () => {
    const inputs = {
      metadata: { name: 'deny', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    };
    const kept = await provider.create(NETWORK_POLICY, 'deny', inputs);
    await meddle('networking.k8s.io/v1', 'NetworkPolicy', 'deny', { spec: { egress: [{}] } });
    const { told } = await takeBack([kept], { changed: [kept] });
    expect(told).toMatchObject([{ outcome: 'restored', managers: ['somebody'], left: [] }]);
    const live = await read('NetworkPolicy', 'deny', 'networking.k8s.io/v1');
    expect(live?.['spec']).toEqual(inputs.spec);
  });

  it('is taken back in a Secret without reading it', async () => {
    const kept = await provider.create(SECRET, 'login', {
      metadata: { name: 'login', namespace },
      type: 'Opaque',
      stringData: { password: 'ours' },
    });
    const theirs = Buffer.from('theirs').toString('base64');
    await meddle('v1', 'Secret', 'login', { data: { password: theirs } });
    const { told } = await takeBack([kept], { changed: [kept] });
    expect(told).toMatchObject([{ outcome: 'restored', managers: ['somebody'] }]);
    const live = await read('Secret', 'login');
    expect(live?.['data']).toEqual({ password: Buffer.from('ours').toString('base64') });
    expect(JSON.stringify(told)).not.toContain(theirs);
  });

  it('is left alone where it was not wished for, and where it was undone meanwhile', async () => {
    const inputs = { metadata: { name: 'other', namespace }, data: { a: '1' } };
    const kept = await provider.create(CONFIG_MAP, 'other', inputs);
    const quiet = await provider.create(CONFIG_MAP, 'quiet', {
      metadata: { name: 'quiet', namespace },
      data: { a: '1' },
    });
    await meddle('v1', 'ConfigMap', 'other', { data: { a: '2' } });
    const { told, after } = await takeBack([kept, quiet], { changed: [quiet] });
    expect(told).toEqual([{ urn: quiet.urn, outcome: 'settled', managers: [], left: [] }]);
    expect((await read('ConfigMap', 'other'))?.['data']).toEqual({ a: '2' });
    // As it was recorded: the difference shows at the next look.
    expect(after[0]).toEqual(kept);
  });
});

describe('what somebody ended', () => {
  it('is made anew, its guards before what they guard', async () => {
    const workload = await provider.create(CONFIG_MAP, 'gone', { metadata: { name: 'gone', namespace }, data: {} });
    const quota = await provider.create('kubernetes:core/v1:ResourceQuota', 'quota', {
      metadata: { name: 'quota', namespace },
      spec: { hard: { pods: '3' } },
    });
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', namespace });
    await client.delete({ apiVersion: 'v1', kind: 'ResourceQuota', name: 'quota', namespace });
    const { told, after } = await takeBack([workload, quota], { gone: [workload, quota] });
    expect(told.map(({ urn, outcome }) => [urn, outcome])).toEqual([
      [quota.urn, 'created'],
      [workload.urn, 'created'],
    ]);
    // With the new object in the state, nothing is different any more.
    for (const kept of after) expect(await provider.read(kept)).toMatchObject({ id: kept.id });
  });

  it('is refused where somebody has its place or took our mark away, and the others are made all the same', async () => {
    const make = (name: string): Promise<Kept> =>
      provider.create(CONFIG_MAP, name, { metadata: { name, namespace }, data: { a: '1' } });
    const [taken, unmarked, gone] = [await make('taken'), await make('unmarked'), await make('third')];
    const configMap = (name: string): { apiVersion: string; kind: string; name: string; namespace: string } => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name,
      namespace,
    });
    await client.delete(configMap('taken'));
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'taken', namespace }, data: {} });
    await meddle('v1', 'ConfigMap', 'unmarked', {
      metadata: { annotations: { 'testbed.io/stack': null, 'testbed.io/urn': null } },
      data: { a: '2' },
    });
    await client.delete(configMap('third'));
    const { told, after } = await takeBack([taken, unmarked, gone], { gone: [taken, gone], changed: [unmarked] });
    const by = new Map(told.map((one) => [one.urn, one]));
    expect(by.get(taken.urn)).toMatchObject({
      outcome: 'refused',
      reason: { en: expect.stringContaining('bears no mark of ours') },
    });
    expect(by.get(unmarked.urn)).toMatchObject({
      outcome: 'refused',
      reason: { en: expect.stringContaining('bears no mark of this testbed any more') },
    });
    expect(by.get(gone.urn)).toMatchObject({ outcome: 'created' });
    expect((await read('ConfigMap', 'taken'))?.['data']).toBeUndefined();
    expect((await read('ConfigMap', 'unmarked'))?.['data']).toEqual({ a: '2' });
    expect(after.slice(0, 2)).toEqual([taken, unmarked]);
  });
});
