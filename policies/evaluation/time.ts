import { Failure, int, Opaque, type Value } from './values';

const SECOND = 1_000_000_000n;
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;
const MAX_DURATION = 2n ** 63n - 1n;

/** An instant between the years 1 and 9999, in nanoseconds since 1970. */
export class Timestamp extends Opaque {
  readonly type = 'timestamp';
  readonly nanos: bigint;
  /** Minutes ahead of UTC, as it was written: for its text only. */
  readonly zone: number;
  constructor(nanos: bigint, zone: number) {
    super();
    this.nanos = nanos;
    this.zone = zone;
  }
  equals(other: Value): boolean {
    return other instanceof Timestamp && other.nanos === this.nanos;
  }
  /** `2026-11-23T01:02:03.5Z`. */
  get text(): string {
    const seconds = floorDivide(this.nanos, SECOND);
    const date = new Date((Number(seconds) + this.zone * 60) * 1000)
      .toISOString()
      .replace(/^[+-]\d+(?=\d{4}-)/, '')
      .slice(0, 19);
    return `${date}${fractionText(this.nanos - seconds * SECOND)}${zoneText(this.zone)}`;
  }
  override order(other: Value): number | undefined {
    return other instanceof Timestamp ? sign(this.nanos - other.nanos) : undefined;
  }
}

/** A span of time within 64 bits of nanoseconds. */
export class Duration extends Opaque {
  readonly type = 'duration';
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    super();
    this.nanos = nanos;
  }
  equals(other: Value): boolean {
    return other instanceof Duration && other.nanos === this.nanos;
  }
  /** In seconds: `5400s`, `-1.5s`. */
  get text(): string {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    return `${this.nanos < 0n ? '-' : ''}${size / SECOND}${fractionText(size % SECOND)}s`;
  }
  override order(other: Value): number | undefined {
    return other instanceof Duration ? sign(this.nanos - other.nanos) : undefined;
  }
}

const sign = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0);
const OUT_OF_RANGE = new Failure('time out of range');

function timestamp(nanos: bigint, zone = 0): Value {
  const seconds = floorDivide(nanos, SECOND);
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS ? OUT_OF_RANGE : new Timestamp(nanos, zone);
}

function duration(nanos: bigint): Value {
  return nanos > MAX_DURATION || nanos < -MAX_DURATION - 1n ? OUT_OF_RANGE : new Duration(nanos);
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** `left + right` where one is a duration and the other a time; undefined for anything else. */
export function addTimes(left: Value, right: Value): Value | undefined {
  if (left instanceof Duration && right instanceof Duration) return duration(left.nanos + right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.nanos + right.nanos, left.zone);
  if (left instanceof Duration && right instanceof Timestamp) return timestamp(left.nanos + right.nanos, right.zone);
  return undefined;
}

/** `left - right`, as addTimes. */
export function subtractTimes(left: Value, right: Value): Value | undefined {
  if (left instanceof Duration && right instanceof Duration) return duration(left.nanos - right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.nanos - right.nanos, left.zone);
  if (left instanceof Timestamp && right instanceof Timestamp) return duration(left.nanos - right.nanos);
  return undefined;
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** RFC 3339, or seconds since 1970 as an int. */
export function timestampFrom(value: Value): Value | undefined {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'number' || typeof value === 'bigint')
    return typeof value === 'number' && !Number.isInteger(value) ? undefined : timestamp(BigInt(value) * SECOND);
  if (typeof value !== 'string') return undefined;
  const found = value.length > 64 ? null : RFC3339.exec(value);
  const [year, month, day, hour, minute, second] = (found ?? []).slice(1, 7).map(Number);
  if (found === null || year === undefined || month === undefined || day === undefined) return NO_TIMESTAMP;
  if (hour === undefined || minute === undefined || second === undefined) return NO_TIMESTAMP;
  if (hour > 23 || minute > 59 || second > 59) return NO_TIMESTAMP;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NO_TIMESTAMP;
  const zone = zoneMinutes(found[8] ?? 'Z');
  if (zone === undefined) return NO_TIMESTAMP;
  const seconds = BigInt(date.getTime() / 1000) + BigInt(hour * 3600 + minute * 60 + second - zone * 60);
  return timestamp(seconds * SECOND + BigInt((found[7] ?? '').slice(0, 9).padEnd(9, '0')), zone);
}

const NO_TIMESTAMP = new Failure('type conversion error from string to timestamp');

/** `Z` or `+09:00` of RFC 3339 in minutes; as Go reads it, up to 24 hours and 60 minutes. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 60) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Minutes that a clock is ahead of UTC: `+09:00`, empty or `UTC`. Undefined for anything else, names of zones among it: a server need not know them. */
export function clockOffset(zone: string): number | undefined {
  if (zone === '' || zone === 'UTC') return 0;
  const found = /^([+-]?)(\d{1,4}):(\d{1,4})$/.exec(zone);
  if (found === null) return undefined;
  const hours = Number(found[2]);
  const minutes = Number(found[3]);
  // `-00:30` is half an hour ahead: the server looks at the sign of the hours.
  return found[1] === '-' && hours > 0 ? -(hours * 60 + minutes) : hours * 60 + minutes;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3_600n * SECOND,
};

/** `1h30m`, `-1.5s`, as Go reads durations. */
export function durationFrom(value: Value): Value | undefined {
  if (value instanceof Duration) return value;
  if (typeof value !== 'string') return undefined;
  if (value.length > 128 || !/^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(value))
    return NO_DURATION;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of value.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = UNITS[unit] ?? 0n;
    nanos += BigInt(whole === '' ? 0 : whole) * size;
    if (fraction !== '') nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return duration(value.startsWith('-') ? -nanos : nanos);
}

const NO_DURATION = new Failure('type conversion error from string to duration');

function zoneText(zone: number): string {
  if (zone === 0) return 'Z';
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(zone);
  return `${zone < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
}

function fractionText(nanos: bigint): string {
  return nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;
}

/** Whole seconds since 1970. */
export function unixSeconds({ nanos }: Timestamp): Value {
  return int(floorDivide(nanos, SECOND));
}
