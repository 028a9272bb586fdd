import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordAt } from '../../../engine/provider/objects';
import type { KubernetesClient } from '../../../kubernetes/types';
import { randomName, type ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';
import { lifecycleCases } from './support/lifecycle-cases';

const namespace = randomName('pv');
const global = randomName('pv-global');
const group = `${randomName('g')}.example.test`;

describe('the life of an object', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;

  beforeAll(async () => {
    place = await providerInNamespace(namespace);
    ({ client, provider } = place);
  });
  afterAll(async () => {
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: global });
    await place.end();
  });

  it.each(Object.entries(lifecycleCases({ namespace, global })))(
    'of kind %s: created, unchanged, changed, ended',
    async (kind, { type, inputs, changed, paths }) => {
      const reference = (
        apiVersion: string,
        id: string,
      ): { apiVersion: string; kind: string; name: string; namespace?: string } => {
        const [first = '', second] = id.split('/');
        return second === undefined
          ? { apiVersion, kind, name: first }
          : { apiVersion, kind, namespace: first, name: second };
      };
      const created = await provider.create(type, 'one', inputs);
      const apiVersion = wordAt(created.inputs.value, 'apiVersion') ?? '';
      const live = await client.get(reference(apiVersion, created.id));
      expect(live?.metadata.uid).toBe(wordAt(created.state.value, 'metadata', 'uid'));
      expect(live?.metadata.annotations).toMatchObject({
        'testbed.io/stack': provider.stack,
        'testbed.io/urn': created.urn,
      });
      expect(created.state.value['__initialApiVersion']).toBe(apiVersion);
      expect(created.state.value['__fieldManager']).toBe('pulumi-kubernetes-testbed');
      expect(created.state.value['__inputs']).toEqual(created.inputs.value);
      expect(JSON.stringify(created.state.value)).not.toContain('managedFields');

      expect(await provider.diff(created, inputs)).toEqual({
        changes: 'NONE',
        paths: {},
        replaces: [],
        deleteBeforeReplace: false,
      });
      const read = await provider.read(created);
      expect(read?.inputs).toEqual(created.inputs);

      expect(await provider.diff(created, changed)).toMatchObject({ changes: 'SOME', paths, replaces: [] });
      const previewed = await provider.update(created, changed, { preview: true });
      expect(previewed.inputs).not.toEqual(created.inputs);
      const updated = await provider.update(created, changed);
      expect(await provider.diff(updated, changed)).toMatchObject({ changes: 'NONE' });
      expect((await client.get(reference(apiVersion, created.id)))?.metadata.uid).toBe(live?.metadata.uid);
      expect((await provider.read(updated))?.inputs).toEqual(updated.inputs);

      await provider.delete(updated);
      expect(await client.get(reference(apiVersion, created.id))).toBeUndefined();
      expect(await provider.read(updated)).toBeUndefined();
      await provider.delete(updated);
    },
  );

  it('of a custom resource, whose definition comes in the same run', async () => {
    const plural = 'widgets';
    const definition = await provider.create(
      'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition',
      'definition',
      {
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural, singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: {
                    spec: {
                      type: 'object',
                      properties: { size: { type: 'integer', default: 3 }, colour: { type: 'string' } },
                    },
                  },
                },
              },
            },
          ],
        },
      },
    );
    const type = `kubernetes:${group}/v1:Widget`;
    const inputs = { metadata: { name: 'one', namespace }, spec: { colour: 'red' } };
    const widget = await provider.create(type, 'widget', inputs);
    expect(widget.id).toBe(`${namespace}/one`);
    expect(widget.state.value['spec']).toEqual({ colour: 'red', size: 3 });
    expect(await provider.diff(widget, inputs)).toMatchObject({ changes: 'NONE' });
    expect(await provider.diff(widget, { ...inputs, spec: { colour: 'blue' } })).toMatchObject({
      paths: { 'spec.colour': 'UPDATE' },
    });
    await provider.delete(widget);
    await provider.delete(definition);
    expect(await provider.read(definition)).toBeUndefined();
  });
});
