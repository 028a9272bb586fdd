import { doubleText } from './functions/conversions';
import { isAnyMap, keysOf, memberOf } from './maps';
import { printLiteral } from './print';
import { doubleOf, Failure, isInt, isList, Opaque, Secret, typeName, Unknown, type Value } from './values';

const MAX_TEXT = 200;
const MAX_ITEMS = 8;
const MAX_DEPTH = 4;

/** A value as a person reads it, near to CEL and cut where it is long; secrets are replaced. */
export function show(value: Value, depth = 0): string {
  if (value instanceof Secret) return value.shown;
  if (value instanceof Failure) return `error: ${value.message}`;
  if (value instanceof Unknown) return `not known yet: ${value.paths.join(', ')}`;
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return showText(value);
  if (isInt(value)) return String(value);
  const number = doubleOf(value);
  if (number !== undefined) return doubleText(number);
  if (isList(value)) return inside('[', value, ']', depth, (item) => show(item, depth + 1));
  if (isAnyMap(value))
    return inside(
      '{',
      keysOf(value),
      '}',
      depth,
      (key) => `${show(key)}: ${show(memberOf(value, key) ?? null, depth + 1)}`,
    );
  return value instanceof Opaque ? value.text : `a ${typeName(value)}`;
}

function showText(value: string): string {
  const cut = value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '')}...` : value;
  return printLiteral({ type: 'string', value: cut });
}

function inside<T>(
  open: string,
  items: readonly T[],
  close: string,
  depth: number,
  print: (item: T) => string,
): string {
  if (depth >= MAX_DEPTH && items.length > 0) return `${open}...${close}`;
  const shown = items.slice(0, MAX_ITEMS).map(print);
  if (items.length > MAX_ITEMS) shown.push('...');
  return `${open}${shown.join(', ')}${close}`;
}
