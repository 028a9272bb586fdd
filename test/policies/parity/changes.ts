import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../kubernetes/types';
import { isJsonObject, jsonPlaces, placeName, type JsonPlace } from './places';
import type { Vocabulary } from './vocabulary';

/**
 * One change of an object, as numbers that pick a place and a value among those that there are: it fits any object, and shrinks by itself.
 */
export interface Change {
  readonly how: keyof typeof CHANGES;
  readonly where: number;
  readonly what: number;
}

type Apply = (object: JsonObject, pick: Omit<Change, 'how'>, vocabulary: Vocabulary) => void;

const CHANGES = {
  removed: (object, { where }) => {
    const place = chosen(jsonPlaces(object), where);
    if (place === undefined) return;
    const { holder, key } = place;
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  // Of fields only, which are absent then. An item of a list or of a map with people's own keys that is null is for the server one without content;
  // the evaluator, which knows no schema, takes such an item of a map for absent, and one of a list for an error.
  null: (object, { where }) => {
    const fields = jsonPlaces(object).filter(({ holder, path }) => !Array.isArray(holder) && !OWN_KEYS.test(path));
    put(chosen(fields, where), null);
  },
  zero: (object, { where }) => {
    const place = chosen(jsonPlaces(object), where);
    if (place !== undefined) put(place, zeroOf(place.value));
  },
  doubled: (object, { where }) => {
    const list = chosen(lists(object), where);
    const item = list?.[where % list.length];
    if (item !== undefined) list?.push(structuredClone(item));
  },
  reversed: (object, { where }) => void chosen(lists(object), where)?.reverse(),
  // Another value that some object of the catalogue has at the same place.
  other: (object, { where, what }, vocabulary) => {
    const known = jsonPlaces(object).filter(({ path }) => vocabulary.values(path).length > 0);
    const place = chosen(known, where);
    if (place !== undefined) put(place, copied(chosen(vocabulary.values(place.path), what)));
  },
  // A member that some object of the catalogue has at the same place.
  added: (object, { where, what }, vocabulary) => {
    const at = chosen(
      maps(object).filter(({ path }) => vocabulary.members(path).length > 0),
      where,
    );
    const member = at === undefined ? undefined : chosen(vocabulary.members(at.path), what);
    if (at !== undefined && member !== undefined)
      at.map[member] = copied(chosen(vocabulary.values(`${at.path}.${member}`), what));
  },
  initContainer: (object, { where }) => {
    const specs = maps(object).filter(({ map }) => Array.isArray(map['containers']));
    const spec = chosen(specs, where)?.map;
    const containers = spec?.['containers'];
    if (spec === undefined || !Array.isArray(containers)) return;
    const container = chosen(containers, where);
    const before = Array.isArray(spec['initContainers']) ? spec['initContainers'] : [];
    if (isJsonObject(container))
      spec['initContainers'] = [...before, { ...structuredClone(container), name: `first${before.length}` }];
  },
  // The API takes a number for a quantity, and writes text.
  quantity: (object, { where, what }) => {
    const amounts = jsonPlaces(object).filter(({ path }) => /\.(limits|requests|hard)\.[^.]+$/.test(path));
    const amount = chosen(amounts, where);
    if (amount !== undefined) put(amount, chosen(QUANTITIES, what) ?? 0);
  },
} satisfies Record<string, Apply>;

const OWN_KEYS =
  /(^|[.])(labels|annotations|matchLabels|nodeSelector|data|stringData|parameters|hard|limits|requests)[.]/;

const QUANTITIES: readonly JsonValue[] = [
  0,
  1,
  0.5,
  2000,
  '0',
  '1',
  '500m',
  '0.5',
  '1Gi',
  '1e3',
  '0Mi',
  '00',
  '0e1',
  '+1',
  '-0',
  1e9,
];

const HOWS: readonly (keyof typeof CHANGES)[] = [
  'removed',
  'null',
  'zero',
  'doubled',
  'reversed',
  'other',
  'added',
  'initContainer',
  'quantity',
];

/** One change, or up to four. */
export const generatedChanges: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    // Half of the changes write what rules look for.
    how: fc.oneof(fc.constantFrom(...HOWS), fc.constantFrom('other' as const, 'added' as const)),
    where: fc.nat(9_999),
    what: fc.nat(9_999),
  }),
  { minLength: 1, maxLength: 4 },
);

/** A copy of the object with all changes; kind and name stay. */
export function changedObject(object: JsonObject, changes: readonly Change[], vocabulary: Vocabulary): JsonObject {
  const changed = structuredClone(object);
  for (const { how, ...pick } of changes) {
    const apply: Apply = CHANGES[how];
    apply(changed, pick, vocabulary);
  }
  return changed;
}

function chosen<T>(among: readonly T[], pick: number): T | undefined {
  return among.length === 0 ? undefined : among[pick % among.length];
}

function put(place: JsonPlace | undefined, value: JsonValue): void {
  if (place === undefined) return;
  const { holder, key } = place;
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}

function copied(value: JsonValue | undefined): JsonValue {
  return value === undefined ? null : structuredClone(value);
}

function zeroOf(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return [];
  if (typeof value === 'string') return '';
  if (typeof value === 'number') return 0;
  if (typeof value === 'boolean') return false;
  return value === null ? null : {};
}

function lists(object: JsonObject): readonly JsonValue[][] {
  return jsonPlaces(object).flatMap(({ value }) => (Array.isArray(value) && value.length > 0 ? [value] : []));
}

function maps(object: JsonObject): readonly { readonly map: JsonObject; readonly path: string }[] {
  const root = { map: object, path: placeName(object, []) };
  return [
    root,
    ...jsonPlaces(object).flatMap(({ value, path }) => (isJsonObject(value) ? [{ map: value, path }] : [])),
  ];
}
