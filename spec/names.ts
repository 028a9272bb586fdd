import { text } from '../errors';
import type { Complaint } from './complaint';
import { LIMITS, RESERVED_NAMES, RESERVED_PREFIXES } from './limits';
import { firstUnseen, quoted, shownCharacter } from './visible';

/** An RFC 1123 label, in ASCII and before any case folding: U+212A would fold to `k`. */
export const LABEL_PATTERN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** What is wrong with a name that becomes part of object names: RFC 1123 label rules, ASCII, `min` to `max` characters. */
export function labelComplaint(value: string, { min, max }: { min: number; max: number }): Complaint {
  if (value === '')
    return text(`is empty: give ${min} to ${max} characters`, `비어 있습니다: ${min}~${max}자로 쓰십시오`);
  const stranger = /[^a-z0-9-]/u.exec(value)?.[0];
  if (stranger !== undefined) return strangerComplaint(value, stranger);
  if (value.length < min || value.length > max)
    return text(
      `${quoted(value)} has ${value.length} characters: give ${min} to ${max}`,
      `${quoted(value)}: ${value.length}자입니다. ${min}~${max}자로 쓰십시오`,
    );
  if (value.startsWith('-') || value.endsWith('-'))
    return text(
      `${quoted(value)} begins or ends with '-': begin and end with a lower-case letter or a digit`,
      `${quoted(value)}: 하이픈(-)으로 시작하거나 끝날 수 없습니다. 소문자나 숫자로 시작하고 끝내십시오`,
    );
  return undefined;
}

function strangerComplaint(value: string, stranger: string): Complaint {
  const shown = shownCharacter(stranger);
  if (/[A-Z]/.test(stranger))
    return text(
      `${quoted(value)} has the capital letter ${shown}: use lower case`,
      `${quoted(value)}: 대문자가 있습니다(${shown}). 소문자로 쓰십시오`,
    );
  return text(
    `${quoted(value)} has the character ${shown}: use lower-case ASCII letters, digits and '-'`,
    `${quoted(value)}: 쓸 수 없는 문자가 있습니다(${shown}). 영문 소문자, 숫자, 하이픈(-)만 쓰십시오`,
  );
}

/** What is wrong with a testbed's name: label rules, 3 to 40 characters, no reserved beginning. */
export function nameComplaint(value: string): Complaint {
  const wrong = labelComplaint(value, LIMITS.name);
  if (wrong !== undefined) return wrong;
  const prefix = RESERVED_PREFIXES.find((reserved) => value.startsWith(reserved));
  if (prefix !== undefined)
    return text(
      `${quoted(value)} begins with '${prefix}', which is reserved: choose another beginning`,
      `${quoted(value)}: 예약된 앞부분('${prefix}')으로 시작합니다. 다르게 시작하는 이름을 쓰십시오`,
    );
  if (RESERVED_NAMES.some((reserved) => reserved === value))
    return text(
      `${quoted(value)} is reserved for what the whole cluster shares: choose another name`,
      `${quoted(value)}: 클러스터 공용으로 예약된 이름입니다. 다른 이름을 쓰십시오`,
    );
  return undefined;
}

/** What is wrong with a display name: NFC, 1 to 80 characters, one line that looks like what it is. Any script is welcome. */
export function participantComplaint(value: string): Complaint {
  const { min, max } = LIMITS.participant;
  if (value.trim() === '')
    return text(`is empty: give ${min} to ${max} characters`, `비어 있습니다: ${min}~${max}자로 쓰십시오`);
  const hidden = firstUnseen(value);
  if (hidden !== undefined)
    return text(
      `${quoted(value)} has the invisible or control character ${shownCharacter(hidden)}: take it out`,
      `${quoted(value)}: 보이지 않는 문자나 제어 문자가 있습니다(${shownCharacter(hidden)}). 빼십시오`,
    );
  if (value !== value.normalize('NFC'))
    return text(
      `${quoted(value)} is written in decomposed characters: type it again in composed form (NFC), ${quoted(value.normalize('NFC'))}`,
      `${quoted(value)}: 자모가 분리된 문자입니다. 완성형(NFC)으로 다시 입력하십시오: ${quoted(value.normalize('NFC'))}`,
    );
  const length = Array.from(value).length;
  if (length > max)
    return text(
      `${quoted(value)} has ${length} characters: give at most ${max}`,
      `${quoted(value)}: ${length}자입니다. ${max}자 이하로 쓰십시오`,
    );
  if (value !== value.trim())
    return text(
      `${quoted(value)} begins or ends with a space: take it out`,
      `${quoted(value)}: 앞이나 뒤에 빈칸이 있습니다. 빼십시오`,
    );
  if (!/[\p{L}\p{N}]/u.test(value) || /^\p{M}/u.test(value))
    return text(
      `${quoted(value)} does not read as a name: begin with a letter or a digit and use at least one`,
      `${quoted(value)}: 이름으로 읽을 수 없습니다. 글자나 숫자를 하나 이상 쓰십시오`,
    );
  return undefined;
}
