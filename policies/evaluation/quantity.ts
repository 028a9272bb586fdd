import { double, Failure, int, Opaque, type Value } from './values';

/*
 * Kubernetes quantities. The value is exact; `small` says whether the API server keeps it as a 64-bit integer with a decimal scale, because
 * isInteger() and asInteger() depend on that form and not on the value alone.
 */

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_EXPONENT = 100;
const GRAMMAR = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** `unscaled * 10^scale`. */
interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

export class Quantity extends Opaque {
  readonly type = 'quantity';
  readonly decimal: Decimal;
  readonly small: boolean;

  constructor(decimal: Decimal, small: boolean) {
    super();
    this.decimal = decimal;
    this.small = small;
  }

  equals(other: Value): boolean | undefined {
    return other instanceof Quantity ? compareQuantities(this, other) === 0 : undefined;
  }

  /** The exact decimal number. */
  get text(): string {
    const { unscaled, scale } = this.decimal;
    if (scale >= 0) return String(unscaled * 10n ** BigInt(scale));
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(1 - scale, '0');
    return `${unscaled < 0n ? '-' : ''}${digits.slice(0, scale)}.${digits.slice(scale)}`;
  }

  /** `quantity('1Gi')`; undefined for a text that is none. */
  static from(source: string): Quantity | undefined {
    // Digits may be missing, as in `Gi`, which is 0, but not everything.
    const found = source === '' || source.length > 128 ? null : GRAMMAR.exec(source);
    if (found === null) return undefined;
    const [, sign = '', whole = '', fraction = '', suffix = ''] = found;
    return quantityOf(sign === '-', whole.replace(/^0+(?=\d)/, '') || '0', fraction, suffix);
  }
}

function quantityOf(negative: boolean, whole: string, fraction: string, suffix: string): Quantity | undefined {
  const binary = BINARY[suffix];
  const exponent = binary === undefined ? (DECIMAL[suffix] ?? (suffix === '' ? 0 : Number(suffix.slice(1)))) : 0;
  // The API server computes 10^n for any n here and hangs on large ones; this is far beyond any quantity.
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const digits = BigInt(whole + fraction);
  const signed = negative ? -digits : digits;
  const scale = exponent - fraction.length;
  // Where the server takes the quick way, the number stays as it was written.
  if (binary === undefined) {
    if (18 - whole.length - fraction.length >= 0 && scale >= -9) return new Quantity({ unscaled: signed, scale }, true);
  } else if (fraction === '' && 15 - whole.length - Math.trunc(Math.fround(binary * 3) / 10) - 1 >= 0) {
    return new Quantity({ unscaled: signed << BigInt(binary), scale: 0 }, true);
  }
  const exact = { unscaled: binary === undefined ? digits : digits << BigInt(binary), scale };
  const rounded = roundUp(exact);
  const capped =
    binary !== undefined && toScale(rounded, -9) > MAX_INT64 * 10n ** 9n ? { unscaled: MAX_INT64, scale: 0 } : rounded;
  return new Quantity({ unscaled: negative ? -capped.unscaled : capped.unscaled, scale: capped.scale }, false);
}

/** Nothing finer than nano: away from zero. */
function roundUp({ unscaled, scale }: Decimal): Decimal {
  if (scale >= -9) return { unscaled, scale };
  const unit = 10n ** BigInt(-9 - scale);
  return { unscaled: unscaled / unit + (unscaled % unit === 0n ? 0n : 1n), scale: -9 };
}

function toScale({ unscaled, scale }: Decimal, wanted: number): bigint {
  return unscaled * 10n ** BigInt(scale - wanted);
}

/** As a comparison function. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  const scale = Math.min(left.decimal.scale, right.decimal.scale);
  const difference = toScale(left.decimal, scale) - toScale(right.decimal, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Adds `sign` times `right`. */
export function addQuantities(left: Quantity, right: Quantity, sign: 1n | -1n): Quantity {
  const scale = Math.min(left.decimal.scale, right.decimal.scale);
  const unscaled = toScale(left.decimal, scale) + sign * toScale(right.decimal, scale);
  const fits = unscaled <= MAX_INT64 && unscaled >= -MAX_INT64 - 1n;
  return new Quantity({ unscaled, scale }, left.small && right.small && fits);
}

/** The int that a quantity is; undefined where the server does not keep it as one. */
export function integerOf({ small, decimal }: Quantity): Value | undefined {
  if (!small || decimal.scale < 0) return undefined;
  const whole = int(toScale(decimal, 0));
  return whole instanceof Failure ? undefined : whole;
}

/** The nearest double, computed as the server does. */
export function approximately({ decimal: { unscaled, scale } }: Quantity): Value {
  return double(scale === 0 ? Number(unscaled) : Number(unscaled) * 10 ** scale);
}
