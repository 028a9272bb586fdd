import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStruct, writeStruct, type Properties } from '../../../engine/provider/wire';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { failureOf, randomName, type ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const namespace = randomName('pv');
const SECRET = 'kubernetes:core/v1:Secret';
const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';

/** What is left of properties on the wire when all wrapped values are taken out. */
function bare(properties: Properties): string {
  const wire = writeStruct(properties).toJavaScript();
  return JSON.stringify(wire, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '4dabf18193072939515e22adb298388d' in value ? '[wrapped]' : value,
  );
}

describe('secrets', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
  });
  afterAll(async () => {
    await place.end();
  });

  it('of a Secret are wrapped in inputs, state and __inputs even if the program did not say that they are secret', async () => {
    const word = 'canary-plain';
    const encoded = Buffer.from(word).toString('base64');
    const inputs = { metadata: { name: 'plain', namespace }, stringData: { password: word } };
    const created = await provider.create(SECRET, 'plain', inputs);
    const read = await provider.read(created);
    const updated = await provider.update(created, { ...inputs, metadata: { ...inputs.metadata, labels: { a: 'b' } } });
    const previewed = await provider.create(SECRET, 'plain', inputs, { preview: true });
    for (const kept of [created, updated, previewed, ...(read === undefined ? [] : [read])])
      for (const properties of [kept.inputs, kept.state])
        for (const secret of [word, encoded]) expect(bare(properties)).not.toContain(secret);
    expect(created.inputs.value['data']).toEqual({ password: encoded });
    expect(created.inputs.value['stringData']).toBeUndefined();
    expect(created.state.value['data']).toEqual({ password: encoded });
    expect(created.state.secrets).toEqual(expect.arrayContaining([['data'], ['__inputs', 'data']]));
  });

  it('of any other object stay wrapped where the program put them, and where the server put the same words', async () => {
    const inputs: Properties = {
      value: {
        metadata: { name: 'settings', namespace, annotations: { copied: 'canary-setting' } },
        data: { token: 'canary-setting', open: 'plain' },
      },
      secrets: [['data', 'token']],
    };
    const created = await provider.create(CONFIG_MAP, 'settings', inputs);
    expect(created.state.secrets).toEqual(
      expect.arrayContaining([
        ['data', 'token'],
        ['__inputs', 'data', 'token'],
        ['metadata', 'annotations', 'copied'],
      ]),
    );
    expect(bare({ ...created.state, value: { ...created.state.value, __inputs: {} } })).not.toContain('canary-setting');
    expect(readStruct(writeStruct(created.state)).value['data']).toEqual({ token: 'canary-setting', open: 'plain' });
    expect((await client.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace }))?.['data']).toEqual({
      token: 'canary-setting',
      open: 'plain',
    });
  });

  it('never stand in an error, even where the server quotes what it refused', async () => {
    const wrong: Properties = {
      value: { metadata: { name: 'quoted', namespace, labels: { key: 'canary quoted!' } }, data: {} },
      secrets: [['metadata', 'labels', 'key']],
    };
    const failure = await failureOf(provider.create(CONFIG_MAP, 'quoted', wrong));
    expect(failure.error?.text.en).toContain('Invalid value: "[secret]"');
    expect(failure.message).not.toContain('canary');

    const data: JsonObject = { metadata: { name: 'broken', namespace }, data: { password: 'canary-not-base64' } };
    const broken = await failureOf(provider.create(SECRET, 'broken', data));
    expect(broken.error?.code).toBe('KubernetesRefused');
    expect(broken.message).not.toContain('canary');
  });

  it('that somebody changed show as a difference of their path, without being read', async () => {
    const inputs = { metadata: { name: 'taken', namespace }, stringData: { 'a.b': 'canary-ours', c: 'canary-kept' } };
    const created = await provider.create(SECRET, 'taken', inputs);
    const theirs = { 'a.b': Buffer.from('canary-theirs').toString('base64') };
    await client.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'taken', namespace }, data: theirs },
      { fieldManager: 'somebody', force: true },
    );
    const read = await provider.read(created);
    if (read === undefined) throw new Error('the Secret is there');
    expect(await provider.diff(read, inputs)).toMatchObject({ changes: 'SOME', paths: { 'data["a.b"]': 'ADD' } });
    expect(JSON.stringify(read.state.value)).not.toContain(theirs['a.b']);
  });

  it('of others are not read for an import', async () => {
    await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'foreign', namespace } });
    const failure = await failureOf(
      provider.read({ urn: provider.urn(SECRET, 'foreign'), id: `${namespace}/foreign` }),
    );
    expect(failure.error?.text.en).toBe(
      `Secret "foreign" in namespace "${namespace}" was not made by this stack, and the embedded provider reads no Secret that it did not make`,
    );
  });
});
