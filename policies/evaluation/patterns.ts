import { RE2JS, RE2JSException } from 're2js';
import type { Meter } from './meter';

/** Characters of one pattern, and instructions of its program: above any rule, below what makes matching slow. */
const MAX_CHARACTERS = 2_000;
const MAX_PROGRAM = 10_000;
const MAX_KEPT = 200;

/** One compiled pattern of RE2, which matches in linear time. */
export class Pattern {
  readonly #compiled: RE2JS;
  readonly #cost: number;

  private constructor(compiled: RE2JS) {
    this.#compiled = compiled;
    this.#cost = 1 + Math.ceil(compiled.programSize() / 64);
  }

  /** The pattern, or why RE2 does not take it. */
  static from(source: string): Pattern | string {
    if (source.length > MAX_CHARACTERS)
      return `it has ${source.length} characters; at most ${MAX_CHARACTERS} are taken`;
    try {
      const compiled = RE2JS.compile(source);
      return compiled.programSize() > MAX_PROGRAM ? 'it is too large' : new Pattern(compiled);
    } catch (error) {
      if (error instanceof RE2JSException) return error.message;
      throw error;
    }
  }

  /** Whether any part of `text` matches. */
  test(text: string, meter: Meter): boolean {
    this.#charge(text, meter);
    return this.#compiled.test(text);
  }

  /** The parts of `text` that match, at most `limit` (all below 0). */
  findAll(text: string, limit: number, meter: Meter): readonly string[] {
    this.#charge(text, meter);
    const matcher = this.#compiled.matcher(text);
    const found: string[] = [];
    let end = -1;
    while ((limit < 0 || found.length < limit) && matcher.find()) {
      // Each further search is charged anew: a pattern may look at the whole rest of the text for each.
      if (end >= 0) this.#charge(text, meter);
      // As Go has it, nothing is found right behind what was found.
      if (matcher.start() !== matcher.end() || matcher.start() !== end) found.push(matcher.group() ?? '');
      end = matcher.end();
    }
    return found;
  }

  #charge(text: string, meter: Meter): void {
    meter.charge((text.length >>> 3) * this.#cost);
  }
}

/** Patterns that are made while rules are evaluated, such as from a parameter; kept until there are too many. */
export class PatternCache {
  readonly #kept = new Map<string, Pattern | string>();

  get(source: string): Pattern | string {
    const kept = this.#kept.get(source);
    if (kept !== undefined) return kept;
    const made = Pattern.from(source);
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(source, made);
    return made;
  }
}
