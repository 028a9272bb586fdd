import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceFromId } from '../../../engine/provider/objects';
import { fieldsAt, listAt, stringAt } from '../../../kubernetes/json';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { randomName, type Kept, type ServedProvider } from '../provider/support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from '../provider/support/provider-in-namespace';
import { defineGroup, randomGroup, type DefinedGroup } from './support/defined-group';
import { typeTokenOf } from './support/edits';
import { generatedObjects, type Generated } from './support/generated-objects';

/** TESTBED_CONFORMANCE_RUNS=1000 tries more, TESTBED_CONFORMANCE_SEED=7 others. */
const seed = Number(process.env['TESTBED_CONFORMANCE_SEED'] ?? 1);
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
      { numRuns, seed },
    );
  });

  const live = async ({ kind }: Generated, kept: Kept): Promise<KubernetesObject> =>
    present(await client.get(referenceFromId(kind.apiVersion, kind.kind, kept.id)));

  it('that becomes another one in place holds then what it would hold if it had been made so, and nothing more', async () => {
    const pairs = fc
      .tuple(generatedObjects(group), generatedObjects(group), fc.infiniteStream(fc.nat()))
      .filter(([one, other]) => one.kind.kind === other.kind.kind)
      // A field of any shape that loses all we hold of it becomes null by the server's merge, which its own schema then refuses.
      .filter(([one]) => one.kind.kind !== 'Widget');
    await fc.assert(
      fc.asyncProperty(pairs, async ([one, other]) => {
        const [first, second] = [randomName('cg'), randomName('cg')];
        const type = typeTokenOf(one.kind);
        const created = await provider.create(type, first, inputsOf(one, first));
        const wanted = inputsOf(other, first);
        const difference = await provider.diff(created, wanted);
        fc.pre(difference.replaces.length === 0);
        const updated =
          difference.changes === 'NONE' ? created : recorded(await unlessBound(provider.update(created, wanted)));
        expect(await provider.diff(updated, wanted)).toEqual(NO_CHANGE);
        const anew = await provider.create(type, second, inputsOf(other, second));
        expect(heldFields(await live(one, updated))).toEqual(heldFields(await live(other, anew)));
        await provider.delete(anew);
        await provider.delete(created);
      }),
      { numRuns, seed },
    );
  });
});

/**
 * A headless Service without a selector is given both families of addresses, and keeps them: on a cluster of one family the server refuses it a selector
 * from then on, whoever asks. Such a pair is left out.
 */
async function unlessBound<T>(update: Promise<T>): Promise<T> {
  try {
    return await update;
  } catch (error) {
    fc.pre(!String(error).includes('not configured for dual-stack services'));
    throw error;
  }
}

function present<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('the object is gone');
  return found;
}

/**
 * The fields that we hold of an object, as the server keeps them. The others are its own: what it fills in depends on what the object was before, such as the
 * address families of a Service that once had a selector.
 */
function heldFields(object: KubernetesObject): unknown {
  const ours = listAt(object, 'metadata', 'managedFields').filter((entry) => stringAt(entry, 'operation') === 'Apply');
  expect(ours).toHaveLength(1);
  return fieldsAt(ours[0], 'fieldsV1');
}
