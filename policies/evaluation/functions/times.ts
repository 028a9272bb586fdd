import type { Meter } from '../meter';
import { Duration, clockOffset, Timestamp } from '../time';
import { Failure, int, type Value } from '../values';
import type { Natives } from './native';

const NO_ZONE = new Failure('unknown time zone; an offset such as +09:00 or UTC is taken');
const MILLISECOND = 1_000_000n;
const MINUTE_MILLISECONDS = 60_000;

/** A part of the instant as a clock in `zone` shows it. */
const field =
  (read: (date: Date) => number) =>
  (_meter: Meter, time: Value, zone: Value = ''): Value | undefined => {
    if (!(time instanceof Timestamp) || typeof zone !== 'string') return undefined;
    const offset = clockOffset(zone);
    if (offset === undefined) return NO_ZONE;
    const rest = ((time.nanos % MILLISECOND) + MILLISECOND) % MILLISECOND;
    return read(new Date(Number((time.nanos - rest) / MILLISECOND) + offset * MINUTE_MILLISECONDS));
  };

/** A part of the instant, or a whole duration in that unit. */
const fieldOrSpan = (read: (date: Date) => number, span: (nanos: bigint) => bigint) => {
  const ofTime = field(read);
  return (meter: Meter, time: Value, zone?: Value): Value | undefined => {
    if (!(time instanceof Duration)) return zone === undefined ? ofTime(meter, time) : ofTime(meter, time, zone);
    return zone === undefined ? int(span(time.nanos)) : undefined;
  };
};

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / (24 * 60 * MINUTE_MILLISECONDS));

const READERS = {
  getFullYear: field((date) => date.getUTCFullYear()),
  getMonth: field((date) => date.getUTCMonth()),
  getDate: field((date) => date.getUTCDate()),
  getDayOfMonth: field((date) => date.getUTCDate() - 1),
  getDayOfWeek: field((date) => date.getUTCDay()),
  getDayOfYear: field(dayOfYear),
  getHours: fieldOrSpan(
    (date) => date.getUTCHours(),
    (nanos) => nanos / 3_600_000_000_000n,
  ),
  getMinutes: fieldOrSpan(
    (date) => date.getUTCMinutes(),
    (nanos) => nanos / 60_000_000_000n,
  ),
  getSeconds: fieldOrSpan(
    (date) => date.getUTCSeconds(),
    (nanos) => nanos / 1_000_000_000n,
  ),
  getMilliseconds: fieldOrSpan(
    (date) => date.getUTCMilliseconds(),
    (nanos) => nanos / MILLISECOND,
  ),
};

export const TIME_METHODS: Natives = Object.fromEntries(
  Object.entries(READERS).flatMap(([name, reader]) => [
    [`${name}/1`, reader],
    [`${name}/2`, reader],
  ]),
);
