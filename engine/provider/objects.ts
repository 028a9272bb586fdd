import type { JsonObject, JsonValue, KubernetesObject, ObjectReference } from '../../kubernetes/types';

/** The state keys beside the live object's fields, as the vendor's provider writes them. */
export const STATE_KEYS = {
  inputs: '__inputs',
  apiVersion: '__initialApiVersion',
  fieldManager: '__fieldManager',
} as const;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The map under a key; empty when there is none. */
export function mapAt(value: JsonValue | undefined, ...path: readonly string[]): JsonObject {
  let here: JsonValue | undefined = value;
  for (const key of path) here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return isJsonObject(here) ? here : {};
}

/** The string under a path; undefined when there is none. */
export function wordAt(value: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const last = path.at(-1);
  const found = last === undefined ? value : mapAt(value, ...path.slice(0, -1))[last];
  return typeof found === 'string' ? found : undefined;
}

/** An object of the API as plain JSON, without its managed fields. */
export function plainObject(object: KubernetesObject): JsonObject {
  const { metadata, ...rest } = object;
  const fields: JsonObject = {};
  for (const [key, value] of Object.entries(rest)) if (isJson(value)) fields[key] = value;
  const plain: JsonObject = {};
  for (const [key, value] of Object.entries(metadata)) if (key !== 'managedFields' && isJson(value)) plain[key] = value;
  return { ...fields, metadata: plain };
}

/** Answers of the API are parsed JSON, so only what TypeScript can't see is checked: that something is there. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined && typeof value !== 'function';
}

/** `<namespace>/<name>`, or `<name>` for cluster-scoped kinds: the engine's id of an object. */
export function idOf(reference: { readonly name: string; readonly namespace?: string | undefined }): string {
  return reference.namespace === undefined ? reference.name : `${reference.namespace}/${reference.name}`;
}

export function referenceFromId(apiVersion: string, kind: string, id: string): ObjectReference {
  const slash = id.indexOf('/');
  if (slash < 0) return { apiVersion, kind, name: id };
  return { apiVersion, kind, namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

export function isSecretKind({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/** apiVersion and kind of a plain object; empty where it has none. */
export function typeOf(object: JsonObject): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: wordAt(object, 'apiVersion') ?? '', kind: wordAt(object, 'kind') ?? '' };
}
