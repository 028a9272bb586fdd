import { text } from '../errors';
import type { Finding } from './issue';
import { codePointName } from './visible';

/** Controls (but tab, LF and CR before LF), bidi controls, and separators that some editors take for a line's end. */
const UNFIT = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Characters that no spec holds anywhere, comments included, because they make the file look other than it reads. YAML escapes can
 * still smuggle them into a value; the fields refuse them there.
 */
export function unfitCharacters(source: string): Finding[] {
  return Array.from(source.matchAll(UNFIT), (match) => {
    const name = match[0] === '\r' ? 'U+000D' : codePointName(match[0]);
    return {
      start: match.index,
      end: match.index + match[0].length,
      path: [],
      message: text(
        `the character ${name} controls how text is shown or read: take it out`,
        `글의 표시나 해석을 바꾸는 제어 문자가 있습니다(${name}). 빼십시오`,
      ),
    };
  });
}
