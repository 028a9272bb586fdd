import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordAt } from '../../../engine/provider/objects';
import { UNKNOWN } from '../../../engine/provider/wire';
import type { KubernetesClient } from '../../../kubernetes/types';
import { BUILT_IN, customKinds, definitions, type Place } from '../conformance/kinds';
import { objectOf, typeTokenOf } from '../conformance/support/edits';
import { adminClient, randomName, ServedProvider } from './support/served-provider';

const NAMESPACE = 'kubernetes:core/v1:Namespace';
/** Repeats its namespace in its fields, so that the standing one would be wrong in it: the inputs are echoed. */
const NOT_ELSEWHERE: ReadonlySet<string> = new Set(['v1 Event']);
const standing = randomName('pv-standing');
const group = `${randomName('g')}.example.test`;

describe('a preview before anything exists', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  const planned = randomName('pv-planned');

  beforeAll(async () => {
    client = adminClient();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: standing } });
    provider = await ServedProvider.start(client, { previewNamespace: standing });
    await provider.create(NAMESPACE, 'ns', { metadata: { name: planned } }, { preview: true });
  });
  afterAll(async () => {
    provider.stop();
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: standing });
    await client.close();
  });

  it.each(BUILT_IN.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind] as const))(
    'asks the server about %s, and creates nothing',
    async (_, kind) => {
      const at: Place = { namespace: planned, name: randomName('pk') };
      const inputs = objectOf(kind, at);
      const previewed = await provider.create(typeTokenOf(kind), 'one', inputs, { preview: true });
      expect(previewed.id).toBe('');
      expect(wordAt(previewed.state.value, 'metadata', 'namespace')).toBe(
        kind.scope === 'namespace' ? planned : undefined,
      );
      // Only an answer of the server has a uid, which the real creation will give anew.
      const asked = !NOT_ELSEWHERE.has(`${kind.apiVersion} ${kind.kind}`);
      expect(wordAt(previewed.state.value, 'metadata', 'uid')).toBe(asked ? UNKNOWN : undefined);
      const name = wordAt(previewed.state.value, 'metadata', 'name') ?? '';
      for (const place of kind.scope === 'namespace' ? [{ namespace: standing }] : [{}])
        expect(await client.get({ apiVersion: kind.apiVersion, kind: kind.kind, name, ...place })).toBeUndefined();
    },
  );

  it.each(customKinds(group).map((kind) => [kind.kind, kind] as const))(
    'echoes a %s, whose kind comes with the same run',
    async (_, kind) => {
      for (const definition of definitions(group))
        await provider.create(typeTokenOf(definition), 'd', objectOf(definition, { namespace: '', name: '' }), {
          preview: true,
        });
      const inputs = objectOf(kind, { namespace: planned, name: 'one' });
      const previewed = await provider.create(typeTokenOf(kind), 'one', inputs, { preview: true });
      expect(previewed.state.value).toMatchObject({ ...inputs, kind: kind.kind });
    },
  );

  it('of a pod whose account and class come with the same run is no refusal', async () => {
    const spec = { containers: [{ name: 'a', image: 'example.test/a:1' }] };
    for (const more of [
      { serviceAccountName: 'comes-later' },
      { priorityClassName: 'comes-later' },
      { runtimeClassName: 'comes-later' },
    ]) {
      const inputs = { metadata: { name: 'pod', namespace: planned }, spec: { ...spec, ...more } };
      const previewed = await provider.create('kubernetes:core/v1:Pod', 'pod', inputs, { preview: true });
      expect(previewed.state.value['spec']).toMatchObject(more);
    }
  });
});
