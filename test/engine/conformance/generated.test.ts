import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapAt, plainObject, referenceFromId } from '../../../engine/provider/objects';
import type { JsonObject, JsonValue, KubernetesClient } from '../../../kubernetes/types';
import { randomName, type Kept, type ServedProvider } from '../provider/support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from '../provider/support/provider-in-namespace';
import { defineGroup, randomGroup, type DefinedGroup } from './support/defined-group';
import { typeTokenOf } from './support/edits';
import { generatedObjects, type Generated } from './support/generated-objects';

/** TESTBED_CONFORMANCE_RUNS=1000 tries more. */
const numRuns = Number(process.env['TESTBED_CONFORMANCE_RUNS'] ?? 25);
const namespace = randomName('cg');
const group = randomGroup();
const NO_CHANGE = { changes: 'NONE', paths: {}, replaces: [], deleteBeforeReplace: false };

describe('a generated object', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;
  let defined: DefinedGroup;

  beforeAll(async () => {
    place = await providerInNamespace(namespace, { waitFor: 'applied' });
    ({ client, provider } = place);
    defined = await defineGroup(provider, group);
  });
  afterAll(async () => {
    await defined.end();
    await place.end();
  });

  const inputsOf = ({ kind, metadata, fields }: Generated, name: string): JsonObject => ({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { ...metadata, name, namespace },
    ...fields,
  });
  /** As the engine keeps it in its state between two runs. */
  const recorded = (kept: Kept): Kept => JSON.parse(JSON.stringify(kept)) as Kept;

  it('is unchanged at the next run, with and without a refresh', async () => {
    await fc.assert(
      fc.asyncProperty(generatedObjects(group), async (generated) => {
        const inputs = inputsOf(generated, randomName('cg'));
        const created = recorded(await provider.create(typeTokenOf(generated.kind), 'generated', inputs));
        expect(await provider.diff(created, inputs)).toEqual(NO_CHANGE);
        const read = recorded(present(await provider.read(created)));
        expect(read.inputs.value).toEqual(created.inputs.value);
        expect(await provider.diff(read, inputs)).toEqual(NO_CHANGE);
        await provider.delete(created);
      }),
      { numRuns },
    );
  });

  const live = async ({ kind }: Generated, kept: Kept): Promise<JsonObject> => {
    return plainObject(present(await client.get(referenceFromId(kind.apiVersion, kind.kind, kept.id))));
  };

  it('that becomes another one in place is then as if it had been made so', async () => {
    const pairs = fc
      .tuple(generatedObjects(group), generatedObjects(group), fc.infiniteStream(fc.nat()))
      .filter(([one, other]) => one.kind.kind === other.kind.kind);
    await fc.assert(
      fc.asyncProperty(pairs, async ([one, other]) => {
        const [first, second] = [randomName('cg'), randomName('cg')];
        const type = typeTokenOf(one.kind);
        const created = await provider.create(type, first, inputsOf(one, first));
        const wanted = inputsOf(other, first);
        const difference = await provider.diff(created, wanted);
        fc.pre(difference.replaces.length === 0);
        const updated = difference.changes === 'NONE' ? created : recorded(await provider.update(created, wanted));
        expect(await provider.diff(updated, wanted)).toEqual(NO_CHANGE);
        const anew = await provider.create(type, second, inputsOf(other, second));
        expect(comparable(await live(one, updated))).toEqual(comparable(await live(other, anew)));
        await provider.delete(anew);
        await provider.delete(created);
      }),
      { numRuns },
    );
  });
});

function present<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('the object is gone');
  return found;
}

/** An object without what belongs to this one alone; the server leaves empty maps and lists where their last field was taken out. */
function comparable({ metadata, status: _status, ...rest }: JsonObject): JsonValue {
  const annotations = Object.entries(mapAt(metadata, 'annotations')).filter(
    ([key]) => !/^(?:testbed\.io|deployment\.kubernetes\.io)\//.test(key),
  );
  const { clusterIP, clusterIPs, ...spec } = mapAt(rest, 'spec');
  const addresses = clusterIP === 'None' ? { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) } : {};
  if (rest['spec'] !== undefined) rest['spec'] = { ...spec, ...addresses };
  return withoutEmpty({ ...rest, labels: mapAt(metadata, 'labels'), annotations: Object.fromEntries(annotations) });
}

function withoutEmpty(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      const below = withoutEmpty(child);
      return typeof below === 'object' && below !== null && Object.keys(below).length === 0 ? [] : [[key, below]];
    }),
  );
}
