import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { isTestbedError } from '../../../errors';
import { packageRoot } from '../../../package/root';
import { equal } from '../../../policies/evaluation/compare';
import { doubleOf, Failure, type Value } from '../../../policies/evaluation/values';
import { bindingsOf, expectedOf, specTests, type SpecTest } from './conformance';
import { evaluated } from './evaluated';

/*
 * The tests of the CEL specification (cel-spec v0.25.1). What the dialect of rules does not have is listed by name in the fixture; everything else
 * must give exactly what the specification says. Files that are about something else as a whole are not read: messages (dynamic, enums, proto2,
 * proto2_ext, proto3, wrappers), the type checker (type_deductions), and libraries that the API server or the dialect does not have (bindings_ext,
 * block_ext, encoders_ext, macros2, math_ext, optionals, unknowns, which is empty).
 */
const FILES = [
  ['basic', 43],
  ['comparisons', 406],
  ['conversions', 109],
  ['fields', 60],
  ['fp_math', 30],
  ['integer_math', 64],
  ['lists', 39],
  ['logic', 30],
  ['macros', 44],
  ['namespace', 3],
  ['parse', 219],
  ['plumbing', 5],
  ['string', 51],
  ['string_ext', 209],
  ['timestamps', 76],
] as const;

const table = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(join(packageRoot(), 'test/fixtures/cel-spec/out-of-dialect.json'), 'utf8')));
const outside = new Set(Object.values(table).flat());

it.each(FILES)('the file %s of the specification has %i tests', (file, count) => {
  expect(specTests(file).length).toBe(count);
});

// All that `namespace` tests is outside the dialect.
it.each(FILES.map(([file]) => file).filter((file) => file !== 'namespace'))(
  'the tests of %s that are in the dialect give what the specification says',
  (file) => {
    const inside = specTests(file).filter(({ name }) => !outside.has(name));
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.flatMap((test) => wrongIn(test) ?? [])).toEqual([]);
  },
);

it('858 of 1,388 tests are in the dialect', () => {
  const all = FILES.flatMap(([file]) => specTests(file));
  expect([all.filter(({ name }) => !outside.has(name)).length, all.length]).toEqual([858, 1388]);
});

it('every name in the table of what is outside the dialect is one of a test', () => {
  const names = new Set(FILES.flatMap(([file]) => specTests(file).map(({ name }) => name)));
  expect([...outside].filter((name) => !names.has(name))).toEqual([]);
});

it('no test in the table is answered as the specification says', () => {
  const tests = FILES.flatMap(([file]) => specTests(file)).filter(({ name }) => outside.has(name));
  expect(tests.filter((test) => wrongIn(test) === undefined).map(({ name }) => name)).toEqual([]);
});

it('a test in the table is refused, and evaluates to something else in nine cases only', () => {
  const tests = FILES.flatMap(([file]) => specTests(file)).filter(({ name }) => outside.has(name));
  const evaluating = tests.filter(({ test }) => {
    const bindings = bindingsOf(test);
    return expectedOf(test) !== undefined && bindings !== undefined && valueOf(test, bindings) !== undefined;
  });
  expect(evaluating.map(({ name }) => name).toSorted()).toEqual([
    'namespace/namespace/self_eval_container_lookup',
    'namespace/namespace/self_eval_container_lookup_unchecked',
    'string_ext/value_errors/indexof_out_of_range',
    'string_ext/value_errors/lastindexof_out_of_range',
    'timestamps/timestamp_selectors_tz/getDate',
    'timestamps/timestamp_selectors_tz/getDayOfMonth_name_neg',
    'timestamps/timestamp_selectors_tz/getDayOfMonth_name_pos',
    'timestamps/timestamp_selectors_tz/getDayOfYear',
    'timestamps/timestamp_selectors_tz/getMinutes',
  ]);
});

/** Undefined where the expression is refused. */
function valueOf(
  { original: { expr } }: SpecTest['test'],
  bindings: Readonly<Record<string, Value>>,
): Value | undefined {
  try {
    return evaluated(expr, {}, bindings);
  } catch (error) {
    if (isTestbedError(error, 'RuleInvalid')) return undefined;
    throw error;
  }
}

/** What is wrong with our answer to a test. */
function wrongIn({ name, test }: SpecTest): string | undefined {
  const expected = expectedOf(test);
  const bindings = bindingsOf(test);
  if (expected === undefined || bindings === undefined) return `${name}: has values that the dialect does not have`;
  const value = valueOf(test, bindings);
  if (value === undefined) return expected === 'error' ? undefined : `${name}: refused`;
  if (expected === 'error') return value instanceof Failure ? undefined : `${name}: no error`;
  if (value instanceof Failure) return `${name}: ${value.message}`;
  const bothNaN = Number.isNaN(doubleOf(expected.value)) && Number.isNaN(doubleOf(value));
  return bothNaN || equal(value, expected.value, { charge: () => undefined }) === true
    ? undefined
    : `${name}: another value`;
}
