import { text } from '../errors';
import type { Complaint } from './complaint';
import { LIMITS } from './limits';
import { quoted } from './visible';

/** A whole number of mebibytes or gibibytes, without leading zeros: one spelling a quantity, no floating point. */
export const STORAGE_PATTERN = '^[1-9][0-9]{0,5}(Mi|Gi)$';

const MEBIBYTES = { Mi: 1, Gi: 1024 } as const;

/** `1Gi` in mebibytes; undefined when it is not such a quantity. */
function mebibytes(quantity: string): number | undefined {
  if (!new RegExp(STORAGE_PATTERN).test(quantity)) return undefined;
  return Number(quantity.slice(0, -2)) * MEBIBYTES[quantity.endsWith('Gi') ? 'Gi' : 'Mi'];
}

/** What is wrong with a storage quantity: its spelling, or outside 100Mi to 100Gi. */
export function storageComplaint(value: string): Complaint {
  const size = mebibytes(value);
  if (size === undefined) {
    return text(
      `${quoted(value)} is not a quantity: write a whole number with Mi or Gi, such as 512Mi or 10Gi`,
      `${quoted(value)}: 용량 표기가 아닙니다. 512Mi, 10Gi처럼 정수에 Mi나 Gi를 붙여 쓰십시오`,
    );
  }
  const { min, max } = LIMITS.storageMebibytes;
  if (size < min || size > max)
    return text(
      `${quoted(value)} is outside the bounds: give 100Mi to 100Gi`,
      `${quoted(value)}: 허용 범위를 벗어났습니다. 100Mi~100Gi로 쓰십시오`,
    );
  return undefined;
}
