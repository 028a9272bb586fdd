import { text } from '../errors';
import type { Complaint } from './complaint';
import { LIMITS } from './limits';
import { quoted } from './visible';

export const DATE_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';

/** Minutes east of UTC where a day ends, unless a caller says otherwise: the sites of this programme are in Korea (no summer time). */
export const SITE_UTC_OFFSET_MINUTES = 540;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A date as whole days since 1970-01-01; undefined for what is no date of the calendar (2027-02-30). */
function dayNumber(date: string): number | undefined {
  if (!new RegExp(DATE_PATTERN).test(date)) return undefined;
  const at = Date.parse(`${date}T00:00:00Z`);
  // Date.parse rolls 2027-02-30 over into March, so the way back must give the same date.
  return Number.isNaN(at) || isoDate(at / DAY_MS) !== date ? undefined : at / DAY_MS;
}

function isoDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The date (YYYY-MM-DD) that it is at `now`, `offsetMinutes` east of UTC; throws RangeError for an invalid clock. */
export function dateAt(now: Date, offsetMinutes: number = SITE_UTC_OFFSET_MINUTES): string {
  return new Date(now.getTime() + offsetMinutes * MINUTE_MS).toISOString().slice(0, 10);
}

/** The date `days` after `date`. */
export function addDays(date: string, days: number): string {
  const day = dayNumber(date);
  if (day === undefined) throw new RangeError(`${quoted(date)} is not a date`);
  return isoDate(day + days);
}

/** What is wrong with a date's spelling: YYYY-MM-DD and a day that the calendar has. */
export function dateComplaint(value: string): Complaint {
  if (dayNumber(value) !== undefined) return undefined;
  if (!new RegExp(DATE_PATTERN).test(value))
    return text(
      `${quoted(value)} is not a date: write it as YYYY-MM-DD`,
      `${quoted(value)}: 날짜가 아닙니다. YYYY-MM-DD 형식으로 쓰십시오`,
    );
  return text(
    `${quoted(value)} is not in the calendar: write a day that exists`,
    `${quoted(value)}: 달력에 없는 날짜입니다. 있는 날짜를 쓰십시오`,
  );
}

/** What is wrong with an end date seen from `today`: it must lie after today and at most 366 days ahead. Not a date: no complaint here. */
export function endsComplaint(value: string, today: string): Complaint {
  const end = dayNumber(value);
  const start = dayNumber(today);
  if (end === undefined || start === undefined) return undefined;
  const latest = isoDate(start + LIMITS.endsDays);
  if (end <= start)
    return text(
      `'${value}' is not after today (${today}): give a date from ${isoDate(start + 1)} to ${latest}`,
      `'${value}': 오늘(${today})보다 뒤여야 합니다. ${isoDate(start + 1)}부터 ${latest}까지의 날짜를 쓰십시오`,
    );
  if (end > start + LIMITS.endsDays)
    return text(
      `'${value}' is ${end - start} days ahead, at most ${LIMITS.endsDays} are given: the latest date is ${latest}`,
      `'${value}': ${end - start}일 뒤입니다. 최대 ${LIMITS.endsDays}일이므로 ${latest}까지의 날짜를 쓰십시오`,
    );
  return undefined;
}
