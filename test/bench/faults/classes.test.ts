import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FAULT_CLASSES } from '../../../bench/faults/classes';
import { packageRoot } from '../../../package/root';

it('every class of faults is caused by a trial or a test, each once', () => {
  expect(FAULT_CLASSES.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, index) => `F${index + 1}`));
  expect(FAULT_CLASSES.filter(({ cause, tests }) => (cause === undefined) === (tests === undefined))).toEqual([]);

  const told = readFileSync(join(packageRoot(), 'docs', 'faults.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| F\d/.test(line));
  expect(
    told.map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 4),
    ),
  ).toEqual(FAULT_CLASSES.map(({ id, fault, expected }) => [id, fault, expected]));
});
