import type { JsonValue } from '../../kubernetes/types';
import { isJsonObject } from './objects';
import type { Path } from './paths';
import { UNKNOWN } from './wire';

export interface Change {
  readonly path: Path;
  readonly kind: 'add' | 'delete' | 'update';
}

/** Maps whose values are quantities: the server writes `1000m` back as `1`. */
const QUANTITY_MAPS: ReadonlySet<string | number> = new Set([
  'limits',
  'requests',
  'hard',
  'capacity',
  'default',
  'defaultRequest',
  'max',
  'min',
  'maxLimitRequestRatio',
  'overhead',
]);
const QUANTITY_FIELDS: ReadonlySet<string | number> = new Set(['sizeLimit', 'divisor']);

/** What has to change to get from `before` to `after`, leaf by leaf; the innermost paths that differ. null counts as absent. */
export function changesBetween(before: JsonValue | undefined, after: JsonValue | undefined, path: Path = []): Change[] {
  const was = before ?? undefined;
  const is = after ?? undefined;
  if (was === is) return [];
  if (was === undefined) return [{ path, kind: 'add' }];
  if (is === undefined) return [{ path, kind: 'delete' }];
  if (isJsonObject(was) && isJsonObject(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap((key) => changesBetween(own(was, key), own(is, key), [...path, key]));
  }
  if (Array.isArray(was) && Array.isArray(is)) {
    const length = Math.max(was.length, is.length);
    return Array.from({ length }).flatMap((_, index) => changesBetween(was[index], is[index], [...path, index]));
  }
  return isSameValue(was, is, path) ? [] : [{ path, kind: 'update' }];
}

/** Whether two values mean the same to the server. */
export function isSame(one: JsonValue | undefined, other: JsonValue | undefined, path: Path = []): boolean {
  return changesBetween(one, other, path).length === 0;
}

function own(map: { [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isSameValue(one: JsonValue, other: JsonValue, path: Path): boolean {
  if (one === UNKNOWN || other === UNKNOWN) return false;
  if (!isQuantityPath(path)) return false;
  const first = quantity(one);
  return first !== undefined && first === quantity(other);
}

function isQuantityPath(path: Path): boolean {
  const last = path.at(-1);
  const above = path.at(-2);
  return (last !== undefined && QUANTITY_FIELDS.has(last)) || (above !== undefined && QUANTITY_MAPS.has(above));
}

const SCALES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 10n ** 9n * 2n ** 10n,
  Mi: 10n ** 9n * 2n ** 20n,
  Gi: 10n ** 9n * 2n ** 30n,
  Ti: 10n ** 9n * 2n ** 40n,
  Pi: 10n ** 9n * 2n ** 50n,
  Ei: 10n ** 9n * 2n ** 60n,
};

/** A Kubernetes quantity in billionths, exactly; undefined for what is none (or has an exponent, which nobody writes). */
export function quantity(value: JsonValue): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const found = /^([+-]?)(\d{1,30})(?:\.(\d{0,18}))?(n|u|m|k|[MGTPE]i?|Ki)?$/.exec(String(value));
  if (found === null) return undefined;
  const [, sign = '', whole = '', fraction = '', unit = ''] = found;
  const scale = SCALES[unit];
  if (scale === undefined) return undefined;
  const amount = (BigInt(whole + fraction) * scale) / 10n ** BigInt(fraction.length);
  return sign === '-' ? -amount : amount;
}
