import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { toolNames } from '../../platform/toolchain';
import { TOOL_NAMES } from '../../scripts/commands/tool-names';
import { initCommand } from '../../scripts/commands/init';
import { presetNames } from '../../spec';
import { openPlace, runCli } from './run-cli';

test.each(presetNames)('writes the preset %s, which validates as it is', async (preset) => {
  await using place = openPlace();
  const file = join(place.folder, 'testbed.yaml');
  expect(await runCli(['init', '--preset', preset], place)).toEqual({
    code: 0,
    signal: null,
    stdout: `written  ${file}\npreset   ${preset}\nnext: edit it, then npx testbed validate\n`,
    stderr: '',
  });
  const { code, stdout, stderr } = await runCli(['validate', '-o', 'json'], place);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ file, spec: { apiVersion: 'testbed/v1', grade: 'open' } });
});

test('JSON and YAML hold the same result', async () => {
  await using place = openPlace();
  await runCli(['init'], place);
  const [json, yaml] = await Promise.all([
    runCli(['validate', '-o', 'json'], place),
    runCli(['validate', '-o', 'yaml'], place),
  ]);
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
});

test('never replaces a file unless --force says so, and leaves nothing half-made', async () => {
  await using place = openPlace();
  const file = join(place.folder, 'own.yaml');
  await writeFile(file, 'mine\n');
  expect(await runCli(['init', '-f', 'own.yaml'], place)).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `error: ${file} is there already\nhint: name another file with --file, or replace this one with --force\n`,
  });
  expect(await readFile(file, 'utf8')).toBe('mine\n');
  expect((await runCli(['init', '-f', 'own.yaml', '--force', '--lang', 'ko'], place)).code).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('apiVersion: testbed/v1\n');
});

test('says every problem of a spec with its line and caret, and exits 2', async () => {
  await using place = openPlace();
  await runCli(['init', '--preset', 'minimal'], place);
  const file = join(place.folder, 'testbed.yaml');
  const spec = await readFile(file, 'utf8');
  await writeFile(file, spec.replace('grade: open', 'grade: opne').replace('name: my-testbed', 'nmae: my-testbed'));
  const { code, stdout, stderr } = await runCli(['validate'], place);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`error: ${file} has `);
  expect(stderr).toMatch(
    /\n {2}.*testbed\.yaml:\d+:8: grade: 'opne' .*'open'.*\n(?:.*\n)?.*\d+ \| grade: opne\n +\| {8}\^{4}\n/,
  );
});

test('refuses grade classified with exit code 3', async () => {
  await using place = openPlace();
  await runCli(['init', '--preset', 'minimal'], place);
  const file = join(place.folder, 'testbed.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('grade: open', 'grade: classified'));
  const { code, stdout, stderr } = await runCli(['validate', '-o', 'json'], place);
  expect([code, stdout, JSON.parse(stderr)]).toMatchObject([3, '', { code: 'GradeRefused' }]);
});

test('a missing spec is said with the command that makes one', async () => {
  await using place = openPlace();
  const { code, stderr } = await runCli(['validate', '--lang', 'ko'], place);
  expect([code, stderr]).toEqual([
    2,
    `오류: '${join(place.folder, 'testbed.yaml')}' 파일이 없습니다\n해결: testbed init\n`,
  ]);
});

test('the words that commands offer are the ones that the layers below know', () => {
  const { preset } = initCommand.flags;
  expect(preset?.kind === 'value' ? preset.choices : []).toEqual(presetNames);
  expect([...TOOL_NAMES].sort()).toEqual([...toolNames].sort());
});
