import { TestbedError, text } from '../../errors';
import { fieldsAt, isFields, listAt, stringAt } from '../../kubernetes/json';
import { referenceOf } from '../../kubernetes/objects';
import type { JsonObject, KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { nameOf } from '../../kubernetes/wording';
import { changesBetween } from './changes';
import { isSecretKind } from './objects';
import { formatPath, type Path } from './paths';

/** Fields of maps that the new inputs no longer have. Places in lists move, so the server's own comparison has to do there. */
export function droppedPaths(olds: JsonObject, news: JsonObject): Path[] {
  return changesBetween(olds, news)
    .filter(({ kind, path }) => kind === 'delete' && path.every((step) => typeof step === 'string'))
    .map(({ path }) => path);
}

/**
 * An apply that leaves a field out only gives up our own hold on it: where somebody else holds it too it stays, and nobody would say so.
 * Throws OwnershipConflict that names who holds what. A Secret is not looked at.
 */
export async function refuseHeldFields(
  client: KubernetesClient,
  object: KubernetesObject,
  dropped: readonly Path[],
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
      .filter((path) => holds(fieldsAt(entry, 'fieldsV1'), path))
      .map((path) => ({ manager, path: formatPath(path) }));
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

/** Whether a set of managed fields has the path, something above it as a whole, or something below it. */
export function holds(fields: Readonly<Record<string, unknown>>, path: Path): boolean {
  let here: Readonly<Record<string, unknown>> = fields;
  for (const step of path) {
    const next = here[`f:${step}`];
    if (!isFields(next)) return false;
    if (Object.keys(next).length === 0) return true;
    here = next;
  }
  return true;
}
