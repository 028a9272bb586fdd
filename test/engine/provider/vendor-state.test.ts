import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { wordAt } from '../../../engine/provider/objects';
import { formatPath } from '../../../engine/provider/paths';
import type { Properties } from '../../../engine/provider/wire';
import type { JsonObject, JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { packageRoot } from '../../../package/root';
import { randomName, type ServedProvider, type Kept } from './support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from './support/provider-in-namespace';

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const recorded = z.object({
  resources: z.array(z.object({ urn: z.string(), id: z.string(), inputs: json, outputs: json })),
});
const { resources } = recorded.parse(
  JSON.parse(readFileSync(join(packageRoot(), 'test/engine/provider/fixtures/vendor-state.json'), 'utf8')),
);
const SECRET_DATA = { password: Buffer.from('x'.repeat(24)).toString('base64') };

/** Puts known words where the recorded state had a ciphertext, and another namespace for the recorded one. */
function revealed(value: JsonObject, namespace: string): Properties {
  const replace = (child: JsonValue): JsonValue => {
    if (typeof child === 'string') return child.replaceAll('tb-4100', namespace);
    if (Array.isArray(child)) return child.map(replace);
    if (typeof child !== 'object' || child === null) return child;
    if ('$secret' in child) return SECRET_DATA;
    return Object.fromEntries(Object.entries(child).map(([key, below]) => [key, replace(below)]));
  };
  const replaced = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, replace(child)]));
  const secrets = value['kind'] === 'Secret' ? [['data'], ['__inputs', 'data']] : [];
  return { value: replaced, secrets };
}

/** All paths of a value, without what differs from object to object. */
function shapeOf(value: JsonValue, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((child, index) => shapeOf(child, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => shapeOf(child, `${path}.${key}`));
  return below.length === 0 ? [path] : below;
}

describe("the vendor's state", () => {
  const namespace = randomName('pv');
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

  it('of every kind previews without a change', async () => {
    expect(resources).toHaveLength(22);
    for (const { urn, id, inputs, outputs } of resources) {
      const kept: Kept = { urn, id, inputs: revealed(inputs, 'tb-4100'), state: revealed(outputs, 'tb-4100') };
      expect([urn, await provider.diff(kept, kept.inputs)]).toEqual([
        urn,
        { changes: 'NONE', paths: {}, replaces: [], deleteBeforeReplace: false },
      ]);
    }
  });

  it.each(resources.filter(({ inputs }) => inputs['kind'] !== 'Namespace').map((entry) => [entry.urn, entry] as const))(
    'has the shape that is written here too, beside our mark: %s',
    async (urn, { id, inputs, outputs }) => {
      const news = revealed(inputs, namespace);
      const created = await provider.create(urn.split('::')[2]?.split('$').at(-1) ?? '', 'shape', news);
      const theirs = revealed(outputs, namespace).value;
      const unmarked = shapeOf(created.state.value).filter((path) => !/testbed\.io\/(?:stack|urn)$/.test(path));
      // Status is written by controllers, sooner or later.
      const still = (paths: string[]): string[] =>
        paths
          .filter((path) => !path.startsWith('.status') && !path.includes('deployment.kubernetes.io/revision'))
          .toSorted();
      expect(still(unmarked)).toEqual(still(shapeOf(theirs)));
      for (const key of ['__inputs', '__initialApiVersion', 'apiVersion', 'kind', 'data', 'type'])
        expect([key, created.state.value[key]]).toEqual([key, theirs[key]]);
      expect(created.id).toBe(id.replace('tb-4100', namespace));
      expect(created.state.value['__fieldManager']).toMatch(/^pulumi-kubernetes-\w+$/);
      const secret = inputs['kind'] === 'Secret' ? ['__inputs.data', 'data'] : [];
      expect(created.state.secrets.map(formatPath)).toEqual(expect.arrayContaining(secret));
      await provider.delete(created);
    },
  );

  it('is updated under the field manager that it names, without a conflict', async () => {
    const manager = 'pulumi-kubernetes-f142ff95';
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'moved', namespace },
      data: { a: '1', b: '1' },
    };
    const live = await client.apply(object, { fieldManager: manager });
    const inputs: Properties = { value: object, secrets: [] };
    const value = {
      ...object,
      metadata: { ...object.metadata, uid: live.metadata.uid ?? '' },
      __fieldManager: manager,
    };
    const urn = provider.urn('kubernetes:core/v1:ConfigMap', 'moved');
    const kept: Kept = { urn, id: `${namespace}/moved`, inputs, state: { value, secrets: [] } };
    const updated = await provider.update(kept, { ...object, data: { a: '2' } });
    expect(updated.state.value['data']).toEqual({ a: '2' });
    expect(wordAt(updated.state.value, '__fieldManager')).toBe(manager);
  });
});
