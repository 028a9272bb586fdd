import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { failureOf, randomName, ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const namespace = randomName('pv');
const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';
const SECRET = 'kubernetes:core/v1:Secret';

function configMap(name: string, data: JsonObject = { a: '1' }): JsonObject {
  return { metadata: { name, namespace }, data };
}

describe('ownership', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let other: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
    other = await ServedProvider.start(client);
  });
  afterAll(async () => {
    other.stop();
    await place.end();
  });

  const live = async (name: string, kind = 'ConfigMap'): Promise<KubernetesObject> => {
    const found = await client.get({ apiVersion: 'v1', kind, name, namespace });
    if (found === undefined) throw new Error(`${kind} ${name} is not there`);
    return found;
  };

  it.each([
    ['ConfigMap', CONFIG_MAP, configMap('theirs', { a: 'x' })],
    ['Secret', SECRET, { metadata: { name: 'theirs', namespace }, stringData: { a: 'canary-x' } }],
    ['Namespace', 'kubernetes:core/v1:Namespace', { metadata: { name: `${namespace}-theirs` } }],
  ])('refuses a %s of another stack, names that stack and leaves it as it is', async (kind, type, inputs) => {
    const theirs = await other.create(type, 'resource-of-other', inputs);
    const failure = await failureOf(provider.create(type, 'mine', inputs));
    expect(failure.error?.code).toBe('OwnershipConflict');
    expect(failure.error?.text.en).toMatch(
      new RegExp(`^${kind} ".*already exists and belongs to the stack "${other.stack}" \\(.*resource-of-other\\)`),
    );
    expect(failure.error?.text.ko).toContain(`스택 "${other.stack}"에 속합니다`);
    expect((await other.read(theirs))?.state).toEqual(theirs.state);
    await other.delete(theirs);
  });

  it('refuses an object that bears no mark, already in the preview', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unmarked', namespace }, data: { a: '9' } };
    await client.create(object, { fieldManager: 'somebody' });
    for (const preview of [true, false]) {
      const failure = await failureOf(provider.create(CONFIG_MAP, 'unmarked', configMap('unmarked'), { preview }));
      expect(failure.error?.code).toBe('OwnershipConflict');
      expect(failure.error?.text.en).toBe(
        `ConfigMap "unmarked" in namespace "${namespace}" already exists and bears no mark of ours: somebody else made it; it was left as it is`,
      );
      expect(failure.error?.hint?.en).toContain('testbed.io/adopt: "true"');
    }
    expect((await live('unmarked'))['data']).toEqual({ a: '9' });
  });

  it('takes an unmarked object over when the program adopts it, but not one of another stack', async () => {
    const adopt = { 'testbed.io/adopt': 'true' };
    await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'adopted', namespace } });
    const inputs = {
      metadata: { name: 'adopted', namespace, annotations: adopt },
      automountServiceAccountToken: false,
    };
    const type = 'kubernetes:core/v1:ServiceAccount';
    await provider.create(type, 'adopted', inputs);
    const adopted = await live('adopted', 'ServiceAccount');
    expect(adopted['automountServiceAccountToken']).toBe(false);
    expect(adopted.metadata.annotations).toMatchObject({ 'testbed.io/stack': provider.stack });

    const failure = await failureOf(other.create(type, 'adopted', inputs));
    expect(failure.error?.text.en).toContain(`belongs to the stack "${provider.stack}"`);
  });

  it('takes its own object up again when the record of the first run was lost', async () => {
    const first = await provider.create(CONFIG_MAP, 'again', configMap('again'));
    const second = await provider.create(CONFIG_MAP, 'again', configMap('again', { a: '2' }));
    expect(second.state.value['metadata']).toMatchObject({ uid: (await live('again')).metadata.uid });
    expect(second.urn).toBe(first.urn);
    expect((await live('again'))['data']).toEqual({ a: '2' });
  });

  it('takes its own Secret up again without the right to read Secrets', async () => {
    const inputs = { metadata: { name: 'blind', namespace }, stringData: { key: 'canary-blind' } };
    const created = await provider.create(SECRET, 'blind', inputs);
    const seen: string[] = [];
    const blind = await ServedProvider.start(withoutReading(client, 'Secret', seen), { stack: provider.stack });
    const again = await blind.create(SECRET, 'blind', inputs);
    expect(again.state).toEqual(created.state);
    expect((await blind.read(again))?.inputs).toEqual(again.inputs);
    const changed = await blind.update(again, { ...inputs, stringData: { key: 'canary-other' } });
    await blind.delete(changed);
    expect(await blind.read(changed)).toBeUndefined();
    expect(seen).toEqual([]);
    blind.stop();
  });

  it('refuses a second resource of the same stack for the same object', async () => {
    await provider.create(CONFIG_MAP, 'first-name', configMap('renamed'));
    const failure = await failureOf(provider.create(CONFIG_MAP, 'second-name', configMap('renamed')));
    expect(failure.error?.text.en).toBe(
      `ConfigMap "renamed" in namespace "${namespace}" already belongs to another resource of this stack: ${provider.urn(CONFIG_MAP, 'first-name')}`,
    );
  });

  it('does not take a field back that somebody else changed, and names who and where', async () => {
    const created = await provider.create(CONFIG_MAP, 'fields', configMap('fields', { a: '1', b: '1' }));
    await client.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fields', namespace }, data: { a: '7' } },
      { fieldManager: 'somebody', force: true },
    );
    const failure = await failureOf(provider.update(created, configMap('fields', { a: '2', b: '2' })));
    expect(failure.error?.code).toBe('OwnershipConflict');
    expect(failure.error?.text.en).toContain('"somebody" holds .data.a');
    expect((await live('fields'))['data']).toEqual({ a: '7', b: '1' });
  });

  it('does not claim to have taken out a field that somebody else holds too', async () => {
    const created = await provider.create(CONFIG_MAP, 'held', configMap('held', { a: '1', b: '1' }));
    await client.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace }, data: { b: '1' } },
      { fieldManager: 'somebody' },
    );
    for (const preview of [true, false]) {
      const failure = await failureOf(provider.update(created, configMap('held', { a: '1' }), { preview }));
      expect(failure.error?.code).toBe('OwnershipConflict');
      expect(failure.error?.text.en).toBe(
        `cannot take fields out of ConfigMap "held" in namespace "${namespace}": other field managers hold them too: "somebody" holds data.b`,
      );
    }
    expect((await live('held'))['data']).toEqual({ a: '1', b: '1' });
  });

  it('makes and ends nothing once the run is over', async () => {
    const over = new AbortController();
    const ending = await ServedProvider.start(client, { signal: over.signal });
    const created = await ending.create(CONFIG_MAP, 'over', configMap('over'));
    over.abort(new Error('the engine is gone'));
    expect((await failureOf(ending.create(CONFIG_MAP, 'late', configMap('late')))).error?.code).toBe('Interrupted');
    expect((await failureOf(ending.delete(created))).error?.code).toBe('Interrupted');
    expect(await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'late', namespace })).toBeUndefined();
    expect((await live('over'))['data']).toEqual({ a: '1' });
    ending.stop();
  });

  it('never updates or ends another object that took the name', async () => {
    const created = await provider.create(CONFIG_MAP, 'replaced', configMap('replaced'));
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'replaced', namespace });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'replaced', namespace }, data: { z: '0' } };
    await client.create(object);
    const failure = await failureOf(provider.update(created, configMap('replaced', { a: '2' })));
    expect(failure.error?.code).toBe('OwnershipConflict');
    expect(await provider.read(created)).toBeUndefined();
    await provider.delete(created);
    expect((await live('replaced'))['data']).toEqual({ z: '0' });
  });

  it('makes an object anew that somebody ended, and drops fields that the program no longer has', async () => {
    const created = await provider.create(CONFIG_MAP, 'ended', configMap('ended', { a: '1', b: '1' }));
    await client.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'ended', namespace });
    const updated = await provider.update(created, configMap('ended', { a: '2', b: '1' }));
    expect((await live('ended'))['data']).toEqual({ a: '2', b: '1' });
    await provider.update(updated, configMap('ended', { a: '2' }));
    expect((await live('ended'))['data']).toEqual({ a: '2' });
  });
});

/** The client with a right taken away; notes each attempt to use it. */
function withoutReading(client: KubernetesClient, kind: string, seen: string[]): KubernetesClient {
  return new Proxy(client, {
    get(target, property) {
      if (property !== 'get' && property !== 'list' && property !== 'watch') {
        const member: unknown = Reflect.get(target, property);
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return (...args: unknown[]): unknown => {
        if (JSON.stringify(args).includes(kind)) seen.push(`${property} ${kind}`);
        const verb: unknown = Reflect.get(target, property);
        return typeof verb === 'function' ? Reflect.apply(verb, target, args) : undefined;
      };
    },
  });
}
