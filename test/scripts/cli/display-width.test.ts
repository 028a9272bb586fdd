import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutColumns, displayWidth, padColumns } from '../../../scripts/cli/display-width';

test.each([
  ['', 0],
  ['abc', 3],
  ['한글', 4],
  ['가나 ab', 7],
  ['é', 1],
  ['e\u0301', 1],
  ['✔', 1],
  ['🚀', 2],
  ['…', 1],
])('%j takes %i columns', (words, width) => {
  expect(displayWidth(words)).toBe(width);
});

test('padding fills up and cutting keeps within, for any words', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '한', 'é', ' ', '🚀') }),
      fc.integer({ min: 1, max: 40 }),
      (words, width) => {
        expect(displayWidth(padColumns(words, width))).toBe(Math.max(width, displayWidth(words)));
        expect(displayWidth(cutColumns(words, width))).toBeLessThanOrEqual(width);
      },
    ),
  );
});

test('words that fit are not cut', () => {
  expect(cutColumns('한글', 4)).toBe('한글');
  expect(cutColumns('한글', 3)).toBe('한…');
});
