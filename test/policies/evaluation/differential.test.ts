import { isCelError, run } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../kubernetes/types';
import { evaluated } from './evaluated';
import { generatedExpression, generatedSpec, indexes } from './generated';
import { createServerJudge, type ServerJudge } from './server-verdicts';

const ours = (expression: string, spec: JsonObject): string => {
  const value = evaluated(expression, { spec });
  return typeof value === 'boolean' ? String(value) : 'error';
};

/** The other engine takes ints as bigints. */
function withBigInts(value: JsonValue): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withBigInts);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withBigInts(member)]));
  return value;
}

describe('generated expressions over generated objects', () => {
  it('are true, false or an error as @bufbuild/cel has them', () => {
    fc.assert(
      fc.property(generatedExpression(3), generatedSpec, (expression, spec) => {
        // Where the API server is with us and not with it: it takes false for the index 0, a list for a map without members, and refuses to look for
        // a list among the keys of a map.
        fc.pre(!indexes(expression) && !/has\(v| in /.test(expression));
        const value = run(expression, { object: withBigInts({ spec }) as never }, { funcs: strings });
        const theirs = isCelError(value) || typeof value !== 'boolean' ? 'error' : String(value);
        expect({ expression, spec, verdict: ours(expression, spec) }).toEqual({ expression, spec, verdict: theirs });
      }),
      { numRuns: 3_000 },
    );
  });

  describe('on the API server', () => {
    let server: ServerJudge;
    beforeAll(async () => {
      server = await createServerJudge();
    });
    afterAll(() => server.close());

    it('are true, false or an error as the API server has them', async () => {
      const seed = Date.now();
      for (const [round, spec] of fc.sample(generatedSpec, { seed, numRuns: 2 }).entries()) {
        const expressions = fc.sample(generatedExpression(3), { seed: seed + round, numRuns: 100 });
        const theirs = await server.verdicts(expressions, spec);
        const differing = expressions.flatMap((expression, index) => {
          const their = theirs[index]?.verdict;
          // Its compiler knows the types of some operators' results; what it refuses can't be compared.
          return their === 'invalid' || their === ours(expression, spec) ? [] : [{ expression, their }];
        });
        expect({ seed, spec, differing }).toEqual({ seed, spec, differing: [] });
        expect(theirs.filter(({ verdict }) => verdict === 'invalid').length).toBeLessThan(expressions.length / 4);
      }
    }, 240_000);
  });
});
