import { CONVERSIONS } from './functions/conversions';
import { LIST_GLOBALS, LIST_METHODS } from './functions/lists';
import type { Native, Natives } from './functions/native';
import { NETWORK_GLOBALS, NETWORK_METHODS } from './functions/networks';
import { patternMethods } from './functions/patterns';
import { QUANTITY_GLOBALS, QUANTITY_METHODS } from './functions/quantities';
import { TEXT_METHODS } from './functions/texts';
import { TIME_METHODS } from './functions/times';
import type { PatternCache } from './patterns';

/** What expressions can call, by `name/number of operands`; the receiver counts as one. */
export interface Library {
  readonly globals: Natives;
  readonly methods: Natives;
}

/** CEL's own functions, those of strings version 2, and the API server's libraries for lists, patterns, quantities and addresses. */
export function createLibrary(cache: PatternCache): Library {
  const patterns = patternMethods(cache);
  const { 'matches/2': matches } = patterns;
  return {
    globals: {
      ...LIST_GLOBALS,
      ...CONVERSIONS,
      ...QUANTITY_GLOBALS,
      ...NETWORK_GLOBALS,
      ...(matches === undefined ? {} : { 'matches/2': matches }),
    },
    methods: merged([TEXT_METHODS, LIST_METHODS, TIME_METHODS, QUANTITY_METHODS, NETWORK_METHODS, patterns]),
  };
}

/** A name that several types have is the first overload that takes the operands. */
function merged(all: readonly Natives[]): Natives {
  const result = new Map<string, Native>();
  for (const [name, native] of all.flatMap((natives) => Object.entries(natives))) {
    const before = result.get(name);
    result.set(
      name,
      before === undefined ? native : (meter, ...operands) => before(meter, ...operands) ?? native(meter, ...operands),
    );
  }
  return Object.fromEntries(result);
}
