import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../../scripts/cli/suggestion';

const NAMES = ['quickstart', 'validate', 'list', 'cluster up', 'down'];

test.each([
  ['lsit', 'list'],
  ['lis', 'list'],
  ['validte', 'validate'],
  ['quikstrat', 'quickstart'],
  ['clusterup', 'cluster up'],
  ['frobnicate', undefined],
  ['', undefined],
])('suggests for %j: %j', (given, meant) => {
  expect(nearest(given, NAMES)).toBe(meant);
});

test('a name is its own suggestion, and long words cost no time', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), (name) => {
      expect(nearest(name, NAMES)).toBe(name);
    }),
  );
  expect(nearest('x'.repeat(1_000_000), NAMES)).toBeUndefined();
});
