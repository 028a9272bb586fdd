import { TestbedError, text } from '../../errors';
import type { Version } from './types';

/** The largest document that a store takes or gives, in bytes. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

const MAX_KEY_LENGTH = 200;
const KEY = /^[a-z0-9-]{1,100}(?:\/[a-z0-9-]{1,100}){0,7}$/;
const PREFIX = /^(?:[a-z0-9-]{1,100}\/){0,7}[a-z0-9-]{0,100}$/;

/** The key itself. Throws UsageWrong where it is none: keys become paths, rows and object names. */
export function requireKey(key: string): string {
  if (isKey(key)) return key;
  throw wrong(key);
}

export function isKey(key: string): boolean {
  return key.length <= MAX_KEY_LENGTH && KEY.test(key);
}

/** The prefix itself: the beginning of a key, or empty. Throws UsageWrong. */
export function requirePrefix(prefix: string): string {
  if (prefix.length <= MAX_KEY_LENGTH && PREFIX.test(prefix)) return prefix;
  throw wrong(prefix);
}

/** Throws StateUnreadable for what is larger than any store takes. */
export function requireSize(key: string, bytes: number, place: string): void {
  if (bytes <= MAX_DOCUMENT_BYTES) return;
  throw new TestbedError(
    'StateUnreadable',
    text(
      `the document ${key} of ${place} has ${bytes} bytes, more than the ${MAX_DOCUMENT_BYTES} that a store holds`,
      `${place}의 문서 ${key}은(는) ${bytes}바이트로, 저장소가 담을 수 있는 ${MAX_DOCUMENT_BYTES}바이트를 넘습니다`,
    ),
  );
}

/** Marks what a store itself made of a text. */
export function versionOf(token: string): Version {
  // The brand exists for the compiler only; each store checks what it is given back.
  return token as Version;
}

function wrong(key: string): TestbedError {
  const shown = JSON.stringify(key.slice(0, 80));
  return new TestbedError(
    'UsageWrong',
    text(
      `${shown} is not a document's key: use lower-case letters, digits, '-' and '/'`,
      `${shown}은(는) 문서 키가 아닙니다. 영문 소문자, 숫자, '-', '/'만 쓰세요`,
    ),
  );
}
