import { TestbedError, text } from '../../errors';
import { fieldsAt, isFields, listAt, stringAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import type { JsonObject, JsonValue, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import { changesBetween } from './changes';
import { isJsonObject, isSecretKind } from './objects';
import { formatPath, valueAt, type Path } from './paths';

interface DroppedField {
  readonly path: Path;
  /** What the inputs had there. */
  readonly value: JsonValue | undefined;
}

/** Fields of maps that the new inputs no longer have. Places in lists move, so the server's own comparison has to do there. */
export function droppedFields(olds: JsonObject, news: JsonObject): DroppedField[] {
  return changesBetween(olds, news)
    .filter(({ kind, path }) => kind === 'delete' && path.every((step) => typeof step === 'string'))
    .map(({ path }) => ({ path, value: valueAt(olds, path) }));
}

/**
 * An apply that leaves a field out only gives up our own hold on it: where somebody else holds it too it stays, and nobody would say so.
 * Throws OwnershipConflict that names who holds what. A Secret is not looked at.
 */
export async function refuseHeldFields(
  client: KubernetesClient,
  object: KubernetesObject,
  dropped: readonly DroppedField[],
  fieldManager: string,
  signal: AbortSignal,
): Promise<void> {
  if (dropped.length === 0 || isSecretKind(object)) return;
  const live = await client.get(referenceOf(object), signal);
  if (live === undefined) return;
  const held = listAt(live, 'metadata', 'managedFields').flatMap((entry) => {
    const manager = stringAt(entry, 'manager') ?? '';
    if (manager === fieldManager) return [];
    return dropped
      .filter(({ path, value }) => holds(fieldsAt(entry, 'fieldsV1'), path, value))
      .map(({ path }) => ({ manager, path: formatPath(path) }));
  });
  if (held.length === 0) return;
  const name = nameOf(referenceOf(object));
  const managers = [...new Set(held.map(({ manager }) => `"${manager}"`))].join(', ');
  const paths = [...new Set(held.map(({ path }) => path))].join(', ');
  throw new TestbedError(
    'OwnershipConflict',
    text(
      `cannot take fields out of ${name.en}: other field managers hold them too: ${managers} holds ${paths}`,
      `${name.ko}에서 필드를 제거할 수 없습니다. 다른 필드 관리자 ${managers}도 다음 필드를 가지고 있습니다: ${paths}`,
    ),
    {
      details: held.map(({ manager, path }) =>
        text(`${path}: managed by "${manager}"`, `${path}: "${manager}"이(가) 관리`),
      ),
    },
  );
}

type FieldSet = Readonly<Record<string, unknown>>;

/** Whether a set of managed fields has the path, something above it as a whole, or something that `value` has below it (anything, without one). */
export function holds(fields: FieldSet, path: Path, value?: JsonValue): boolean {
  let here = fields;
  for (const step of path) {
    const next = here[`f:${step}`];
    if (!isFields(next)) return false;
    if (Object.keys(next).length === 0) return true;
    here = next;
  }
  return holdsOf(here, value);
}

/** A controller that keeps a note of its own among our annotations holds none of ours. */
function holdsOf(here: FieldSet, value: JsonValue | undefined): boolean {
  if (Object.keys(here).length === 0) return true;
  const below = (key: string, child: JsonValue): boolean => {
    const next = here[key];
    return isFields(next) && holdsOf(next, child);
  };
  if (Array.isArray(value))
    return Object.keys(here).some((key) => value.some((item) => isKeyOf(key, item) && below(key, item)));
  if (!isJsonObject(value)) return true;
  return Object.entries(value).some(([key, child]) => below(`f:${key}`, child));
}

/** Whether `v:"a"` or `k:{"name":"a"}` of a set of managed fields stands for that item of a list. */
function isKeyOf(key: string, item: JsonValue): boolean {
  if (key === `v:${JSON.stringify(item)}`) return true;
  if (!key.startsWith('k:') || !isJsonObject(item)) return false;
  const keys: unknown = JSON.parse(key.slice(2));
  // A key that the program left out was filled in by the server.
  return isFields(keys) && Object.entries(keys).every(([name, word]) => (item[name] ?? word) === word);
}
