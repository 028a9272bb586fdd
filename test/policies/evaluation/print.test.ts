import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parse } from 'yaml';
import { packageRoot } from '../../../package/root';
import { parseExpression, printExpression, type Expression } from '../../../policies/evaluation';
import { generatedExpression } from './generated';
import { NETWORKS } from './expressions/networks';
import { NUMBERS } from './expressions/numbers';
import { QUANTITIES } from './expressions/quantities';
import { STRUCTURES } from './expressions/structures';
import { TEXTS } from './expressions/texts';
import { TIMES } from './expressions/times';

/** A tree without the places of its parts. */
const shape = (node: Expression): unknown =>
  JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === 'range' ? undefined : typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : value,
    ),
  );
/** The tree and text of an expression, and those of its printed form. */
function twice(source: string): { readonly first: unknown; readonly again: unknown } {
  const tree = parseExpression(source);
  const printed = printExpression(tree);
  const reparsed = parseExpression(printed);
  return { first: [shape(tree), printed], again: [shape(reparsed), printExpression(reparsed)] };
}

describe('a printed expression', () => {
  it('is the same when parsed again', () => {
    fc.assert(
      fc.property(generatedExpression(4), (source) => {
        const { first, again } = twice(source);
        expect(again).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'a - (b - c)',
    '(a - b) - c',
    'a / (b * c) % d',
    '!(a && b) || c',
    '(a || b) && c',
    '(a ? b : c) ? d : e',
    'a ? b : (c ? d : e)',
    'a ? (b ? c : d) : e',
    '-(a + b)',
    '-a.b',
    '(-a).b()',
    '-1',
    '-(1)',
    '--1',
    '-(-1.5)',
    '1 - -1',
    '(-1).x',
    '-9223372036854775808',
    '1.0e300 + 1e-7 + 100000000000000000000000.0',
    '(a in b) == c',
    'a == (b in c)',
    '(a + b)[c].d(e)',
    "'\\'\\\\\\n\\u0007\\u0085'",
    "\"it's\" + r'\\d'",
    '{1: [a, {}], "b": c}.d',
    'a.all(x, x.exists(y, y > x)) && b.map(x, x > 1, x * 2) == c.map(x, x)',
    'has(a.b.c) && size(a) == a.size()',
  ])('%s', (source) => {
    const { first, again } = twice(source);
    expect(again).toEqual(first);
  });

  it('of every expression that the API server was asked is the same again', () => {
    for (const source of [...NUMBERS, ...STRUCTURES, ...TEXTS, ...QUANTITIES, ...NETWORKS, ...TIMES])
      expect(twice(source).again).toEqual(twice(source).first);
  });

  it('of the shared variables is the same again', () => {
    const file = readFileSync(join(packageRoot(), 'policies/catalogue/variables.yaml'), 'utf8');
    const variables = z.array(z.object({ expression: z.string() })).parse(parse(file));
    expect(variables.length).toBeGreaterThan(5);
    for (const { expression } of variables) expect(twice(expression).again).toEqual(twice(expression).first);
  });

  it('reads as it is written by people', () => {
    const source =
      "object.spec.containers.all(c, !has(c.a) || c.a == false) ? 'a' + string(1 + 2 * 3) : [1, -2.5, {'k': null}][0]";
    expect(printExpression(parseExpression(source))).toBe(source);
  });
});
