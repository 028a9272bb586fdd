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
  const { testbed, ...rest } = options;
  const found = (await inventories(client, { ...rest, testbeds: [testbed] })).get(testbed);
  if (found === undefined) throw new Error(`no inventory was made of ${testbed}`);
  return found;
}

export interface InventoriesOptions extends Omit<InventoryOptions, 'testbed'> {
  readonly testbeds: readonly string[];
  /** Kinds of which there are many, by `apiVersion kind`; kept by the caller, so that the next look knows them at once. */
  readonly crowded?: Set<string>;
}

/** As `inventory`, of several testbeds by one look at the cluster: what is few is listed once for all of them. */
export async function inventories(
  client: KubernetesClient,
  options: InventoriesOptions,
): Promise<ReadonlyMap<string, Inventory>> {
  const { testbeds, signal, accessNamespace = NAMESPACES.access, crowded = new Set() } = options;
  const [resources, stale, ...goneOnes] = await Promise.all([
    client.resources(),
    staleGroups(client),
    ...testbeds.map((testbed) => namespaceIsGone(client, testbed, signal)),
  ]);
  const kinds = resources.filter(({ kind, verbs }) => verbs.includes('list') && !NOISE.includes(kind));
  const pages = testbeds.map((testbed, at) => openPage(testbed, goneOnes[at] === true, stale));
  const look: Look = { client, accessNamespace, crowded, testbeds, signal };
  await inParallel(AT_ONCE, kinds, async (resource) => {
    try {
      for await (const object of objectsOf(look, resource))
        for (const page of pages)
          if (isOf(object, page.testbed, resource, accessNamespace))
            page.found.set(object.metadata.uid ?? JSON.stringify(referenceOf(object)), referenceOf(object));
      for (const page of pages) page.kindsChecked += 1;
    } catch (error) {
      if (!(error instanceof KubernetesCallError) || error.failure.status === 0) throw error;
      // The kind was there a moment ago: its definition has ended, and with it all its objects.
      if (error.failure.status === 404) return;
      for (const page of pages)
        if (resource.namespaced && page.gone && error.failure.status === 403) page.kindsChecked += 1;
        else page.blind.push({ apiVersion: resource.apiVersion, kind: resource.kind, reason: error.text });
    }
  });
  return new Map(
    pages.map(({ testbed, found, kindsChecked, blind }) => [
      testbed,
      { objects: [...found.values()].sort(byPlace), kindsChecked, blind: blind.sort(byKind) },
    ]),
  );
}

/** What is found of one testbed while kinds are looked at. */
interface Page {
  readonly testbed: string;
  /** Its namespace is. */
  readonly gone: boolean;
  readonly found: Map<string, ObjectReference>;
  readonly blind: Blind[];
  kindsChecked: number;
}

function openPage(testbed: string, gone: boolean, stale: readonly string[]): Page {
  const blind = stale.map((group) => ({
    apiVersion: group,
    kind: '*',
    reason: text('the server of this API group is out of order', '이 API 그룹의 서버가 응답하지 않습니다'),
  }));
  return { testbed, gone, found: new Map(), blind, kindsChecked: 0 };
}

interface Look {
  readonly client: KubernetesClient;
  readonly accessNamespace: string;
  readonly crowded: Set<string>;
  readonly testbeds: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** At least all objects of a kind that may belong to the testbeds: the whole kind where it is small, else by label and by place. */
async function* objectsOf(look: Look, { apiVersion, kind, namespaced }: ApiResource): AsyncGenerator<KubernetesObject> {
  const { client, signal, testbeds } = look;
  const how: ListOptions = { metadataOnly: true, ...(signal === undefined ? {} : { signal }) };
  if (!namespaced) {
    // The claim that a volume served stands in its spec.
    yield* client.list(apiVersion, kind, kind === 'PersistentVolume' ? { ...how, metadataOnly: false } : how);
    return;
  }
  const key = `${apiVersion} ${kind}`;
  if (!look.crowded.has(key)) {
    const few = await fewOf(client.list(apiVersion, kind, { ...how, limit: CROWD }));
    if (few !== undefined) {
      yield* few;
      return;
    }
    look.crowded.add(key);
  }
  yield* client.list(apiVersion, kind, { ...how, labelSelector: `${LABELS.testbed} in (${testbeds.join(',')})` });
  for (const namespace of [...testbeds, look.accessNamespace])
    yield* client.list(apiVersion, kind, { ...how, namespace });
}

/** More objects of a kind than this are not listed for the few that count. */
const CROWD = 250;

/** All of a list, or undefined when there are more than one page holds. */
async function fewOf(objects: AsyncIterable<KubernetesObject>): Promise<readonly KubernetesObject[] | undefined> {
  const few: KubernetesObject[] = [];
  for await (const object of objects) {
    if (few.length >= CROWD) return undefined;
    few.push(object);
  }
  return few;
}

function isOf(
  object: KubernetesObject,
  testbed: string,
  { namespaced }: ApiResource,
  accessNamespace: string,
): boolean {
  const { name, namespace, labels } = object.metadata;
  const isNamed = name === testbed || name.startsWith(`${testbed}-`);
  if (labels?.[LABELS.testbed] === testbed) return true;
  if (namespaced) return namespace === testbed || (namespace === accessNamespace && isNamed);
  return isNamed || served(object) === testbed;
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
