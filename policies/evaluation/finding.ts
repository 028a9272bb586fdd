const MAX_BYTES = 4096;
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu;

/** A text on one line, at most 4 KiB of UTF-8; what is cut off ends in `...`. */
export function oneLine(text: string): string {
  // A character has a byte at least: what is beyond so many characters need not be looked at.
  const line = text
    .slice(0, MAX_BYTES + 1)
    .replace(CONTROL, ' ')
    .trim();
  if (text.length <= MAX_BYTES && Buffer.byteLength(line) <= MAX_BYTES) return line;
  const bytes = Buffer.from(line).subarray(0, MAX_BYTES - 3);
  // A code point that was cut through is left out.
  return `${new TextDecoder().decode(bytes).replace(/\uFFFD+$/, '')}...`;
}
