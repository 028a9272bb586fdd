import { chargeText, type Meter } from '../meter';
import { Pattern, type PatternCache } from '../patterns';
import { Failure, isInt, type Value } from '../values';
import type { Native, Natives } from './native';

type Matching = (pattern: Pattern, text: string, limit: number, meter: Meter) => Value;

const MATCHINGS: Readonly<Record<string, Matching>> = {
  'matches/2': (pattern, text, _limit, meter) => pattern.test(text, meter),
  'find/2': (pattern, text, _limit, meter) => pattern.findAll(text, 1, meter)[0] ?? '',
  'findAll/2': (pattern, text, _limit, meter) => pattern.findAll(text, -1, meter),
  'findAll/3': (pattern, text, limit, meter) => pattern.findAll(text, limit, meter),
};

/** matches, find and findAll with patterns that are made while a rule is evaluated. */
export function patternMethods(cache: PatternCache): Natives {
  const natives = Object.entries(MATCHINGS).map(([name, matching]): [string, Native] => [
    name,
    (meter, text, source, limit = -1) => {
      if (typeof text !== 'string' || typeof source !== 'string' || !isInt(limit)) return undefined;
      chargeText(meter, source.length);
      const pattern = cache.get(source);
      return pattern instanceof Pattern
        ? matching(pattern, text, Number(limit), meter)
        : new Failure('the pattern is not taken by RE2');
    },
  ]);
  return Object.fromEntries(natives);
}

/** The same with the pattern of a rule's own text, compiled once: a string says why RE2 does not take it. Undefined for any other method. */
export function withLiteralPattern(name: string, source: string): Native | string | undefined {
  const matching = Object.hasOwn(MATCHINGS, name) ? MATCHINGS[name] : undefined;
  if (matching === undefined) return undefined;
  const pattern = Pattern.from(source);
  if (typeof pattern === 'string') return pattern;
  return (meter, text, _source, limit = -1) =>
    typeof text === 'string' && isInt(limit) ? matching(pattern, text, Number(limit), meter) : undefined;
}
