import { expect, it } from 'vitest';
import { operationsAtOnce } from '../../operations/at-once';

const GIB = 1024 ** 3;

it('works on as many at once as there are cores, if memory has room, and never on more than there are', () => {
  const roomy = { cores: 4, freeBytes: 16 * GIB };
  expect(operationsAtOnce(undefined, 100, roomy)).toBe(4);
  expect(operationsAtOnce(undefined, 3, roomy)).toBe(3);
  expect(operationsAtOnce(undefined, 100, { cores: 64, freeBytes: 64 * GIB })).toBe(8);
  expect(operationsAtOnce(undefined, 100, { cores: 4, freeBytes: GIB })).toBe(2);
  expect(operationsAtOnce(undefined, 100, { cores: 4, freeBytes: 0 })).toBe(1);
});

it('takes the number that a person asks for, within its bound', () => {
  const small = { cores: 1, freeBytes: 0 };
  expect(operationsAtOnce(6, 100, small)).toBe(6);
  expect(operationsAtOnce(1000, 100, small)).toBe(32);
});
