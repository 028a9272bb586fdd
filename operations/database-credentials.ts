import { fieldsAt, stringAt } from '../kubernetes/json';
import type { TestbedRecord } from './records';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A third of its life. */
const RENEWED_BEFORE_DAYS = 243;

/** The number of the credentials that a database is made with. */
export const FIRST_CREDENTIALS = 1;

/**
 * Which credentials of its database a testbed is to have: those it has, or the next ones, because they are asked for or because the server's
 * certificate ends soon. The number is recorded before anything is done with it, so that a run that dies is taken up by the next one.
 */
export function dueCredentials(record: TestbedRecord, wish: 'keep' | 'renew', now: Date): number {
  const present = record.database?.credentials ?? FIRST_CREDENTIALS;
  const ends = Date.parse(stringAt(fieldsAt(record.outputs, 'database'), 'certificateEnds') ?? '');
  const isDue = ends - now.getTime() < RENEWED_BEFORE_DAYS * DAY_MS;
  return wish === 'renew' || isDue ? present + 1 : present;
}
