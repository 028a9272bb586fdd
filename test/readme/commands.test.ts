import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../package/root';
import { readReadme } from './commands';

const english = readReadme('README.md');
const korean = readReadme('README.ko.md');

it('the READMEs of both languages hold the same commands in the same order', () => {
  const commands = ({ blocks }: typeof english) => blocks.map((block) => block.map(({ command }) => command));
  expect(commands(korean)).toEqual(commands(english));
  expect(korean.screens).toHaveLength(english.screens.length);
});

it.each([
  ['README.md', english],
  ['README.ko.md', korean],
])('%s says of each command what it does, in one column', (_, { blocks }) => {
  for (const block of blocks) {
    expect(block.filter(({ remark }) => remark === '')).toEqual([]);
    expect(new Set(block.map(({ column }) => column)).size).toBe(1);
  }
});

it('the first block holds the two commands, and what they run by are scripts of the package', () => {
  expect(english.blocks[0]?.map(({ command }) => command)).toEqual([
    'npm ci && npm run quickstart',
    'npm ci && npm test',
  ]);
  const { scripts }: { readonly scripts: unknown } = JSON.parse(
    readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
  );
  expect(scripts).toMatchObject({ quickstart: 'node bin/testbed.cjs quickstart', test: 'vitest run' });
});

it('what a change must pass ends with the test command of the README', () => {
  const gate = readFileSync(join(packageRoot(), '.ci', 'run'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(gate.filter((line) => line.startsWith('npm '))).toEqual(['npm ci', 'npm run check', 'npm test']);
  expect(gate.at(-1)).toBe('npm test');
});
