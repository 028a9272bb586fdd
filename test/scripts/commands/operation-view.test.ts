import { expect, test } from 'vitest';
import { blockText } from '../../../scripts/cli/block-lines';
import { changeBlocks, countLine, type Changes } from '../../../scripts/commands/operation-view';

const ENGLISH = { language: 'en', colour: false } as const;

function change(operation: Changes[number]['operation'], name: string, paths: readonly string[] = []): Changes[number] {
  return { urn: `urn:${name}`, resourceType: 'kubernetes:core/v1:ConfigMap', name, operation, paths };
}

test('lists what changes, one row an object, with the first paths', () => {
  const blocks = changeBlocks([change('create', 'new'), change('update', 'old', ['a', 'b', 'c', 'd'])]);
  expect(blockText(blocks, ENGLISH)).toBe(
    '   ACTION  KIND       NAME  PATHS\n+  create  ConfigMap  new\n~  update  ConfigMap  old   a, b, +2\n',
  );
});

test('counts what would fill the screen', () => {
  const many = Array.from({ length: 75 }, (_, index) => change('create', `n${index}`));
  const lines = blockText(changeBlocks(many), ENGLISH).trimEnd().split('\n');
  expect(lines).toHaveLength(62);
  expect(lines.at(-1)).toBe('… and 15 more: --output json has all');
});

test('nothing changed is no table', () => {
  expect(changeBlocks([])).toEqual([]);
});

test('sums up in the order of the actions, in both languages', () => {
  const operation = {
    changes: [],
    counts: { create: 2, same: 3 },
    outputs: {},
    warnings: [],
    elapsedMs: 1234,
  };
  const up = [countLine({ ...operation, kind: 'up' })];
  expect(blockText(up, ENGLISH)).toBe('3 unchanged, 2 created, 1.2 s\n');
  expect(blockText(up, { language: 'ko', colour: false })).toBe('변경 없음 3개, 생성 2개, 1.2초\n');
  expect(blockText([countLine({ ...operation, kind: 'preview' })], ENGLISH)).toBe('3 unchanged, 2 to create, 1.2 s\n');
});
