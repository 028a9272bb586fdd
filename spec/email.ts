import { text } from '../errors';
import type { Complaint } from './complaint';
import { LIMITS } from './limits';
import { quoted, shownCharacter } from './visible';

/**
 * What the JSON Schema says of an address; `emailComplaint` says the same with reasons. A plain subset of RFC 5322: no quotes,
 * comments or address literals, and nothing that means something to a shell, a spreadsheet or a mail header.
 */
export const EMAIL_PATTERN =
  '^[A-Za-z0-9_][A-Za-z0-9_+-]*(\\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$';

/** What is wrong with an e-mail address: ASCII, one '@', at most 254 characters, a domain of at least two labels. */
export function emailComplaint(value: string): Complaint {
  if (value === '') return text('is empty: give an e-mail address', '비어 있습니다: 전자우편 주소를 쓰십시오');
  if (value.length > LIMITS.email.max)
    return text(
      `${quoted(value)} has ${value.length} characters: an address has at most ${LIMITS.email.max}`,
      `${quoted(value)}: ${value.length}자입니다. 전자우편 주소는 ${LIMITS.email.max}자 이하입니다`,
    );
  const stranger = /[^A-Za-z0-9._+@-]/u.exec(value)?.[0];
  if (stranger !== undefined)
    return text(
      `${quoted(value)} has the character ${shownCharacter(stranger)}: use ASCII letters, digits, '.', '_', '+', '-' and one '@'`,
      `${quoted(value)}: 쓸 수 없는 문자가 있습니다(${shownCharacter(stranger)}). 영문자, 숫자, '.', '_', '+', '-'와 '@' 하나만 쓰십시오`,
    );
  const [local = '', domain, ...more] = value.split('@');
  if (domain === undefined || more.length > 0)
    return text(
      `${quoted(value)} needs exactly one '@': write it like hong@company.example`,
      `${quoted(value)}: '@'가 하나 있어야 합니다. hong@company.example처럼 쓰십시오`,
    );
  if (local.length > LIMITS.email.localMax)
    return text(
      `${quoted(value)} has ${local.length} characters before '@': at most ${LIMITS.email.localMax}`,
      `${quoted(value)}: '@' 앞이 ${local.length}자입니다. ${LIMITS.email.localMax}자 이하로 쓰십시오`,
    );
  if (new RegExp(EMAIL_PATTERN).test(value)) return undefined;
  return text(
    `${quoted(value)} is not an e-mail address: write it like hong@company.example`,
    `${quoted(value)}: 전자우편 주소가 아닙니다. hong@company.example처럼 쓰십시오`,
  );
}
