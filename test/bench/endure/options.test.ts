import { expect, it } from 'vitest';
import { helpText, readCall } from '../../../bench/endure/options';

it('a call of endure is read with or without the dashes that npm leaves in it', () => {
  for (const words of [
    ['--only', 'crash,stop', '--flows', 'up', '--fresh'],
    ['--only', 'crash,stop', '--', '--flows', 'up', '--', '--fresh'],
  ]) {
    const { only, fresh, help, option } = readCall(words);
    expect({ only, fresh, help, flows: option('flows'), every: option('every') }).toEqual({
      only: ['crash', 'stop'],
      fresh: true,
      help: false,
      flows: 'up',
      every: undefined,
    });
  }
});

it.each([
  [['--testbed', '50'], "Unknown option '--testbed'"],
  [['--testbeds', 'fifty'], "--testbeds takes a whole number, not 'fifty'"],
  [['--every', '0.5'], "--every takes a whole number, not '0.5'"],
  [['crash'], "Unexpected argument 'crash'"],
  [['--only'], "Option '--only <value>' argument missing"],
])('a call that says something else runs nothing: %o', (words, message) => {
  expect(() => readCall(words)).toThrow(message);
});

it('help names suites and options', () => {
  expect(readCall(['--help']).help).toBe(true);
  const text = helpText(['many', 'crash']);
  for (const name of ['many, crash', '--only A,B', '--testbeds N', '--fresh', '--classes A,B'])
    expect(text).toContain(name);
});
