import { ANNOTATIONS, LABELS, NAMESPACES, TESTBED_ID } from '../components/vocabulary';
import { text } from '../errors';
import { inParallel } from './concurrency';
import { staleGroups } from './discovery';
import { failedWith } from './failures';
import { fieldsAt, stringAt } from './json';
import type { Blind } from './inventory';
import { referenceOf } from './objects';
import type { ApiResource, KubernetesClient, KubernetesObject, ListOptions, ObjectReference } from './types';

const AT_ONCE = 8;
/** Written all the time by the cluster about others, and ended by it. */
const NOISE: readonly string[] = ['Event', 'Lease'];
/** Names in a label selector; with more of them a selector would be longer than servers like, and all that bear the label are read. */
const MOST_NAMED = 1000;
/** The Secret of an operation that died; its token has ended by the clock. */
const DEAD_OPERATION_MS = 2 * 3600 * 1000;

/** How an object is known to belong to a testbed: by our mark, by our label, by its name, by its owner, or by the claim that a volume served. */
export type Belonging = 'mark' | 'label' | 'name' | 'owner' | 'claim';

export interface Orphan {
  readonly reference: ObjectReference;
  readonly uid: string;
  /** Id of the testbed that it belonged to. */
  readonly testbed: string;
  readonly why: Belonging;
  /** Whether it bears our mark or our label: only such are ever ended. */
  readonly ours: boolean;
  /** RFC 3339; undefined where the server did not say. */
  readonly createdAt: string | undefined;
}

export interface OrphansOptions {
  /** Ids of testbeds on record, and of those that are being made. */
  readonly known: ReadonlySet<string>;
  /** Only what belonged to these; default: all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface Orphans {
  readonly orphans: readonly Orphan[];
  readonly kindsChecked: number;
  readonly blind: readonly Blind[];
}

/**
 * What belongs to a testbed that is not known. What lies in such a testbed's own namespace is not named one by one: it goes with it. Asks for metadata only, but for
 * volumes. Throws KubernetesUnreachable; kinds that may not be looked at are gathered in `blind`.
 */
export async function findOrphans(client: KubernetesClient, options: OrphansOptions): Promise<Orphans> {
  const { known, only, signal } = options;
  const [resources, stale] = await Promise.all([client.resources(), staleGroups(client)]);
  const kinds = resources.filter(({ kind, verbs }) => verbs.includes('list') && !NOISE.includes(kind));
  const found = new Map<string, Orphan>();
  const blind: Blind[] = stale.map((group) => ({
    apiVersion: group,
    kind: '*',
    reason: text('the server of this API group is out of order', '이 API 그룹의 서버가 응답하지 않습니다'),
  }));
  let kindsChecked = 0;
  await inParallel(AT_ONCE, kinds, async (resource) => {
    try {
      for await (const object of candidates(client, resource, known, signal)) {
        const orphan = orphanOf(object, resource, options);
        if (orphan !== undefined && (only === undefined || only.has(orphan.testbed))) found.set(orphan.uid, orphan);
      }
      kindsChecked += 1;
    } catch (error) {
      const failure = failedWith(error);
      if (failure === undefined || failure.status === 0) throw error;
      // The kind was there a moment ago: its definition has ended, and with it all its objects.
      if (failure.status === 404) return;
      const reason = text(failure.message, failure.message);
      blind.push({ apiVersion: resource.apiVersion, kind: resource.kind, reason });
    }
  });
  return { orphans: [...found.values()].sort(byPlace), kindsChecked, blind };
}

/** At least all objects of a kind that may be orphans. In testbeds' own namespaces nothing is looked for: they stand or fall with these. */
async function* candidates(
  client: KubernetesClient,
  { apiVersion, kind, namespaced }: ApiResource,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<KubernetesObject> {
  const how: ListOptions = { metadataOnly: true, signal };
  if (!namespaced) {
    // The claim that a volume served stands in its spec.
    yield* client.list(apiVersion, kind, { ...how, metadataOnly: kind !== 'PersistentVolume' });
    return;
  }
  for (const namespace of [NAMESPACES.access, NAMESPACES.system])
    yield* client.list(apiVersion, kind, { ...how, namespace });
  const others =
    known.size === 0 || known.size > MOST_NAMED ? '' : `,${LABELS.testbed} notin (${[...known].join(',')})`;
  yield* client.list(apiVersion, kind, { ...how, labelSelector: `${LABELS.testbed}${others}` });
}

function orphanOf(
  object: KubernetesObject,
  { namespaced }: ApiResource,
  { known, now }: OrphansOptions,
): Orphan | undefined {
  const { uid, namespace, labels, annotations, creationTimestamp: createdAt } = object.metadata;
  if (uid === undefined || (namespaced && TESTBED_ID.test(namespace ?? ''))) return undefined;
  const belonging = belongingOf(object, namespaced);
  if (belonging === undefined || known.has(belonging.testbed)) return undefined;
  if (labels?.[LABELS.operation] !== undefined && now.getTime() - Date.parse(createdAt ?? '') < DEAD_OPERATION_MS)
    return undefined;
  const ours = annotations?.[ANNOTATIONS.stack] !== undefined || labels?.[LABELS.managed] === 'true';
  return { reference: referenceOf(object), uid, ...belonging, ours, createdAt };
}

function belongingOf(
  object: KubernetesObject,
  namespaced: boolean,
): { readonly testbed: string; readonly why: Belonging } | undefined {
  const { name, namespace, labels, annotations, ownerReferences } = object.metadata;
  const of = (testbed: string | undefined, why: Belonging): { testbed: string; why: Belonging } | undefined =>
    testbed !== undefined && TESTBED_ID.test(testbed) ? { testbed, why } : undefined;
  const isNamed = !namespaced || namespace === NAMESPACES.access || namespace === NAMESPACES.system;
  return (
    of(annotations?.[ANNOTATIONS.stack], 'mark') ??
    of(labels?.[LABELS.testbed] ?? labels?.[LABELS.operation], 'label') ??
    of(isNamed ? beginning(name) : undefined, 'name') ??
    of(
      (ownerReferences ?? []).map(({ name: owner }) => beginning(owner) ?? '').find((id) => TESTBED_ID.test(id)),
      'owner',
    ) ??
    of(namespaced ? undefined : stringAt(fieldsAt(object, 'spec', 'claimRef'), 'namespace'), 'claim')
  );
}

/** `tb-x7k2p9` of `tb-x7k2p9` and of `tb-x7k2p9-...`. */
function beginning(name: string): string | undefined {
  const id = name.slice(0, 9);
  return name.length === 9 || name.charAt(9) === '-' ? id : undefined;
}

function byPlace(a: Orphan, b: Orphan): number {
  return placeOf(a) < placeOf(b) ? -1 : 1;
}

function placeOf({ testbed, reference: { kind, namespace, name } }: Orphan): string {
  return `${testbed}\0${kind === 'Namespace' ? '' : kind}\0${namespace ?? ''}\0${name}`;
}
