import type { JsonObject, JsonValue } from '../../../kubernetes/types';
import { jsonPlaces } from './places';

/** What objects of a catalogue have at each place: the members that can be there, and the values. */
export interface Vocabulary {
  members(path: string): readonly string[];
  values(path: string): readonly JsonValue[];
}

/** Reads the vocabulary of objects, in their order, so that the same numbers pick the same values. */
export function vocabularyOf(objects: readonly JsonObject[]): Vocabulary {
  const values = new Map<string, Map<string, JsonValue>>();
  const members = new Map<string, Set<string>>();
  for (const object of objects)
    for (const { holder, above, key, path, value } of jsonPlaces(object)) {
      const known = values.get(path) ?? new Map<string, JsonValue>();
      values.set(path, known.set(JSON.stringify(value), value));
      if (!Array.isArray(holder)) members.set(above, (members.get(above) ?? new Set()).add(String(key)));
    }
  return {
    members: (path) => [...(members.get(path) ?? [])],
    values: (path) => [...(values.get(path)?.values() ?? [])],
  };
}
