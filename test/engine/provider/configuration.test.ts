import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { ServedProvider, adminClient, failureOf, properties, randomName, type Kept } from './support/served-provider';

let client: KubernetesClient;
beforeAll(() => {
  client = adminClient();
});
afterAll(() => client.close());

const TYPE = 'kubernetes:core/v1:ConfigMap';

it('answers nothing about objects before it is configured, and all of it after', async () => {
  const provider = await ServedProvider.startUnconfigured(client);
  const name = randomName('early');
  const news: JsonObject = { metadata: { name, namespace: 'default' }, data: { a: '1' } };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', ...news };
  const kept: Kept = {
    urn: provider.urn(TYPE, name),
    id: `default/${name}`,
    inputs: properties(object),
    state: properties(object),
  };
  const early = [
    await failureOf(provider.checked(kept.urn, news)),
    await failureOf(provider.created(kept)),
    await failureOf(provider.read(kept)),
    await failureOf(provider.delete(kept)),
  ];
  const refusal = ['EngineFailed', 'the provider was asked about an object before it was configured'];
  expect(early.map(({ error }) => [error?.code, error?.message])).toEqual(early.map(() => refusal));
  expect(await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name })).toBeUndefined();

  await provider.configure();
  const made = await provider.create(TYPE, name, news);
  await provider.delete(made);
  provider.stop();
});
