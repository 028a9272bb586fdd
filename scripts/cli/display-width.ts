/** Hangul, Han, kana, full-width forms and emoji take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const MARK = /^\p{Mark}$/u;

/** How many columns of a terminal `words` take; for words without control characters. */
export function displayWidth(words: string): number {
  let width = 0;
  for (const character of words) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** `words`, filled up with spaces to `width` columns. */
export function padColumns(words: string, width: number): string {
  return words + ' '.repeat(Math.max(0, width - displayWidth(words)));
}

/** As much of `words` as fits into `width` columns; what was cut is marked by `…`. */
export function cutColumns(words: string, width: number): string {
  if (displayWidth(words) <= width) return words;
  let kept = '';
  let used = 0;
  for (const character of words) {
    const columns = displayWidth(character);
    if (used + columns > width - 1) break;
    kept += character;
    used += columns;
  }
  return `${kept}…`;
}
