import { arithmetic } from '../arithmetic';
import { compare, equal } from '../compare';
import { isAnyMap, keysOf, memberOf, sizeOf } from '../maps';
import { chargeText, type Meter } from '../meter';
import { Duration, Timestamp } from '../time';
import { Double, doubleOf, Failure, isInt, isList, mergeUnknown, notPlain, Unknown, type Value } from '../values';
import type { Natives } from './native';
import { lengthOf } from './texts';

function size(meter: Meter, value: Value): Value | undefined {
  if (typeof value === 'string') {
    chargeText(meter, value.length);
    return lengthOf(value);
  }
  if (isList(value)) return value.length;
  if (!isAnyMap(value)) return undefined;
  // A member that is not known yet may turn out to be absent.
  let unknown: Unknown | undefined;
  for (const key of keysOf(value)) {
    const member = memberOf(value, key);
    if (member instanceof Unknown) unknown = unknown === undefined ? member : mergeUnknown(unknown, member);
  }
  return unknown ?? sizeOf(value);
}

/** Whether an item has an order at all; what else a list holds is left to the caller. */
function ordered(item: Value): boolean {
  return (
    (typeof item !== 'object' && item !== null) ||
    item instanceof Double ||
    item instanceof Timestamp ||
    item instanceof Duration
  );
}

/** Items of different types are passed over, as the API server does. */
function isSorted(meter: Meter, list: Value): Value | undefined {
  if (!isList(list) || !list.every(ordered)) return undefined;
  meter.charge(list.length);
  return list.every((item, index) => {
    const order = index === 0 ? 0 : compare(list[index - 1] ?? null, item);
    return !(typeof order === 'number' && order > 0);
  });
}

function sum(meter: Meter, list: Value): Value | undefined {
  if (!isList(list)) return undefined;
  meter.charge(list.length);
  let total: Value | undefined;
  for (const item of list) {
    if (!isInt(item) && doubleOf(item) === undefined && !(item instanceof Duration)) return undefined;
    total = total === undefined ? item : arithmetic('+', total, item, meter);
    if (total instanceof Failure) return total;
  }
  return total ?? 0;
}

const extreme =
  (sign: 1 | -1, name: string) =>
  (meter: Meter, list: Value): Value | undefined => {
    if (!isList(list) || !list.every(ordered)) return undefined;
    meter.charge(list.length);
    let best: Value | undefined;
    for (const item of list) {
      const order = best === undefined ? sign : compare(item, best);
      if (typeof order === 'number' && order * sign > 0) best = item;
    }
    return best ?? new Failure(`${name} called on empty list`);
  };

const position =
  (backwards: boolean) =>
  (meter: Meter, list: Value, sought: Value): Value | undefined => {
    if (!isList(list)) return undefined;
    const special = notPlain([sought]);
    if (special !== undefined) return special;
    meter.charge(list.length);
    for (let step = 0; step < list.length; step++) {
      const index = backwards ? list.length - 1 - step : step;
      const verdict = equal(list[index] ?? null, sought, meter);
      if (verdict === true) return index;
      if (verdict instanceof Unknown) return verdict;
    }
    return -1;
  };

export const LIST_GLOBALS: Natives = { 'size/1': size };
export const LIST_METHODS: Natives = {
  'size/1': size,
  'isSorted/1': isSorted,
  'sum/1': sum,
  'min/1': extreme(-1, 'min'),
  'max/1': extreme(1, 'max'),
  'indexOf/2': position(false),
  'lastIndexOf/2': position(true),
};
