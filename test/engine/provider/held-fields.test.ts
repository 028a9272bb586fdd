import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { failureOf, randomName, type ServedProvider } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const namespace = randomName('hf');

describe('a field that goes', () => {
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

  const inputs = (name: string, metadata: JsonObject, ports: JsonObject[]): JsonObject => ({
    metadata: { name, namespace, ...metadata },
    spec: { selector: { app: name }, ...(ports.length === 0 ? { clusterIP: 'None' } : { clusterIP: 'None', ports }) },
  });
  const applied = (name: string, fields: JsonObject): Promise<unknown> => {
    const { metadata, ...rest } = fields as { metadata?: JsonObject };
    return client.apply(
      { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, name, namespace }, ...rest },
      { fieldManager: 'somebody' },
    );
  };

  it('with its whole map or list leaves what others have in there', async () => {
    const ours = { annotations: { ours: '1' }, finalizers: ['example.test/ours'] };
    const created = await provider.create(
      'kubernetes:core/v1:Service',
      'beside',
      inputs('beside', ours, [{ port: 80 }]),
    );
    await applied('beside', { metadata: { annotations: { theirs: '1' }, finalizers: ['example.test/theirs'] } });
    await provider.update(created, inputs('beside', {}, [{ port: 80 }]));
    const live = await client.get({ apiVersion: 'v1', kind: 'Service', name: 'beside', namespace });
    expect(live?.metadata.annotations?.['ours']).toBeUndefined();
    expect(live?.metadata).toMatchObject({ annotations: { theirs: '1' }, finalizers: ['example.test/theirs'] });
    await applied('beside', {});
  });

  it.each<[string, JsonObject, string]>([
    ['an annotation', { metadata: { annotations: { ours: '1' } } }, 'metadata.annotations'],
    ['an element of a set', { metadata: { finalizers: ['example.test/ours'] } }, 'metadata.finalizers'],
    ['an element with a key', { spec: { ports: [{ port: 80 }] } }, 'spec.ports'],
  ])('is not passed over where others hold it too: %s', async (_, theirs, path) => {
    const name = randomName('held');
    const ours = inputs(name, { annotations: { ours: '1' }, finalizers: ['example.test/ours'] }, [{ port: 80 }]);
    const created = await provider.create('kubernetes:core/v1:Service', name, ours);
    await applied(name, theirs);
    const failure = await failureOf(provider.update(created, inputs(name, {}, [])));
    expect(failure.error?.text.en).toContain(`"somebody" holds ${path}`);
    await applied(name, {});
    await provider.update(created, inputs(name, {}, []));
  });
});
