/**
 * Text that we did not write (a spec, a pod's message, another program's words) may hold control characters that move a terminal's
 * cursor, or bidirectional marks that make a line read otherwise than it is. Both are shown as escapes and never sent as they are.
 */
const UNSAFE =
  /[\p{Cc}--\n]|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gv;

/** For text of several lines: keeps line feeds, escapes everything else that a terminal would act on. */
export function escapeLines(words: string): string {
  return words.replaceAll(UNSAFE, escapeCharacter);
}

/** For text that must stay on one line, such as a table's cell: line feeds are escaped too. */
export function escapeLine(words: string): string {
  return escapeLines(words).replaceAll('\n', '\\n');
}

/** A part of a log, for a terminal: tabs and the line ends of other systems move no cursor where it would not go anyway. */
export function escapeLog(words: string): string {
  return words.replaceAll('\r\n', '\n').split('\t').map(escapeLines).join('\t');
}

/** The same in JSON or in double-quoted YAML, where `\uXXXX` is the character itself: the document's meaning does not change. */
export function escapeDocument(document: string): string {
  return document.replaceAll(UNSAFE, unicodeEscapes);
}

/** Whether `words` hold something that must not reach a terminal as it is. */
export function isUnsafe(words: string): boolean {
  return words.search(UNSAFE) !== -1;
}

const SHORT: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f' };

function escapeCharacter(character: string): string {
  return SHORT[character] ?? unicodeEscapes(character);
}

function unicodeEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
