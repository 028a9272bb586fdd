import { z } from 'zod';
import { ERROR_CODES, TestbedError, text, verbatim, type ErrorCode, type Text } from '../errors';

/**
 * How a provider's error crosses the engine: gRPC carries one line of words, so the line is `testbed:<ErrorCode>: <JSON>`
 * with both languages, hint and details. The provider writes it, the driver reads it back; the engine in between may put words
 * before and after it.
 */
const BEGIN = /testbed:([A-Za-z]{1,40}): (?=\{)/;

/** Longest line that is written; words beyond it are cut, because gRPC metadata is bounded. */
const MAX_TEXT = 1500;
const MAX_DETAILS = 10;

const words = z.object({ en: z.string(), ko: z.string() });
const carried = z.object({ text: words, hint: words.optional(), details: z.array(words).optional() });

/** The message of a gRPC error (or a reason of ErrorResourceInitFailed) that stands for `error`. Never put secrets in it. */
export function encodeProviderError(error: TestbedError): string {
  const details = error.details.slice(0, MAX_DETAILS).map(cut);
  return `testbed:${error.code}: ${JSON.stringify({
    text: cut(error.text),
    ...(error.hint === undefined ? {} : { hint: cut(error.hint) }),
    ...(details.length === 0 ? {} : { details }),
  })}`;
}

/** The error that a message carries; undefined when it carries none (an error of the engine itself or of the program). */
export function decodeProviderError(message: string): TestbedError | undefined {
  const found = BEGIN.exec(message);
  const code = found?.[1];
  if (found === null || code === undefined || !isErrorCode(code)) return undefined;
  const json = firstObject(message.slice(found.index + found[0].length));
  if (json === undefined) return undefined;
  const parsed = carried.safeParse(json);
  if (!parsed.success) return new TestbedError(code, verbatim(message));
  const { text: said, hint, details } = parsed.data;
  return new TestbedError(code, text(said.en, said.ko), {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

function cut(said: Text): Text {
  return { en: said.en.slice(0, MAX_TEXT), ko: said.ko.slice(0, MAX_TEXT) };
}

/** The JSON object at the start of `line`, whatever follows it. */
function firstObject(line: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) {
      try {
        return JSON.parse(line.slice(0, at + 1));
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
}
