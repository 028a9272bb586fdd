import { isAnyMap, keysOf, memberOf, type AnyMap } from './maps';
import type { Meter } from './meter';
import {
  Double,
  Failure,
  isList,
  mergeUnknown,
  notPlain,
  Opaque,
  Secret,
  typeName,
  Unknown,
  type Value,
  type ValueList,
} from './values';

/** Whether two values are equal; an error for values of different types only where the left one is a quantity or an address. Unknown where it depends on a value that is not known yet. */
export function equal(left: Value, right: Value, meter: Meter): boolean | Failure | Unknown {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  const special = notPlain([left, right]);
  if (special !== undefined) return special;
  if (left instanceof Secret) return equal(left.value, right, meter);
  if (right instanceof Secret) return equal(left, right.value, meter);
  const one = numberOf(left);
  const other = numberOf(right);
  if (one !== undefined && other !== undefined) return order(one, other) === 0;
  if (isList(left)) return isList(right) ? equalLists(left, right, meter) : false;
  if (isAnyMap(left)) return isAnyMap(right) ? equalMaps(left, right, meter) : false;
  if (left instanceof Opaque)
    return right === null
      ? false
      : (left.equals(right) ?? new Failure(`no such overload: ${typeName(left)} == ${typeName(right)}`));
  return left === right;
}

function equalLists(left: ValueList, right: ValueList, meter: Meter): boolean | Failure | Unknown {
  if (left.length !== right.length) return false;
  meter.charge(left.length);
  let unknown: Unknown | undefined;
  for (let index = 0; index < left.length; index++) {
    const verdict = equal(left[index] ?? null, right[index] ?? null, meter);
    if (verdict === false || verdict instanceof Failure) return verdict;
    if (verdict instanceof Unknown) unknown = unknown === undefined ? verdict : mergeUnknown(unknown, verdict);
  }
  return unknown ?? true;
}

/** A member that is unknown may turn out to be absent, so it equals an absent one perhaps. */
function equalMaps(left: AnyMap, right: AnyMap, meter: Meter): boolean | Failure | Unknown {
  const keys = new Set([...keysOf(left), ...keysOf(right)]);
  meter.charge(keys.size);
  let unknown: Unknown | undefined;
  for (const key of keys) {
    const one = memberOf(left, key);
    const other = memberOf(right, key);
    const verdict =
      one === undefined || other === undefined
        ? (notPlain([one ?? null, other ?? null]) ?? false)
        : equal(one, other, meter);
    if (verdict === false || verdict instanceof Failure) return verdict;
    if (verdict instanceof Unknown) unknown = unknown === undefined ? verdict : mergeUnknown(unknown, verdict);
  }
  return unknown ?? true;
}

/** As a comparison function: below 0, 0 or above. A Failure where the two have no order. */
export function compare(left: Value, right: Value): number | Failure | Unknown {
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  const special = notPlain([left, right]);
  if (special !== undefined) return special;
  if (left instanceof Secret) return compare(left.value, right);
  if (right instanceof Secret) return compare(left, right.value);
  const one = numberOf(left);
  const other = numberOf(right);
  if (one !== undefined && other !== undefined) return order(one, other) ?? NOT_ORDERED;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const own = left instanceof Opaque ? left.order(right) : undefined;
  return own ?? new Failure(`no such overload: ${typeName(left)} < ${typeName(right)}`);
}

const NOT_ORDERED = new Failure('NaN values cannot be ordered');

/** As a comparison function; undefined for NaN. An int beyond 2^53 is compared with a double as the nearest double, as the API server does. */
function order(left: number | bigint, right: number | bigint): number | undefined {
  if (typeof left !== typeof right) return order(Number(left), Number(right));
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : undefined;
}

function numberOf(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Double ? value.value : undefined;
}

/** Order of code points; JavaScript's own order is that of UTF-16 units, which differs above U+FFFF. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index++;
  if (index === length) return left.length - right.length;
  const one = left.charCodeAt(index);
  const other = right.charCodeAt(index);
  const aboveBmp = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
  return aboveBmp(one) === aboveBmp(other) ? one - other : aboveBmp(one) ? 1 : -1;
}
