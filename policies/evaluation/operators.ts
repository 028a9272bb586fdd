import { compare, equal } from './compare';
import type { Code, Frame } from './frame';
import { isAnyMap, keyFrom, memberOf, type AnyMap } from './maps';
import {
  Failure,
  isInt,
  isList,
  isMap,
  mergeUnknown,
  notPlain,
  Opaque,
  Special,
  typeName,
  Unknown,
  type MapKey,
  type Value,
  type ValueList,
} from './values';

/** What a value other than those an operator takes makes of it. */
function noOverload(operation: string, ...operands: readonly Value[]): Value {
  return notPlain(operands) ?? new Failure(`no such overload: ${operation}(${operands.map(typeName).join(', ')})`);
}

/** `&&` (`decisive` false) and `||` (true): one decisive side is enough; beside it the other may be unknown or an error, in either order. */
export function logical(left: Code, right: Code, decisive: boolean): Code {
  return (frame) => {
    const one = left(frame);
    if (one === decisive) return decisive;
    const other = right(frame);
    if (other === decisive) return decisive;
    return typeof one === 'boolean' && typeof other === 'boolean' ? !decisive : undecided(one, other);
  };
}

/** Unknown before errors: what is unknown may turn out to be decisive. */
export function undecided(one: Value, other: Value): Value {
  if (one instanceof Unknown) return other instanceof Unknown ? mergeUnknown(one, other) : one;
  if (other instanceof Unknown) return other;
  if (one instanceof Failure) return one;
  if (other instanceof Failure) return other;
  return new Failure(`no such overload: ${typeName(typeof one === 'boolean' ? other : one)} where a bool is needed`);
}

export function not(operand: Code): Code {
  return (frame) => {
    const value = operand(frame);
    return typeof value === 'boolean' ? !value : noOverload('!', value);
  };
}

export function conditional(condition: Code, then: Code, otherwise: Code): Code {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return then(frame);
    return value === false ? otherwise(frame) : noOverload('?:', value);
  };
}

export function sameness(left: Code, right: Code, same: boolean): Code {
  return (frame) => {
    const one = left(frame);
    const other = right(frame);
    if (typeof one === 'string' && typeof other === 'string') return (one === other) === same;
    const verdict = equal(one, other, frame);
    if (typeof verdict === 'boolean') return verdict === same;
    // What cannot be compared is not equal, as the API server has it for `!=` only.
    return !same && verdict instanceof Failure && verdict !== one && verdict !== other ? true : verdict;
  };
}

const ORDERS: Readonly<Record<'<' | '<=' | '>' | '>=', (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export function ordered(operator: keyof typeof ORDERS, left: Code, right: Code): Code {
  const holds = ORDERS[operator];
  return (frame) => {
    const order = compare(left(frame), right(frame));
    return typeof order === 'number' ? holds(order) : order;
  };
}

/** `left in right`: an item of a list or a key of a map. */
export function contained(left: Code, right: Code): Code {
  return (frame) => {
    const sought = left(frame);
    const within = right(frame);
    if (isList(within)) return inList(sought, within, frame);
    if (!isAnyMap(within) || sought instanceof Failure || sought instanceof Unknown)
      return noOverload('in', sought, within);
    return contains(within, keyFrom(sought));
  };
}

function inList(sought: Value, list: ValueList, frame: Frame): Value {
  // What is unknown may turn out to be an error, even where there is nothing to be found.
  if (sought instanceof Failure || sought instanceof Unknown) return sought;
  frame.charge(list.length);
  let unknown: Unknown | undefined;
  for (const item of list) {
    const verdict = equal(item, sought, frame);
    if (verdict === true) return true;
    if (verdict instanceof Unknown) unknown = unknown === undefined ? verdict : mergeUnknown(unknown, verdict);
  }
  return unknown ?? false;
}

/** `operand.field`. */
export function selected(operand: Code, field: string): Code {
  const absent = new Failure(`no such key: ${field}`);
  return (frame) => {
    const value = operand(frame);
    // Own members only, without a detour: this is what rules do most.
    if (isMap(value)) return Object.hasOwn(value, field) ? (value[field] ?? null) : absent;
    if (!isAnyMap(value)) return notPlain([value]) ?? new Failure(`no such key: ${field} (of a ${typeName(value)})`);
    const member = memberOf(value, field);
    return member === undefined ? absent : member;
  };
}

/**
 * `has(operand.field)`: unknown where the member is, because it may turn out to be absent. As in the API server a list is an error and a plain value
 * has no members.
 */
export function hasField(operand: Code, field: string): Code {
  return (frame) => {
    const value = operand(frame);
    if (isMap(value)) {
      if (!Object.hasOwn(value, field)) return false;
      const member = value[field] ?? null;
      return member instanceof Unknown ? member : true;
    }
    if (isAnyMap(value)) return contains(value, field);
    if (isList(value) || value instanceof Opaque) return new Failure(`no such key: ${field} (of a ${typeName(value)})`);
    return notPlain([value]) ?? false;
  };
}

function contains(map: AnyMap, key: MapKey | undefined): Value {
  const member = key === undefined ? undefined : memberOf(map, key);
  return member instanceof Unknown ? member : member !== undefined;
}

/** `operand[index]`. */
export function indexed(operand: Code, index: Code): Code {
  return (frame) => {
    const value = operand(frame);
    const at = index(frame);
    if (at instanceof Special && notPlain([at]) !== undefined) return notPlain([value, at]) ?? at;
    const key = keyFrom(at);
    if (isList(value)) {
      if (key === undefined || !isInt(key)) return noOverload('[]', value, at);
      const item = value[Number(key)];
      return item === undefined ? new Failure(`index out of bounds: ${key}`) : item;
    }
    if (!isAnyMap(value)) return noOverload('[]', value, at);
    const member = key === undefined ? undefined : memberOf(value, key);
    // The key may have been made from a secret: it is named only where it is a text of the rule's own.
    return member === undefined
      ? new Failure(at instanceof Special ? 'no such key' : `no such key: ${String(key)}`)
      : member;
  };
}
