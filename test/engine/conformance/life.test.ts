import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPath, parsePath, valueAt } from '../../../engine/provider/paths';
import { plainObject, referenceFromId, wordAt } from '../../../engine/provider/objects';
import { isKubernetesObject } from '../../../kubernetes/objects';
import type { JsonObject, KubernetesClient, KubernetesObject, ObjectReference } from '../../../kubernetes/types';
import { randomName, type ServedProvider, type Kept } from '../provider/support/served-provider';
import { providerInNamespace, type ProviderInNamespace } from '../provider/support/provider-in-namespace';
import { BUILT_IN, customKinds, definitions, type Edit, type KindCase, type Place } from './kinds';
import { edited, editKind, objectOf, typeTokenOf } from './support/edits';
import { changedBySomebody } from './support/somebody';

const namespace = randomName('cf');
const group = `${randomName('g')}.example.test`;
const NO_CHANGE = { changes: 'NONE', paths: {}, replaces: [], deleteBeforeReplace: false };

const EVERYWHERE: Readonly<Record<string, Edit>> = {
  change: ['metadata.labels["example.test/suite"]', 'changed'],
  add: ['metadata.annotations["example.test/added"]', ''],
  drop: ['metadata.labels["example.test/dropped"]', undefined],
};

describe('conformance of', () => {
  let client: KubernetesClient;
  let provider: ServedProvider;
  let place: ProviderInNamespace;
  const defined: Kept[] = [];

  beforeAll(async () => {
    place = await providerInNamespace(namespace, { waitFor: 'applied' });
    ({ client, provider } = place);
    for (const kind of definitions(group))
      defined.push(await provider.create(typeTokenOf(kind), 'definition', objectOf(kind, { namespace, name: '' })));
  });
  afterAll(async () => {
    for (const definition of defined) await provider.delete(definition);
    await place.end();
  });

  const referenceTo = (kind: KindCase, { id }: Kept): ObjectReference =>
    referenceFromId(kind.apiVersion, kind.kind, id);
  const liveObject = async (kind: KindCase, kept: Kept): Promise<KubernetesObject> => {
    const live = await client.get(referenceTo(kind, kept));
    if (live === undefined) throw new Error(`${kept.id} is gone`);
    return live;
  };
  const refreshed = async (kept: Kept): Promise<Kept> => {
    const read = await provider.read(kept);
    if (read === undefined) throw new Error(`${kept.id} is gone`);
    return read;
  };

  /** One edit in place: previewed, applied, and nothing left to do after it. */
  async function editedInPlace(kind: KindCase, kept: Kept, news: JsonObject, edit: Edit): Promise<Kept> {
    const wanted = edited(news, edit);
    const difference = await provider.diff(kept, wanted);
    expect([edit, difference.replaces, difference.deleteBeforeReplace]).toEqual([edit, [], false]);
    expect([edit, Object.keys(difference.paths).every((path) => touches(path, edit[0]))]).toEqual([edit, true]);
    expect([edit, difference.changes]).toEqual([edit, 'SOME']);
    await provider.update(kept, wanted, { preview: true });
    const updated = await provider.update(kept, wanted);
    expect([edit, await provider.diff(updated, wanted)]).toEqual([edit, NO_CHANGE]);
    const read = await refreshed(updated);
    expect([edit, read.inputs.value]).toEqual([edit, updated.inputs.value]);
    const live = plainObject(await liveObject(kind, updated));
    expect(valueAt(live, ['metadata', 'uid'])).toBe(valueAt(kept.state.value, ['metadata', 'uid']));
    // Gone, or what the server fills in for it; places in lists move.
    const dropped = edit[1] === undefined && !edit[0].endsWith(']') ? [parsePath(edit[0])] : [];
    for (const path of dropped) expect([edit, valueAt(live, path)]).not.toEqual([edit, valueAt(news, path)]);
    return read;
  }

  it.each(
    [...BUILT_IN, ...definitions(`x.${group}`), ...customKinds(group)].map((kind) => [nameOf(kind), kind] as const),
  )('%s: created, unchanged, changed in each way, replaced where it has to be, drifted, ended', async (_, kind) => {
    const at: Place = { namespace, name: randomName('cf') };
    const type = typeTokenOf(kind);
    const inputs = objectOf(kind, at);
    const created = await provider.create(type, at.name, inputs);
    expect(created.id).toBe(kind.scope === 'namespace' ? `${namespace}/${nameIn(inputs)}` : nameIn(inputs));
    expect(await provider.diff(created, inputs)).toEqual(NO_CHANGE);
    let kept = await refreshed(created);
    expect(kept.inputs.value).toEqual(created.inputs.value);
    expect(await provider.diff(kept, inputs)).toEqual(NO_CHANGE);

    for (const edit of [...Object.values(EVERYWHERE), kind.change, kind.add, kind.drop, kind.list])
      if (edit !== undefined) {
        const updated = await editedInPlace(kind, kept, inputs, edit);
        kept = await provider.update(updated, inputs);
      }
    expect(await provider.diff(kept, inputs)).toEqual(NO_CHANGE);

    for (const edit of kind.replace) await refusesInPlace(kind, kept, inputs, edit);

    // Somebody else adds what is not ours, and then changes what is ours.
    await client.mergePatch(
      referenceTo(kind, kept),
      { metadata: { labels: { theirs: '1' }, annotations: { 'example.test/theirs': 'x' } } },
      { fieldManager: 'somebody' },
    );
    expect(await provider.diff(await refreshed(kept), inputs)).toEqual(NO_CHANGE);
    const changeable = [kind.change, EVERYWHERE['change']].flatMap((edit) =>
      edit !== undefined && editKind(inputs, edit) === 'UPDATE' ? [edit] : [],
    );
    for (const edit of changeable) await changedBySomebody(client, referenceTo(kind, kept), edit);
    const drift = await provider.diff(await refreshed(kept), inputs);
    expect([drift.changes, Object.keys(drift.paths).toSorted()]).toEqual([
      'SOME',
      changeable.map(([path]) => formatPath(parsePath(path))).toSorted(),
    ]);
    await provider.delete(kept);
    expect(await client.get(referenceTo(kind, kept))).toBeUndefined();
    expect(await provider.read(kept)).toBeUndefined();
    await provider.delete(kept);
  });

  /** The server does not do it in place, and we say that it takes a new object. */
  async function refusesInPlace(kind: KindCase, kept: Kept, inputs: JsonObject, edit: Edit): Promise<void> {
    const wanted = edited(inputs, edit);
    if (!isKubernetesObject(wanted)) throw new Error('no object');
    const path = parsePath(edit[0]);
    const inPlace = await client.apply(wanted, { dryRun: true, fieldManager: 'pulumi-kubernetes-testbed' }).then(
      (answer) => !isDeepStrictEqual(valueAt(plainObject(answer), path), valueAt(kept.state.value, path)),
      () => false,
    );
    expect([kind.kind, edit, inPlace]).toEqual([kind.kind, edit, false]);
    const difference = await provider.diff(kept, wanted);
    expect([edit, difference.replaces.length > 0, difference.deleteBeforeReplace]).toEqual([edit, true, true]);
  }
});

function nameOf({ apiVersion, kind, name, variant }: KindCase): string {
  return `${apiVersion} ${kind}${variant === undefined ? '' : ` (${variant})`}${name === undefined ? '' : ` ${name({ namespace: '', name: '' }).split('.')[0]}`}`;
}

function nameIn(object: JsonObject): string {
  return wordAt(object, 'metadata', 'name') ?? '';
}

/** Whether a path of a difference lies at, above or below an edit's. */
function touches(path: string, edit: string): boolean {
  const [one, other] = [parsePath(path), parsePath(edit.replace(/^stringData/, 'data'))];
  return one.every((step, index) => index >= other.length || step === other[index] || typeof step === 'number');
}
