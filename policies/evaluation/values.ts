/*
 * Values while an expression is evaluated. JSON stands for itself, so that no object has to be converted:
 * - int: a whole number within ±(2^53 - 1), else a bigint within 64 bits;
 * - double: a number that is not whole, else a Double (1.0, NaN, infinity);
 * - string, bool and null as they are; a list is an array, a map of the judged object a plain object without null in it.
 * Errors and unknown values are values too, as CEL has them, because logical operators look at both sides.
 */

/** Everything that is neither JSON nor a bigint, so that one check tells a plain object from the rest. */
export abstract class Special {
  /** Words for it in error messages. */
  abstract readonly type: string;
}

/** A value with its own equality and order: a time, a quantity, an address. */
export abstract class Opaque extends Special {
  /** Undefined where the API server has an error, as for a quantity and a text. */
  abstract equals(other: Value): boolean | undefined;
  /** As a person reads it. */
  abstract get text(): string;
  /** As a comparison function; undefined where no order is defined. */
  order(_other: Value): number | undefined {
    return undefined;
  }
}

/** Evaluation failed here. The message never holds a value of the object: it is printed, and the value may be a secret. */
export class Failure extends Special {
  readonly type = 'error';
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }
}

/** Depends on values that are known only after creation. */
export class Unknown extends Special {
  readonly type = 'unknown';
  /** Where they stand in what is judged, such as `object.spec.replicas`; sorted, without doubles. */
  readonly paths: readonly string[];
  constructor(paths: readonly string[]) {
    super();
    this.paths = paths;
  }
}

/** Made from a secret: evaluated by `value`, printed as `shown`. Never holds a list, a map, a bool or another Secret. */
export class Secret extends Special {
  readonly type = 'secret';
  readonly value: Value;
  readonly shown: string;
  constructor(value: Value, shown = SECRET) {
    super();
    this.value = value;
    this.shown = shown;
  }
}

export const SECRET = '[secret]';

/** A double that looks like an int in JavaScript. */
export class Double extends Special {
  readonly type = 'double';
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
}

/** A map that an expression wrote. Keys are ints, strings and bools. */
export class MapValue extends Special {
  readonly type = 'map';
  readonly entries: ReadonlyMap<MapKey, Value>;
  constructor(entries: ReadonlyMap<MapKey, Value>) {
    super();
    this.entries = entries;
  }
}

export type MapKey = string | number | bigint | boolean;
export type Value = null | boolean | number | bigint | string | ValueList | ValueMap | Special;
export type ValueList = readonly Value[];
export interface ValueMap {
  readonly [key: string]: Value;
}

export type Int = number | bigint;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

export function isInt(value: Value): value is Int {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'bigint';
}

/** The value of a double, undefined for anything else. */
export function doubleOf(value: Value): number | undefined {
  if (value instanceof Double) return value.value;
  return typeof value === 'number' && !Number.isInteger(value) ? value : undefined;
}

export function double(value: number): Value {
  return Number.isInteger(value) || !Number.isFinite(value) ? new Double(value) : value;
}

/** An int in its normal form; a Failure where 64 bits do not hold it. */
export function int(value: bigint): Int | Failure {
  if (value < MIN_INT || value > MAX_INT) return INT_OVERFLOW;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export const INT_OVERFLOW = new Failure('integer overflow');

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !(value instanceof Special) && !Array.isArray(value);
}

/** As Array.isArray, which does not narrow a read-only list. */
export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

/** One Unknown for all that a value depends on. At most 16 paths are kept. */
export function mergeUnknown(one: Unknown, other: Unknown): Unknown {
  if (one === other) return one;
  return new Unknown([...new Set([...one.paths, ...other.paths])].sort().slice(0, 16));
}

/**
 * What a function gives for operands of which one is no plain value: a failure before an unknown value, because the function fails whatever the
 * other turns out to be. Undefined when all are plain.
 */
export function notPlain(operands: readonly Value[]): Failure | Unknown | undefined {
  let unknown: Unknown | undefined;
  for (const operand of operands) {
    if (operand instanceof Failure) return operand;
    if (operand instanceof Unknown) unknown = unknown === undefined ? operand : mergeUnknown(unknown, operand);
  }
  return unknown;
}

/** Words for a value's type in error messages. */
export function typeName(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Secret) return typeName(value.value);
  if (isInt(value)) return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (isList(value)) return 'list';
  return value instanceof Special ? value.type : 'map';
}
