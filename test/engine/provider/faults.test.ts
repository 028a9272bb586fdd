import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readStruct } from '../../../engine/provider/wire';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { openFaultyApi, writes, type FaultyApi } from './support/faulty-api';
import { call, failureOf, randomName, ServedProvider, type CallFailed, type Kept } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const namespace = randomName('pv');
const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';
const SECRET = 'kubernetes:core/v1:Secret';

const refusal = (code: number, reason: string, message: string): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  reason,
  code,
});
const STALE = {
  status: 409,
  body: refusal(
    409,
    'Conflict',
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  ),
};

describe('a provider whose API server fails', () => {
  let client: KubernetesClient;
  let place: ProviderInNamespace;
  let api: FaultyApi;
  let provider: ServedProvider;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client } = place);
  });
  afterAll(() => place.end());
  beforeEach(async () => {
    api = await openFaultyApi();
    provider = await ServedProvider.start(api.client, { readinessTimeoutSeconds: 20 });
  });
  afterEach(async () => {
    provider.stop();
    await api[Symbol.asyncDispose]();
  });

  const inputs = (name: string, data: JsonObject = { a: '1' }): JsonObject => ({ metadata: { name, namespace }, data });
  const live = (name: string, kind = 'ConfigMap'): Promise<KubernetesObject | undefined> =>
    client.get({ apiVersion: 'v1', kind, name, namespace });
  const written = (): readonly string[] => api.seen.filter(writes);
  const metadataOf = (kept: Kept): unknown => kept.state.value['metadata'];

  it('makes one object when the answer to its creation is lost, and calls it no conflict', async () => {
    for (const [type, kind] of [
      [CONFIG_MAP, 'ConfigMap'],
      [SECRET, 'Secret'],
    ] as const) {
      const name = `lost-${kind.toLowerCase()}`;
      let lost = 0;
      api.fault = (line) => (writes(line) && line.includes(name) && lost++ === 0 ? 'lose' : undefined);
      const kept = await provider.create(type, name, inputs(name, { a: 'MQ==' }));
      expect(lost).toBeGreaterThan(1);
      expect(metadataOf(kept)).toMatchObject({ uid: (await live(name, kind))?.metadata.uid });
      expect(await provider.diff(kept, inputs(name, { a: 'MQ==' }))).toMatchObject({ changes: 'NONE' });
    }
  });

  it.each([
    ['the answers are lost', CONFIG_MAP, 'lose' as const],
    ['the answers to a Secret are lost', SECRET, 'lose' as const],
  ])('hands over what was made when %s until it gives up', async (_, type, fault) => {
    const kind = type === SECRET ? 'Secret' : 'ConfigMap';
    const name = `given-up-${kind.toLowerCase()}`;
    api.fault = (line) => (writes(line) ? fault : undefined);
    const failure = await failureOf(provider.create(type, name, inputs(name, { a: 'MQ==' })));
    expect(failure.error?.code).toBe('KubernetesUnreachable');
    expect(failure.partly?.getId()).toBe(`${namespace}/${name}`);
    expect(written()).toHaveLength(4);
    const uid = (await live(name, kind))?.metadata.uid;
    expect(readStruct(failure.partly?.getProperties()).value['metadata']).toMatchObject({ uid });

    api.fault = () => undefined;
    const kept = await keptFrom(provider, type, name, inputs(name, { a: 'MQ==' }), failure);
    expect(metadataOf(await provider.update(kept, inputs(name, { a: 'Mg==' })))).toMatchObject({ uid });
    await provider.delete(kept);
  });

  it('says that nothing was made when nothing arrived', async () => {
    api.fault = (line) => (writes(line) ? 'drop' : undefined);
    const failure = await failureOf(provider.create(CONFIG_MAP, 'dropped', inputs('dropped')));
    expect([failure.error?.code, failure.partly]).toEqual(['KubernetesUnreachable', undefined]);
    expect(await live('dropped')).toBeUndefined();
  });

  it('updates and ends once, whatever is lost', async () => {
    const kept = await provider.create(CONFIG_MAP, 'steady', inputs('steady'));
    let lost = 0;
    api.fault = (line) => (writes(line) && lost++ === 0 ? 'lose' : undefined);
    const updated = await provider.update(kept, inputs('steady', { a: '2' }));
    expect((await live('steady'))?.['data']).toEqual({ a: '2' });
    expect(lost).toBe(2);
    lost = 0;
    await provider.delete(updated);
    expect(await live('steady')).toBeUndefined();
  });

  it('tries again what others were faster with, within bounds, but never a field that somebody else holds', async () => {
    const kept = await provider.create(CONFIG_MAP, 'raced', inputs('raced'));
    const before = written().length;
    let stale = 0;
    api.fault = (line) => (writes(line) && stale++ < 2 ? STALE : undefined);
    const updated = await provider.update(kept, inputs('raced', { a: '2' }));
    expect(written().length - before).toBe(3);
    stale = 0;
    await provider.delete(updated);
    expect(await live('raced')).toBeUndefined();

    api.fault = () => undefined;
    const held = await provider.create(CONFIG_MAP, 'held', inputs('held'));
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace }, data: { a: '9' } };
    await client.apply(object, { fieldManager: 'somebody', force: true });
    const calls = written().length;
    const failure = await failureOf(provider.update(held, inputs('held', { a: '3' })));
    expect(failure.error?.code).toBe('OwnershipConflict');
    expect(failure.error?.text.en).toContain('"somebody" holds .data.a');
    expect(written().length - calls).toBe(1);
  });

  it('gives up on a race that never ends, and says so', async () => {
    const kept = await provider.create(CONFIG_MAP, 'endless', inputs('endless'));
    const before = written().length;
    api.fault = (line) => (writes(line) ? STALE : undefined);
    const failure = await failureOf(provider.update(kept, inputs('endless', { a: '2' })));
    expect(failure.error?.text.en).toContain('409 Conflict');
    expect(written().length - before).toBe(6);
    expect((await live('endless'))?.['data']).toEqual({ a: '1' });
  });

  it.each([429, 500, 503, 504])('waits out a %i', async (status) => {
    let refused = 0;
    const after = status === 429 ? { after: '1' } : {};
    api.fault = (line) =>
      writes(line) && refused++ === 0 ? { status, body: refusal(status, 'X', 'later'), ...after } : undefined;
    const name = `later-${status}`;
    const kept = await provider.create(CONFIG_MAP, name, inputs(name));
    expect(metadataOf(kept)).toMatchObject({ uid: (await live(name))?.metadata.uid });
    expect(written()).toHaveLength(2);
  });

  it('ends its pauses at once when the engine cancels, and says that it was cancelled', async () => {
    let asked = (): void => undefined;
    const refused = new Promise<void>((resolve) => (asked = resolve));
    api.fault = (line) => {
      if (!writes(line)) return undefined;
      asked();
      return { status: 429, body: refusal(429, 'TooManyRequests', 'later'), after: '9' };
    };
    const began = performance.now();
    const creation = failureOf(provider.create(CONFIG_MAP, 'paused', inputs('paused')));
    await refused;
    await call((done) => provider.rpc.cancel(new Empty(), done));
    expect((await creation).error?.code).toBe('Interrupted');
    expect(performance.now() - began).toBeLessThan(7000);
    expect(written()).toHaveLength(1);
    expect(await live('paused')).toBeUndefined();
  });

  it('finishes a write that is under way when the engine cancels, and hands it over', async () => {
    let cancelled = Promise.resolve<unknown>(undefined);
    api.fault = (line) => {
      if (writes(line)) cancelled = call((done) => provider.rpc.cancel(new Empty(), done));
      return undefined;
    };
    const slow = { ...inputs('finished'), metadata: { name: 'finished', namespace, annotations: WAITING } };
    const failure = await failureOf(provider.create(CONFIG_MAP, 'finished', slow));
    await cancelled;
    expect(failure.error?.code).toBe('Interrupted');
    expect(failure.partly?.getId()).toBe(`${namespace}/finished`);
    expect(readStruct(failure.partly?.getProperties()).value['metadata']).toMatchObject({
      uid: (await live('finished'))?.metadata.uid,
    });
  });
});

const WAITING = { 'pulumi.com/waitFor': 'condition=Never' };

async function keptFrom(
  provider: ServedProvider,
  type: string,
  name: string,
  inputs: JsonObject,
  failure: CallFailed,
): Promise<Kept> {
  const urn = provider.urn(type, name);
  return {
    urn,
    id: failure.partly?.getId() ?? '',
    inputs: await provider.checked(urn, inputs),
    state: readStruct(failure.partly?.getProperties()),
  };
}
