import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainObject } from '../../../engine/provider/objects';
import { parsePath, valueAt } from '../../../engine/provider/paths';
import { isKubernetesObject } from '../../../kubernetes/objects';
import { failedWith } from '../../../kubernetes/failures';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { randomName, type Kept, type ServedProvider } from '../provider/support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from '../provider/support/provider-in-namespace';
import { BUILT_IN, definitions, type Edit, type KindCase, type Place } from './kinds';
import { edited, objectOf, typeTokenOf } from './support/edits';
import { oneFieldChanges } from './support/one-field-changes';
import { ServerSchemas } from './support/schemas';

const AT_ONCE = 6;
/** How many of a kind's changes are tried; TESTBED_CONFORMANCE_CHANGES=100000 tries all (some 6,500, in a few minutes). */
const CHANGES = Number(process.env['TESTBED_CONFORMANCE_CHANGES'] ?? 40);
const [namespace, elsewhere] = [randomName('cr'), randomName('cr')];
const group = `${randomName('g')}.example.test`;

interface Verdict {
  readonly edit: Edit;
  /** `illegal`: an object like that could not be made either; `without effect`: accepted, but all is as before. */
  readonly server: 'illegal' | 'in place' | 'refused' | 'without effect';
  readonly ours: 'in place' | 'replaced' | 'no change';
  readonly said: string;
}

/** Refused for another reason than that the field may not change. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'Job spec.parallelism': 'completions were filled in from it, and would be filled in otherwise without it',
  // What the server filled in has to go in the same change: the provider sees to that (engine/provider/defaulted-sibling.ts), which a bare apply does not.
  'Deployment spec.strategy': 'the server filled in the other side of the union',
  'Deployment spec.strategy.type': 'the server filled in the other side of the union',
  'StatefulSet spec.updateStrategy': 'the server filled in the other side of the union',
  'StatefulSet spec.updateStrategy.type': 'the server filled in the other side of the union',
};

/**
 * The API server judges our table of replacements: a change that it refuses although it would create an object like that is one that takes
 * a new object, and no other is.
 */
describe('a change of one field', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;
  let schemas: ServerSchemas;
  let attempts = 0;
  const figures: string[] = [];

  beforeAll(async () => {
    place = await providerInNamespace(namespace, { waitFor: 'applied' });
    ({ client, provider } = place);
    schemas = new ServerSchemas(client);
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } });
  });
  afterAll(async () => {
    const counted = Object.entries(Object.groupBy(figures, (verdict) => verdict)).map(
      ([verdict, of]) => `${of?.length ?? 0} ${verdict}`,
    );
    process.stderr.write(
      `changes of one field: ${attempts} tried, ${figures.length} legal; server and we: ${counted.join(', ')}\n`,
    );
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: elsewhere });
    await place.end();
  });

  /** What a dry run gives: the object, or the words of a refusal. */
  async function tried(object: JsonObject): Promise<JsonObject | string> {
    if (!isKubernetesObject(object)) throw new Error('no object');
    try {
      return plainObject(await client.apply(object, { dryRun: true, fieldManager: 'pulumi-kubernetes-testbed' }));
    } catch (error) {
      if (failedWith(error) === undefined) throw error;
      return String(error);
    }
  }

  async function serversVerdict(
    kept: Kept,
    edit: Edit,
    anew: JsonObject,
    wanted: JsonObject,
  ): Promise<Pick<Verdict, 'server' | 'said'>> {
    const created = await tried(anew);
    if (typeof created === 'string') return { server: 'illegal', said: created };
    const changed = await tried(wanted);
    if (typeof changed === 'string') return { server: 'refused', said: changed };
    const path = parsePath(edit[0]);
    const same = isDeepStrictEqual(valueAt(changed, path), valueAt(kept.state.value, path));
    return { server: same ? 'without effect' : 'in place', said: '' };
  }

  async function judged(kind: KindCase): Promise<Verdict[]> {
    const { root, all } = await schemas.of(kind.apiVersion, kind.kind);
    const at: Place = { namespace, name: randomName('cr') };
    const inputs = objectOf(kind, at);
    const other = objectOf(kind, { namespace: elsewhere, name: kind.scope === 'cluster' ? randomName('cr') : at.name });
    const kept = await provider.create(typeTokenOf(kind), at.name, inputs);
    const wholeTemplates = ['Pod', 'Job'].includes(kind.kind) && kind.variant === undefined;
    const queue = sampled(oneFieldChanges(inputs, root, all, { wholeTemplates }));
    const verdicts: Verdict[] = [];
    const work = async (): Promise<void> => {
      for (let edit = queue.shift(); edit !== undefined; edit = queue.shift()) {
        const wanted = edited(inputs, edit);
        const difference = await provider.diff(kept, wanted);
        const ours =
          difference.replaces.length > 0 ? 'replaced' : difference.changes === 'NONE' ? 'no change' : 'in place';
        verdicts.push({ edit, ours, ...(await serversVerdict(kept, edit, edited(other, edit), wanted)) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await provider.delete(kept);
    return verdicts;
  }

  it.each(
    [...BUILT_IN, ...definitions(group).slice(0, 1)].map(
      (kind) =>
        [`${kind.apiVersion} ${kind.kind}${kind.variant === undefined ? '' : ` (${kind.variant})`}`, kind] as const,
    ),
  )('of a %s takes a new object where the server refuses it, and only there', async (_, kind) => {
    const verdicts = await judged(kind);
    const legal = verdicts.filter(({ server }) => server !== 'illegal');
    const wrong = legal.filter(
      ({ edit, server, ours }) =>
        (server === 'refused') !== (ours === 'replaced') &&
        ours !== 'no change' &&
        server !== 'without effect' &&
        EXCEPTIONS[`${kind.kind} ${edit[0]}`] === undefined,
    );
    for (const { server, ours } of legal) figures.push(`${server} and ${ours}`);
    attempts += verdicts.length;
    expect(wrong.map(({ edit, server, said }) => [...edit, server, said])).toEqual([]);
  });
});

/** The same ones at every run. */
function sampled(edits: readonly Edit[]): Edit[] {
  const length = Math.min(CHANGES, edits.length);
  const [sample = []] = fc.sample(fc.shuffledSubarray([...edits], { minLength: length, maxLength: length }), {
    seed: 6,
    numRuns: 1,
  });
  return sample;
}
