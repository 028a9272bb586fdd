import { FIELD_MANAGER } from '../../components/vocabulary';
import { inParallel } from '../../kubernetes/concurrency';
import type { ApiResource, KubernetesClient, KubernetesObject } from '../../kubernetes/types';

/** What comes and goes by itself, or is made by controllers under names of chance. */
const PASSING = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ControllerRevision', 'ComponentStatus']);
const AT_ONCE = 8;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Fingerprints of what is random. */
const FINGERPRINTS = new Set(['testbed.io/configuration', 'testbed.io/credentials']);

/** Every object of the cluster but what comes and goes by itself, asked for kind by kind without any selector: nothing hides from it. */
export async function everything(client: KubernetesClient): Promise<readonly KubernetesObject[]> {
  const kinds = (await client.resources()).filter(({ kind, verbs }) => !PASSING.has(kind) && verbs.includes('list'));
  const found: KubernetesObject[] = [];
  await inParallel(AT_ONCE, kinds, async ({ apiVersion, kind }: ApiResource) => {
    for await (const object of client.list(apiVersion, kind)) found.push({ ...object, apiVersion, kind });
  });
  return found;
}

/** Every Secret of the cluster. */
export async function allSecrets(client: KubernetesClient): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const object of client.list('v1', 'Secret')) found.push({ ...object, apiVersion: 'v1', kind: 'Secret' });
  return found;
}

/** Those that belong to a testbed by namespace, name, label or annotation. */
export function related(objects: readonly KubernetesObject[], id: string): readonly KubernetesObject[] {
  return objects.filter(({ metadata: { name, namespace, labels = {}, annotations = {} } }) =>
    [name, namespace ?? '', ...Object.values(labels), ...Object.values(annotations)].some((word) => word.includes(id)),
  );
}

export function keyOf({ apiVersion, kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${namespace}/${name}`;
}

/** A testbed's objects as they are in every testbed of the same spec: by name, with what chance, time and the server decide taken out. */
export function normalForm(
  objects: readonly KubernetesObject[],
  { id, name }: { readonly id: string; readonly name: string },
): ReadonlyMap<string, string> {
  const words = (value: string): string => value.replaceAll(id, 'ID').replaceAll(name, 'NAME').replace(UID, 'UID');
  return new Map(
    related(objects, id)
      .filter((object) => !isOperation(object))
      .map((object): [string, string] => [words(keyOf(object)), isOurs(object) ? words(bodyOf(object)) : 'derived'])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** One line for each difference. */
export function differences(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [before, after] = [wanted.get(key), found.get(key)];
    if (before === after) return [];
    if (before === undefined) return [`${key} is too much`];
    if (after === undefined) return [`${key} is missing`];
    return [`${key} differs: ${firstDifference(before, after)}`];
  });
}

/** The values of all Secrets in the testbed's namespace, by `name/key`. */
export function secretValues(objects: readonly KubernetesObject[], id: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { kind, metadata, data } of objects)
    if (kind === 'Secret' && metadata.namespace === id && typeof data === 'object' && data !== null)
      for (const [key, value] of Object.entries(data)) values.set(`${metadata.name}/${key}`, String(value));
  return values;
}

/** Secrets that stand for the right of one operation. */
export function isOperation({ kind, metadata: { name, namespace } }: KubernetesObject): boolean {
  return kind === 'Secret' && namespace === 'testbed-system' && name.startsWith('operation-');
}

function isOurs({ metadata }: KubernetesObject): boolean {
  const managedFields: unknown = Reflect.get(metadata, 'managedFields');
  return (
    Array.isArray(managedFields) && managedFields.some((one: { manager?: unknown }) => one.manager === FIELD_MANAGER)
  );
}

const DECIDED_BY_SERVER = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'status',
]);

function bodyOf(object: KubernetesObject): string {
  const isSecret = object.kind === 'Secret';
  return JSON.stringify(object, function (this: unknown, key: string, value: unknown): unknown {
    if (DECIDED_BY_SERVER.has(key)) return undefined;
    if (key === 'clusterIP' || key === 'clusterIPs' || FINGERPRINTS.has(key)) return 'CHANCE';
    if (isSecret && key === 'data' && typeof value === 'object' && value !== null) return Object.keys(value).toSorted();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function firstDifference(before: string, after: string): string {
  let at = 0;
  while (before[at] === after[at]) at += 1;
  const around = (value: string): string => value.slice(Math.max(0, at - 60), at + 60);
  return `${around(before)} / ${around(after)}`;
}
