import { parsePath, valueAt } from '../../../../engine/provider/paths';
import type { JsonObject, JsonValue } from '../../../../kubernetes/types';
import type { Edit, KindCase, Place } from '../kinds';

/** The type token of a kind: `kubernetes:core/v1:Pod`. */
export function typeTokenOf({ apiVersion, kind }: Pick<KindCase, 'apiVersion' | 'kind'>): string {
  return `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** A program's object of that kind. Every object has labels and annotations to change, too. */
export function objectOf(kind: KindCase, place: Place): JsonObject {
  const name = kind.name?.(place) ?? place.name;
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name,
      ...(kind.scope === 'namespace' ? { namespace: place.namespace } : {}),
      labels: { 'example.test/suite': 'conformance', 'example.test/dropped': 'yes' },
      annotations: { 'example.test/note': '한국어 — "quoted" \\ and {braces}' },
    },
    ...kind.fields(place),
  };
}

/** The object with that field set, or without it. Maps on the way are made. */
export function edited(object: JsonObject, [path, to]: Edit): JsonObject {
  const changed = set(object, parsePath(path), to);
  if (typeof changed !== 'object' || changed === null || Array.isArray(changed)) throw new Error(`no path: ${path}`);
  return changed;
}

function set(
  here: JsonValue | undefined,
  [step, ...rest]: readonly (string | number)[],
  to: JsonValue | undefined,
): JsonValue {
  if (step === undefined) throw new Error('an edit needs a path');
  const below = valueAt(here, [step]);
  const value = rest.length === 0 ? to : set(below, rest, to);
  if (typeof step === 'number') {
    const list = Array.isArray(here) ? [...here] : [];
    if (value === undefined) list.splice(step, 1);
    else list[step] = value;
    return list;
  }
  const map: JsonObject = typeof here === 'object' && here !== null && !Array.isArray(here) ? { ...here } : {};
  if (value === undefined) delete map[step];
  else Object.defineProperty(map, step, { value, enumerable: true, configurable: true, writable: true });
  return map;
}

/** How the difference of an edit shows: `ADD`, `UPDATE` or `DELETE`. */
export function editKind(object: JsonObject, [path, to]: Edit): 'ADD' | 'UPDATE' | 'DELETE' {
  if (to === undefined) return 'DELETE';
  return valueAt(object, parsePath(path)) === undefined ? 'ADD' : 'UPDATE';
}
