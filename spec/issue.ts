import type { Text } from '../errors';

/** Part of the source, in UTF-16 units from its beginning; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text that was read and what to call it: a path as the person typed it, or `preset startup`. */
export interface SpecSource {
  readonly file: string;
  readonly text: string;
}

/** One problem of a spec, at its place. Line and column count from 1, columns in UTF-16 units as editors do. */
export interface SpecIssue extends Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the spec, such as `network.egress[0].cidr`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong with the value and what mends it. */
  readonly message: Text;
  /** What is accepted there. */
  readonly accepted?: Text;
}

/** A problem before its place is counted out. */
export interface Finding extends Span {
  readonly path: readonly PropertyKey[];
  readonly message: Text;
  readonly accepted?: Text;
}

/** `network.egress[0].cidr` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((so, step) => {
    if (typeof step === 'number') return `${so}[${step}]`;
    return so === '' ? String(step) : `${so}.${String(step)}`;
  }, '');
}

/** Line and column of an offset. Only LF ends a line: a lone CR is refused before. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const until = Math.max(0, Math.min(offset, source.length));
  let line = 1;
  let lineStart = 0;
  for (let feed = source.indexOf('\n'); feed >= 0 && feed < until; feed = source.indexOf('\n', lineStart)) {
    line += 1;
    lineStart = feed + 1;
  }
  return { line, column: until - lineStart + 1 };
}
