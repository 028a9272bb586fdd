import { z } from 'zod';
import { text, type Text } from '../../errors';
import { complain } from '../../spec/complaint';
import { codePointName, firstUnseen, quoted } from '../../spec/visible';
import type { IssueCode } from './issue';

type LineCode = Extract<IssueCode, 'language' | 'one-line' | 'length'>;

interface LineComplaint {
  readonly code: LineCode;
  readonly words: Text;
}

/** One line in every language, of 1 to `most` characters each; nothing in it that a terminal would act on. */
export function lineInBoth(most: number) {
  return z.strictObject({ en: oneLine(most), ko: oneLine(most) });
}

/** One line of 1 to `most` characters. */
export function oneLine(most: number) {
  return z.string().superRefine((value, context) => {
    const complaint = lineComplaint(value, most);
    if (complaint === undefined) return;
    const { code, words } = complaint;
    context.addIssue({ code: 'custom', message: words.en, params: { text: words, code } });
  });
}

/** CEL as it stands in the file: several lines are folded by YAML, so that what remains is one text. */
export function celText(most: number) {
  return z.string().superRefine((value, context) => {
    if (value.trim() === '') complain(context, EMPTY);
    else if (value.length > most) complain(context, tooLong(value.length, most));
  });
}

const EMPTY = text('has no words: write some', '비어 있습니다. 내용을 쓰십시오');

function lineComplaint(value: string, most: number): LineComplaint | undefined {
  if (value.trim() === '') return { code: 'language', words: EMPTY };
  if (/[\r\n]/.test(value))
    return {
      code: 'one-line',
      words: text(
        'stands on more than one line: admission messages have one; write it in one line',
        '여러 줄입니다. 승인 단계의 메시지는 한 줄이어야 하므로 한 줄로 쓰십시오',
      ),
    };
  if (value !== value.trim())
    return {
      code: 'one-line',
      words: text('begins or ends with a space: take it out', '앞이나 뒤에 빈칸이 있습니다. 빼십시오'),
    };
  const unseen = firstUnseen(value);
  if (unseen !== undefined)
    return {
      code: 'one-line',
      words: text(
        `holds the character ${codePointName(unseen)}, which can't be seen: take it out`,
        `보이지 않는 문자가 있습니다(${codePointName(unseen)}). 빼십시오`,
      ),
    };
  return value.length > most ? { code: 'length', words: tooLong(value.length, most) } : undefined;
}

/** The code that `oneLine` put into a zod issue's params. */
export function lineCodeOf(params: unknown): LineCode | undefined {
  if (typeof params !== 'object' || params === null || !('code' in params)) return undefined;
  const { code } = params;
  return code === 'language' || code === 'one-line' || code === 'length' ? code : undefined;
}

/** What is said of a text that is too long. */
function tooLong(length: number, most: number): Text {
  return text(
    `has ${length} characters: at most ${most} are accepted`,
    `${length}자입니다. ${most}자까지 쓸 수 있습니다`,
  );
}

/** A value that matches, or what is said of it. */
export function matching(pattern: RegExp, what: Text) {
  return z.string().superRefine((value, context) => {
    if (!pattern.test(value))
      complain(context, text(`${quoted(value)} is not ${what.en}`, `${quoted(value)}: ${what.ko} 형식이 아닙니다`));
  });
}
