import { bytesOf } from '../components/quantity';
import { SIZES } from '../components/sizes';
import { text } from '../errors';
import type { Complaint } from './complaint';
import { LIMITS } from './limits';
import { quoted } from './visible';

/** A whole number of mebibytes or gibibytes, without leading zeros: one spelling a quantity, no floating point. */
export const STORAGE_PATTERN = '^[1-9][0-9]{0,5}(Mi|Gi)$';

const MIN = bytesOf(LIMITS.storage.min) ?? 0n;
const MAX = bytesOf(LIMITS.storage.max) ?? 0n;

/** `1Gi` in bytes; undefined when it is not written so. */
function storageBytes(quantity: string): bigint | undefined {
  return new RegExp(STORAGE_PATTERN).test(quantity) ? bytesOf(quantity) : undefined;
}

/** What is wrong with a storage quantity: its spelling, or outside 100Mi to 100Gi. */
export function storageComplaint(value: string): Complaint {
  const size = storageBytes(value);
  if (size === undefined) {
    return text(
      `${quoted(value)} is not a quantity: write a whole number with Mi or Gi, such as 512Mi or 10Gi`,
      `${quoted(value)}: 용량 표기가 아닙니다. 512Mi, 10Gi처럼 정수에 Mi나 Gi를 붙여 쓰십시오`,
    );
  }
  if (size < MIN || size > MAX)
    return text(
      `${quoted(value)} is outside the bounds: give ${LIMITS.storage.min} to ${LIMITS.storage.max}`,
      `${quoted(value)}: 허용 범위를 벗어났습니다. ${LIMITS.storage.min}~${LIMITS.storage.max}로 쓰십시오`,
    );
  return undefined;
}

/** `small 10Gi, medium 50Gi, large 100Gi`: the most at each size. */
export const STORAGE_BY_SIZE = Object.entries(SIZES)
  .map(([name, { quota }]) => `${name} ${(bytesOf(quota.storage) ?? 0n) < MAX ? quota.storage : LIMITS.storage.max}`)
  .join(', ');

/**
 * What is wrong with a storage quantity in a testbed of one size: more than all its volumes may hold. Says nothing about values that are
 * wrong by themselves, which `storageComplaint` and the schema tell.
 */
export function storageAtSizeComplaint(value: unknown, size: unknown): Complaint {
  if (typeof value !== 'string' || storageComplaint(value) !== undefined) return undefined;
  const quota = Object.entries(SIZES).find(([name]) => name === size)?.[1].quota;
  if (quota === undefined || (bytesOf(value) ?? 0n) <= (bytesOf(quota.storage) ?? 0n)) return undefined;
  return text(
    `${quoted(value)} is more than a testbed of size '${String(size)}' may hold: give ${quota.storage} or less, or a larger size`,
    `${quoted(value)}: 크기 '${String(size)}'의 한도를 넘습니다. ${quota.storage} 이하로 쓰거나 더 큰 크기를 선택하십시오`,
  );
}
