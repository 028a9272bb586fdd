import { chargeText, type Meter } from '../meter';
import { Address, Network } from '../network';
import { Duration, durationFrom, Timestamp, timestampFrom, unixSeconds } from '../time';
import { Double, double, doubleOf, Failure, int, isInt, Opaque, type Value } from '../values';
import type { Natives } from './native';

const NO_INT = new Failure('type conversion error from string to int');
const NO_DOUBLE = new Failure('type conversion error from string to double');
const NO_BOOL = new Failure('type conversion error from string to bool');
const INT_RANGE = new Failure('integer overflow');

function toInt(meter: Meter, value: Value): Value | undefined {
  if (isInt(value)) return value;
  const number = doubleOf(value);
  if (number !== undefined)
    // The bounds themselves are out of range, as in cel-go: as doubles they are not exact.
    return number > -(2 ** 63) && number < 2 ** 63 ? int(BigInt(Math.trunc(number))) : INT_RANGE;
  if (value instanceof Timestamp) return unixSeconds(value);
  if (typeof value !== 'string') return undefined;
  chargeText(meter, value.length);
  if (value.length > 64 || !/^[+-]?\d+$/.test(value)) return NO_INT;
  const whole = int(BigInt(value.startsWith('+') ? value.slice(1) : value));
  return whole instanceof Failure ? NO_INT : whole;
}

function toDouble(meter: Meter, value: Value): Value | undefined {
  if (isInt(value)) return double(Number(value));
  if (doubleOf(value) !== undefined) return value;
  if (typeof value !== 'string') return undefined;
  chargeText(meter, value.length);
  if (/^[+-]?(?:inf|infinity)$/i.test(value)) return new Double(value.startsWith('-') ? -Infinity : Infinity);
  if (/^nan$/i.test(value)) return new Double(Number.NaN);
  if (value.length > 400 || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return NO_DOUBLE;
  const number = Number(value);
  return Number.isFinite(number) ? double(number) : NO_DOUBLE;
}

const BOOLS = new Map<string, boolean>([
  ...['true', 'TRUE', 'True', 't', 'T', '1'].map((word): [string, boolean] => [word, true]),
  ...['false', 'FALSE', 'False', 'f', 'F', '0'].map((word): [string, boolean] => [word, false]),
]);

function toBool(_meter: Meter, value: Value): Value | undefined {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? (BOOLS.get(value) ?? NO_BOOL) : undefined;
}

function toText(_meter: Meter, value: Value): Value | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isInt(value)) return value === 0 ? '0' : String(value);
  const number = doubleOf(value);
  if (number !== undefined) return doubleText(number);
  // A quantity has no conversion.
  const readable = [Timestamp, Duration, Address, Network].some((kind) => value instanceof kind);
  return readable && value instanceof Opaque ? value.text : undefined;
}

/** The shortest text that reads back to the same double, with an exponent from 1e6 up and below 1e-4 on, as Go's `%g`. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= 6))
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return String(value);
}

export const CONVERSIONS: Natives = {
  'int/1': toInt,
  'double/1': toDouble,
  'bool/1': toBool,
  'string/1': toText,
  'dyn/1': (_meter, value) => value,
  'timestamp/1': (_meter, value) => timestampFrom(value),
  'duration/1': (_meter, value) => durationFrom(value),
};
