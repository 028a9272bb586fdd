import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTestbedError } from '../../../errors';
import { createServerJudge, type ServerJudge } from './server-verdicts';
import { evaluated } from './evaluated';
import { NETWORKS } from './expressions/networks';
import { NUMBERS } from './expressions/numbers';
import { QUANTITIES } from './expressions/quantities';
import { STRUCTURES } from './expressions/structures';
import { TEXTS } from './expressions/texts';
import { TIMES } from './expressions/times';
import { SPEC } from './expressions/subject';

/*
 * The real API server against our evaluator, expression by expression: true, false and error must be the same. What the server's compiler refuses
 * already (it knows the types of literals) must not be true with us.
 */
let oracle: ServerJudge;
beforeAll(async () => {
  oracle = await createServerJudge();
});
afterAll(() => oracle.close());

describe.each([
  ['numbers and conversions', NUMBERS],
  ['lists, maps, logic and macros', STRUCTURES],
  ['texts and lists', TEXTS],
  ['quantities', QUANTITIES],
  ['addresses and ranges', NETWORKS],
  ['times', TIMES],
])('on the API server: %s', (_, expressions) => {
  it(`gives the same for each of ${expressions.length} expressions`, async () => {
    const theirs = await oracle.verdicts(expressions, SPEC);
    const differing = expressions.flatMap((expression, index) => {
      const their = theirs[index]?.verdict ?? 'none';
      const our = ourVerdict(expression);
      const same = their === 'invalid' ? our !== 'true' : our === their;
      return same ? [] : [`${expression}: ${our} here, ${their} there`];
    });
    expect(differing).toEqual([]);
  }, 240_000);
});

function ourVerdict(expression: string): string {
  try {
    const value = evaluated(expression, { spec: SPEC, metadata: { name: 'judged' } });
    return typeof value === 'boolean' ? String(value) : 'error';
  } catch (error) {
    if (isTestbedError(error, 'RuleInvalid')) return 'invalid';
    throw error;
  }
}
