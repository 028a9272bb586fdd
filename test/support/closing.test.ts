import { expect, it } from 'vitest';
import { closing, mustRunAll } from './closing';

const notRun = [
  { file: 'test/real-node/a.test.ts', reason: 'not run: no root' },
  { file: 'test/real-node/a.test.ts', reason: 'not run: no root' },
  { file: 'test/real-node/b.test.ts', reason: 'not run: no root' },
];

it('says what was not run and why before the closing line, and does not hold it against a machine that could not', () => {
  expect(closing({ passed: 5, failed: 0, notRun }, false)).toEqual({
    lines: [
      '3 tests not run: no root',
      '  test/real-node/a.test.ts (2)',
      '  test/real-node/b.test.ts (1)',
      '5 passed, 0 failed',
    ],
    ok: true,
  });
  expect(closing({ passed: 5, failed: 1, notRun: [] }, false)).toEqual({ lines: ['5 passed, 1 failed'], ok: false });
});

it('counts it as failed where everything had to run', () => {
  const { lines, ok } = closing({ passed: 5, failed: 1, notRun }, true);
  expect([lines.at(0), lines.at(-1), ok]).toEqual([
    '3 tests not run: no root (counted as failed)',
    '5 passed, 4 failed',
    false,
  ]);
});

it('has to run everything as root on Linux with TESTBED_YES=1, and nowhere else', () => {
  expect(mustRunAll({ TESTBED_YES: '1' }, 0, 'linux')).toBe(true);
  expect(
    [
      mustRunAll({}, 0, 'linux'),
      mustRunAll({ TESTBED_YES: '0' }, 0, 'linux'),
      mustRunAll({ TESTBED_YES: '1' }, 1000, 'linux'),
      mustRunAll({ TESTBED_YES: '1' }, undefined, 'darwin'),
      mustRunAll({ TESTBED_YES: '1' }, 0, 'darwin'),
    ].includes(true),
  ).toBe(false);
});
