import { chargeText, type Meter } from './meter';
import { addTimes, subtractTimes } from './time';
import {
  double,
  doubleOf,
  Failure,
  int,
  isInt,
  isList,
  notPlain,
  Secret,
  typeName,
  type Int,
  type Value,
} from './values';

type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** `left + right` and the like: ints with ints, doubles with doubles, texts, lists, times. Everything else is an error. */
export function arithmetic(operator: Arithmetic, left: Value, right: Value, meter: Meter): Value {
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') {
      chargeText(meter, left.length + right.length);
      return left + right;
    }
    if (isList(left) && isList(right)) {
      meter.charge(left.length + right.length);
      return [...left, ...right];
    }
  }
  if (isInt(left) && isInt(right)) return withInts(operator, left, right);
  const one = doubleOf(left);
  const other = doubleOf(right);
  if (one !== undefined && other !== undefined && operator !== '%') return double(withDoubles(operator, one, other));
  const special = notPlain([left, right]);
  if (special !== undefined) return special;
  if (left instanceof Secret || right instanceof Secret) return withSecrets(operator, left, right, meter);
  const time = operator === '+' ? addTimes(left, right) : operator === '-' ? subtractTimes(left, right) : undefined;
  return time ?? new Failure(`no such overload: ${typeName(left)} ${operator} ${typeName(right)}`);
}

function withInts(operator: Arithmetic, left: Int, right: Int): Value {
  if ((operator === '/' || operator === '%') && (right === 0 || right === 0n))
    return operator === '/' ? DIVISION_BY_ZERO : MODULUS_BY_ZERO;
  if (typeof left === 'number' && typeof right === 'number') {
    const result = quickly(operator, left, right);
    // Beyond 2^53 a product may have been rounded: then again with bigints.
    if (Number.isSafeInteger(result)) return result;
  }
  return int(exactly(operator, BigInt(left), BigInt(right)));
}

function quickly(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    case '%':
      return left % right;
  }
}

function exactly(operator: Arithmetic, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function withDoubles(operator: Exclude<Arithmetic, '%'>, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

/** A text that is joined with a secret shows everything but the secret. */
function withSecrets(operator: Arithmetic, left: Value, right: Value, meter: Meter): Value {
  const result = arithmetic(operator, reveal(left), reveal(right), meter);
  if (result instanceof Failure) return result;
  return typeof result === 'string' && operator === '+'
    ? new Secret(result, shown(left) + shown(right))
    : new Secret(result);
}

const reveal = (value: Value): Value => (value instanceof Secret ? value.value : value);
const shown = (value: Value): string =>
  value instanceof Secret ? value.shown : typeof value === 'string' ? value : '';

/** `-value`. */
export function negate(value: Value): Value {
  if (isInt(value)) return withInts('-', 0, value);
  const number = doubleOf(value);
  if (number !== undefined) return double(-number);
  if (value instanceof Secret) {
    const result = negate(value.value);
    return result instanceof Failure ? result : new Secret(result);
  }
  return notPlain([value]) ?? new Failure(`no such overload: -${typeName(value)}`);
}

const DIVISION_BY_ZERO = new Failure('division by zero');
const MODULUS_BY_ZERO = new Failure('modulus by zero');
