import { Double, int, isInt, isMap, MapValue, Secret, type MapKey, type Value, type ValueMap } from './values';

/** Either kind of map: one of the judged object, or one that an expression wrote. */
export type AnyMap = ValueMap | MapValue;

export function isAnyMap(value: Value): value is AnyMap {
  return value instanceof MapValue || isMap(value);
}

/** Own members only: `__proto__` or `constructor` are keys like any other. */
export function memberOf(map: AnyMap, key: MapKey): Value | undefined {
  if (map instanceof MapValue) return map.entries.get(key);
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function keysOf(map: AnyMap): readonly MapKey[] {
  return map instanceof MapValue ? [...map.entries.keys()] : Object.keys(map);
}

export function sizeOf(map: AnyMap): number {
  return map instanceof MapValue ? map.entries.size : Object.keys(map).length;
}

/** The key that a value stands for, whole doubles included; undefined for what can be no key. */
export function keyFrom(value: Value): MapKey | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return value;
  if (value instanceof Secret) return keyFrom(value.value);
  if (!(value instanceof Double) || !Number.isInteger(value.value)) return undefined;
  const whole = int(BigInt(value.value));
  return isInt(whole) ? whole : undefined;
}
