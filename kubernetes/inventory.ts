import { LABELS, NAMESPACES } from '../components/vocabulary';
import { text, type Text } from '../errors';
import { inParallel } from './concurrency';
import { staleGroups } from './discovery';
import { KubernetesCallError } from './failures';
import { fieldsAt, stringAt } from './json';
import { referenceOf } from './objects';
import type { ApiResource, KubernetesClient, KubernetesObject, ListOptions, ObjectReference } from './types';

const AT_ONCE = 8;

/** Written all the time by the cluster about others, and ended by it. */
const NOISE: readonly string[] = ['Event', 'Lease'];

/** A kind that could not be looked at. */
export interface Blind {
  readonly apiVersion: string;
  /** `*` for all kinds of a group that is out of order. */
  readonly kind: string;
  readonly reason: Text;
}

export interface InventoryOptions {
  readonly testbed: string;
  /** Where persons' identities live; default that of the vocabulary. */
  readonly accessNamespace?: string;
  readonly signal?: AbortSignal;
}

export interface Inventory {
  readonly objects: readonly ObjectReference[];
  /** How many kinds were listed without a gap. */
  readonly kindsChecked: number;
  /** What could not be looked at: an empty `objects` proves nothing about these. */
  readonly blind: readonly Blind[];
}

/**
 * Everything of a testbed: what bears its label, and by name its namespace, what lies in it, and objects named `<id>` or `<id>-...` that lie in no
 * namespace or among the persons' identities; volumes by the claim they served. Asks for metadata only. Events and leases are left out.
 * A namespaced kind that may not be listed counts as looked at when the testbed's namespace is gone, because nothing outlives its namespace.
 * Throws KubernetesUnreachable; refusals are gathered in `blind`.
 */
export async function inventory(client: KubernetesClient, options: InventoryOptions): Promise<Inventory> {
  const { testbed, signal, accessNamespace = NAMESPACES.access } = options;
  const [resources, stale, gone] = await Promise.all([
    client.resources(),
    staleGroups(client),
    namespaceIsGone(client, testbed, signal),
  ]);
  const kinds = resources.filter(({ kind, verbs }) => verbs.includes('list') && !NOISE.includes(kind));
  const found = new Map<string, ObjectReference>();
  const blind: Blind[] = stale.map((group) => ({
    apiVersion: group,
    kind: '*',
    reason: text('the server of this API group is out of order', '이 API 그룹의 서버가 응답하지 않습니다'),
  }));
  let kindsChecked = 0;
  await inParallel(AT_ONCE, kinds, async (resource) => {
    try {
      for await (const object of objectsOf(client, resource, testbed, accessNamespace, signal))
        found.set(object.metadata.uid ?? JSON.stringify(referenceOf(object)), referenceOf(object));
      kindsChecked += 1;
    } catch (error) {
      if (!(error instanceof KubernetesCallError) || error.failure.status === 0) throw error;
      // The kind was there a moment ago: its definition has ended, and with it all its objects.
      if (error.failure.status === 404) return;
      if (resource.namespaced && gone && error.failure.status === 403) kindsChecked += 1;
      else blind.push({ apiVersion: resource.apiVersion, kind: resource.kind, reason: error.text });
    }
  });
  return { objects: [...found.values()].sort(byPlace), kindsChecked, blind: blind.sort(byKind) };
}

async function* objectsOf(
  client: KubernetesClient,
  { apiVersion, kind, namespaced }: ApiResource,
  testbed: string,
  accessNamespace: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<KubernetesObject> {
  const how: ListOptions = { metadataOnly: true, ...(signal === undefined ? {} : { signal }) };
  const isNamed = ({ metadata: { name } }: KubernetesObject): boolean =>
    name === testbed || name.startsWith(`${testbed}-`);
  if (!namespaced) {
    // The claim that a volume served stands in its spec.
    const whole = kind === 'PersistentVolume' ? { ...how, metadataOnly: false } : how;
    for await (const object of client.list(apiVersion, kind, whole))
      if (isNamed(object) || object.metadata.labels?.[LABELS.testbed] === testbed || served(object) === testbed)
        yield object;
    return;
  }
  yield* client.list(apiVersion, kind, { ...how, labelSelector: `${LABELS.testbed}=${testbed}` });
  yield* client.list(apiVersion, kind, { ...how, namespace: testbed });
  for await (const object of client.list(apiVersion, kind, { ...how, namespace: accessNamespace }))
    if (isNamed(object)) yield object;
}

function served(object: KubernetesObject): string | undefined {
  return stringAt(fieldsAt(object, 'spec', 'claimRef'), 'namespace');
}

async function namespaceIsGone(
  client: KubernetesClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await client.get({ apiVersion: 'v1', kind: 'Namespace', name }, signal)) === undefined;
  } catch (error) {
    // Whoever may not look can't know that it is gone.
    if (error instanceof KubernetesCallError && error.failure.status === 403) return false;
    throw error;
  }
}

function byPlace(a: ObjectReference, b: ObjectReference): number {
  return placeOf(a) < placeOf(b) ? -1 : 1;
}

function placeOf({ namespace, apiVersion, kind, name }: ObjectReference): string {
  return `${namespace ?? ''}\0${apiVersion}\0${kind}\0${name}`;
}

function byKind(a: Blind, b: Blind): number {
  return `${a.apiVersion}\0${a.kind}` < `${b.apiVersion}\0${b.kind}` ? -1 : 1;
}
