import { ANNOTATIONS } from '../../components/vocabulary';
import { kindKey } from '../../kubernetes/readiness';
import type { JsonObject, JsonValue } from '../../kubernetes/types';
import { isSame } from './changes';
import { isJsonObject, typeOf } from './objects';
import type { Path } from './paths';

/**
 * Kinds whose fields nobody but their author writes, and where a field that somebody adds weakens what they guard: an added
 * field is drift there, elsewhere it is a controller's work.
 */
const AUTHORED_KINDS: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/LimitRange',
  '/ResourceQuota',
  'networking.k8s.io/NetworkPolicy',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
]);

/**
 * The inputs as they would have to be for the object to be as it is now: where the live value changed since it was last recorded, the
 * live value, else the program's own way to write it. What the server only writes differently or fills in is learnt from the record.
 */
export function driftedInputs(inputs: JsonObject, recorded: JsonObject, live: JsonObject): JsonObject {
  const drifted = drift(inputs, recorded, live, []);
  const result = isJsonObject(drifted) ? drifted : inputs;
  if (!AUTHORED_KINDS.has(kindKey(typeOf(live)))) return result;
  const added = additions(inputs, recorded, live);
  return isJsonObject(added) ? mergeAdded(result, added) : result;
}

function drift(
  input: JsonValue,
  recorded: JsonValue | undefined,
  live: JsonValue | undefined,
  path: Path,
): JsonValue | undefined {
  if (isJsonObject(input)) {
    if (!isJsonObject(live)) return isSame(recorded, live, path) ? input : live;
    const result: JsonObject = {};
    for (const [key, child] of Object.entries(input)) {
      const value = drift(child, at(recorded, key), at(live, key), [...path, key]);
      if (value !== undefined) result[key] = value;
    }
    return result;
  }
  if (Array.isArray(input)) {
    if (isSame(recorded, live, path)) return input;
    if (!Array.isArray(live) || live.length !== input.length) return live;
    return live.map((item, index) => {
      const before = Array.isArray(recorded) ? recorded[index] : undefined;
      return drift(input[index] ?? null, before, item, [...path, index]) ?? null;
    });
  }
  return isSame(recorded, live, path) || isSame(input, live, path) ? input : live;
}

function at(map: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;
}

const NOT_AUTHORED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** Fields of the live object that neither the inputs nor the record have; undefined when there are none. */
function additions(
  input: JsonValue | undefined,
  recorded: JsonValue | undefined,
  live: JsonObject,
): JsonObject | undefined {
  const added: JsonObject = {};
  for (const [key, value] of Object.entries(live)) {
    if (input !== undefined && recorded !== undefined && NOT_AUTHORED.has(key) && isRoot(live)) continue;
    const wanted = at(input, key);
    const before = at(recorded, key);
    if (wanted === undefined) {
      if (!isSame(before, value, [key])) added[key] = value;
    } else if (isJsonObject(value)) {
      const below = additions(wanted, before, value);
      if (below !== undefined) added[key] = below;
    }
  }
  return Object.keys(added).length === 0 ? undefined : added;
}

function isRoot(object: JsonObject): boolean {
  return typeof object['apiVersion'] === 'string' && isJsonObject(object['metadata']);
}

function mergeAdded(into: JsonObject, added: JsonObject): JsonObject {
  const result: JsonObject = { ...into };
  for (const [key, value] of Object.entries(added)) {
    const present = at(result, key);
    result[key] = isJsonObject(present) && isJsonObject(value) ? mergeAdded(present, value) : value;
  }
  return result;
}

const SERVERS_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** Inputs for an object that no program described yet (import, `.get()`): the live object without what only the server writes. */
export function importedInputs(live: JsonObject): JsonObject {
  const { status: _, ...inputs } = live;
  const metadata: JsonObject = { ...(isJsonObject(live['metadata']) ? live['metadata'] : {}) };
  for (const field of SERVERS_METADATA) delete metadata[field];
  const annotations: JsonObject = { ...(isJsonObject(metadata['annotations']) ? metadata['annotations'] : {}) };
  delete annotations[ANNOTATIONS.stack];
  delete annotations[ANNOTATIONS.urn];
  delete annotations['kubectl.kubernetes.io/last-applied-configuration'];
  if (Object.keys(annotations).length === 0) delete metadata['annotations'];
  else metadata['annotations'] = annotations;
  return { ...inputs, metadata };
}
