import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine } from '../../engine/engine';
import type { Engine } from '../../engine/types';
import type { Text } from '../../errors';
import { downAll } from '../../operations/down-many';
import { upAll, type ManyUpResult } from '../../operations/up-many';
import { upSpec } from '../../operations/up';
import { finished } from '../scripts/run-cli';
import { cliOnCluster } from '../support/cli-on-cluster';
import { testSurroundings } from '../support/cluster';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** The real engine on the real cluster, several testbeds at once. */
let engine: Engine;
let site: TestSite;
let folder: string;
beforeAll(() => {
  engine = createEngine({ runners: 2 });
  site = openTestSite({ engine });
  folder = mkdtempSync(join(tmpdir(), 'testbed-many-'));
});
afterAll(async () => {
  await site.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function specText(name: string): string {
  const { participant, owner, members, grade, size, ends } = specOf({ name });
  return JSON.stringify({ apiVersion: 'testbed/v1', name, participant, owner, members, grade, size, ends });
}

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(folder, 'specs-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(made, name), content);
  return made;
}

async function upFolder(file: string, more: object = {}): Promise<ManyUpResult> {
  const result = await upAll({ file, atOnce: 2, ...site.target }, { ...site.surroundings, ...more });
  if (!('testbeds' in result)) throw new Error('a folder is always many');
  return result;
}

const outcomes = ({ testbeds }: ManyUpResult): string[] =>
  testbeds.map(({ name, outcome, error }) => `${name} ${outcome}${error === undefined ? '' : ` ${error.code}`}`);

describe('many testbeds at once', () => {
  it('are made from a folder, one that fails touching no other; the same call goes on, and one question ends them all', async () => {
    const specs = folderOf({
      'a.yaml': `${specText('many-a')}\n---\n${specText('many-b')}\n`,
      'c.yaml': specText('many-c'),
      'notes.txt': 'no spec',
    });
    const other = openTestSite({ engine });
    await upSpec(specOf({ name: 'many-b' }), other.target, other.surroundings);
    const earlier = site.steps.length;
    const first = await upFolder(specs);
    expect(outcomes(first)).toEqual(['many-a created', 'many-b failed OwnershipConflict', 'many-c created']);
    expect(first.failure?.code).toBe('NotAllDone');
    expect(first.failure?.message).toBe('1 of 3 testbeds are not done');
    expect(first.failure?.details[0]?.en).toContain('many-b: failed (OwnershipConflict)');
    const steps = site.steps.slice(earlier);
    const lines = steps.filter(({ id, state }) => id.startsWith('testbed:') && state !== 'start');
    expect(lines.map(({ index, total }) => `${index}/${total}`)).toEqual(['1/3', '2/3', '3/3']);
    await other.end('many-b');
    await other.close();

    const second = await upFolder(specs);
    expect(outcomes(second)).toEqual(['many-a unchanged', 'many-b created', 'many-c unchanged']);
    expect(second.failure).toBeUndefined();

    const questions: Text[] = [];
    const confirm = (question: Text): Promise<void> => Promise.resolve(void questions.push(question));
    const ended = await downAll({ names: [], all: true, atOnce: 2, ...site.target }, { ...site.surroundings, confirm });
    expect(questions.map(({ en }) => en)).toEqual([
      'end 3 testbeds with all their data: many-a (Example Startup Inc.), many-b (Example Startup Inc.), many-c (Example Startup Inc.)?',
    ]);
    expect('testbeds' in ended && ended.failure === undefined).toBe(true);
    expect(
      'testbeds' in ended && ended.testbeds.map(({ outcome, emptiness }) => [outcome, emptiness?.objectsFound]),
    ).toEqual(Array.from({ length: 3 }, () => ['ended', 0]));
  }, 240_000);

  it('are not begun when one spec is wrong: everything that is wrong is told, by file and line', async () => {
    const specs = folderOf({
      'a.yaml': specText('same-name'),
      'b.yaml': `${specText('other-name')}\n---\n${specText('same-name')}\n---\n{"name": 3}\n`,
    });
    const error: unknown = await upFolder(specs).catch((reason: unknown) => reason);
    const words = z
      .object({ code: z.string(), message: z.string(), details: z.array(z.object({ en: z.string() })) })
      .parse(error);
    expect([words.code, words.message]).toEqual([
      'SpecInvalid',
      '2 of 4 specs cannot be provisioned; nothing was touched',
    ]);
    const told = words.details.map(({ en }) => en).join('\n');
    expect(told).toContain(`${specs}/b.yaml:3:`);
    expect(told).toContain(`the name 'same-name' stands in ${specs}/a.yaml:1 already`);
    expect(told).toContain(`${specs}/b.yaml:5:`);
    await expect(downAll({ names: ['other-name'], all: false, atOnce: 1 }, site.surroundings)).rejects.toMatchObject({
      code: 'TestbedUnknown',
    });
  });

  it('that are interrupted say which are done, half-made and not begun; the same call finishes them', async () => {
    const names = ['stop-a', 'stop-b', 'stop-c', 'stop-d'];
    const specs = folderOf(Object.fromEntries(names.map((name) => [`${name}.yaml`, specText(name)])));
    const stop = new AbortController();
    const onProgress: TestSite['surroundings']['onProgress'] = ({ id, state }) => {
      if (id.startsWith('testbed:') && state === 'done') stop.abort(new Error('the test interrupts'));
    };
    const result = await upAll(
      { file: specs, atOnce: 1, ...site.target },
      { ...site.surroundings, signal: stop.signal, onProgress },
    );
    if (!('testbeds' in result)) throw new Error('a folder is always many');
    const [first = '', ...rest] = outcomes(result);
    expect(first).toBe('stop-a created');
    // What was under way when it came is half-made, or came to its end all the same.
    expect(rest.at(-1)).toBe('stop-d not-begun');
    expect(rest.filter((line) => / (?:half-made Interrupted|created|not-begun)$/.test(line))).toEqual(rest);
    expect(result.failure?.code).toBe('Interrupted');

    const again = await upFolder(specs);
    expect(again.failure).toBeUndefined();
    expect(outcomes(again)[0]).toBe('stop-a unchanged');
    const ended = await downAll({ names, all: false, atOnce: 2, ...site.target }, site.surroundings);
    expect('testbeds' in ended ? ended.failure : 'one').toBeUndefined();
  }, 240_000);
});

it('a folder that is interrupted by Ctrl-C ends in order, says what is left, and the same command finishes it', async () => {
  const { kubeconfig } = testSurroundings();
  const names = ['ctrl-a', 'ctrl-b', 'ctrl-c', 'ctrl-d'];
  const specs = folderOf(Object.fromEntries(names.map((name) => [`${name}.yaml`, specText(name)])));
  const home = join(folder, 'ctrl');
  mkdirSync(home);
  const cli = cliOnCluster({ folder: home, kubeconfig });
  const argv = ['up', '-f', specs, '--at-once', '1'];
  const child = cli.start(argv);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const isFirst = !/ctrl-a.*created/.test(said);
    said += chunk.toString();
    if (isFirst && /ctrl-a.*created/.test(said)) child.kill('SIGINT');
  });
  const { code, stdout, stderr } = await finished(child);
  expect([code, stdout, stderr]).toEqual([
    130,
    expect.any(String),
    expect.stringContaining('run the same command again'),
  ]);
  expect(stdout).toMatch(/ctrl-a +created/);
  expect(stdout).toMatch(/ctrl-d +not begun/);
  expect(stderr).toMatch(/\nwarning: stopping; once more ends at once\n/);
  // What was under way when it came is half-made, or came to its end all the same.
  expect(stderr).toMatch(/\nerror: [23] of 4 testbeds are not done\n(?:  ctrl-.*\n){1,2}  ctrl-d: not begun\n/);

  const again = await cli.run([...argv, '-o', 'json']);
  expect([again.code, again.stderr]).toEqual([0, '']);
  const finishedNow = upDocument.parse(JSON.parse(again.stdout)).testbeds;
  expect(finishedNow.map(({ name }) => name)).toEqual(names);
  expect(finishedNow[0]?.outcome).toBe('unchanged');
  const ended = await cli.run(['down', '--all', '--yes', '-o', 'json']);
  expect([ended.code, ended.stderr]).toEqual([0, '']);
}, 240_000);

const byWords = (a = '', b = ''): number => a.localeCompare(b);

const upDocument = z.object({ testbeds: z.array(z.object({ name: z.string(), outcome: z.string(), id: z.string() })) });

it('two workers with homes of their own, one store and one key make the same folder at once without harm', async () => {
  const { kubeconfig } = testSurroundings();
  const names = ['pair-a', 'pair-b', 'pair-c'];
  const specs = folderOf(Object.fromEntries(names.map((name) => [`${name}.yaml`, specText(name)])));
  const TESTBED_STATE = `file://${join(folder, 'pair-store')}`;
  const [one, two] = ['pair-one', 'pair-two'].map((name) => {
    const home = join(folder, name);
    mkdirSync(join(home, 'site', 'keys'), { recursive: true, mode: 0o700 });
    return { home, cli: cliOnCluster({ folder: home, kubeconfig }) };
  });
  if (one === undefined || two === undefined) throw new Error('there are two');
  // The first operation of a site makes its key; the operator takes it to the other machine.
  writeFileSync(join(one.home, 'first.yaml'), specText('pair-first'));
  const begun = await one.cli.run(['up', '-f', 'first.yaml'], { TESTBED_STATE });
  expect([begun.code, begun.stderr]).toEqual([0, expect.any(String)]);
  const key = (home: string): string => join(home, 'site', 'keys', 'site.secret');
  copyFileSync(key(one.home), key(two.home));

  const argv = ['up', '-f', specs, '--at-once', '2', '-o', 'json'];
  const both = await Promise.all([one.cli.run(argv, { TESTBED_STATE }), two.cli.run(argv, { TESTBED_STATE })]);
  expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  const [first, second] = both.map(({ stdout }) => upDocument.parse(JSON.parse(stdout)).testbeds);
  // The same testbeds, each made once.
  expect(first?.map(({ id }) => id)).toEqual(second?.map(({ id }) => id));
  for (const [at, name] of names.entries())
    expect([name, [first?.[at]?.outcome, second?.[at]?.outcome].toSorted(byWords)]).toEqual([
      name,
      ['created', 'unchanged'],
    ]);

  const ended = await two.cli.run(['down', '--all', '--yes', '-o', 'json'], { TESTBED_STATE });
  expect([ended.code, ended.stderr]).toEqual([0, '']);
}, 300_000);
