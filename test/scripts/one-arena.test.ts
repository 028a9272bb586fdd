import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, ROOT, finished, openPlace, type Place } from './run-cli';

const MISSING = ['validate', '-f', 'missing.yaml'];

interface Booted {
  readonly code: number | null;
  readonly said: string;
  readonly began: readonly (readonly [process: number, setting: string])[];
}

/** Runs the entry and gives its exit code, what it said, and, for each beginning of a program, its number among the processes and the setting that it saw. */
async function boots(
  place: Place,
  argv: readonly string[],
  { more = {}, bin = BIN, before = [] }: Partial<{ more: Record<string, string>; bin: string; before: string[] }> = {},
): Promise<Booted> {
  const file = join(place.folder, 'boots');
  rmSync(file, { force: true });
  const hook = join(__dirname, 'fixtures', 'boots.cjs');
  const env = { ...place.environment, BOOTS: file, NODE_OPTIONS: `--require=${hook}`, ...more };
  const child = spawn(process.execPath, [...before, bin, ...argv], { cwd: place.folder, env, stdio: 'pipe' });
  const { code, stdout, stderr } = await finished(child);
  const seen: string[] = [];
  const began = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([pid = '', setting = '']) => {
      if (!seen.includes(pid)) seen.push(pid);
      return [seen.indexOf(pid), setting] as const;
    });
  return { code, said: stdout + stderr, began };
}

describe('a command', () => {
  test('begins anew in its own process with one store of memory, and says the same', async () => {
    await using place = openPlace();
    const once = await boots(place, MISSING, { more: { MALLOC_ARENA_MAX: '1' } });
    expect(once.said).toContain('missing.yaml');
    expect(await boots(place, MISSING)).toEqual({
      code: 2,
      said: once.said,
      began: [
        [0, 'none'],
        [0, '1'],
      ],
    });
  });

  test('lets stand what the user says of it', async () => {
    await using place = openPlace();
    expect(await boots(place, MISSING, { more: { MALLOC_ARENA_MAX: '4' } })).toMatchObject({
      code: 2,
      began: [[0, '4']],
    });
  });

  test('that only tells its version or help begins once', async () => {
    await using place = openPlace();
    expect(await boots(place, ['--version'])).toMatchObject({ code: 0, began: [[0, 'none']] });
    expect(await boots(place, [])).toMatchObject({ began: [[0, 'none']] });
  });

  test('gets the setting from an older Node at once, which starts it anyway', async () => {
    await using place = openPlace();
    const before = ['-r', join(__dirname, 'fixtures', 'older-node.cjs')];
    expect(await boots(place, MISSING, { before })).toMatchObject({
      code: 2,
      began: [
        [0, 'none'],
        [1, '1'],
      ],
    });
  });

  test('that had to build its program first runs without what the builder left, and the next one builds nothing', async () => {
    await using place = openPlace();
    const copy = join(place.folder, 'checkout');
    const isSource = (path: string): boolean =>
      !/\/(?:node_modules|\.build|\.git|test|docs)(?:\/|$)/.test(path.slice(ROOT.length));
    await cp(ROOT, copy, { recursive: true, filter: isSource });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const call = { bin: join(copy, 'bin', 'testbed.cjs'), more: { MALLOC_ARENA_MAX: '4' } };
    expect(await boots(place, MISSING, call)).toMatchObject({
      code: 2,
      began: [
        [0, '4'],
        [0, '4'],
      ],
    });
    expect(existsSync(join(copy, '.build'))).toBe(true);
    expect(await boots(place, MISSING, call)).toMatchObject({ code: 2, began: [[0, '4']] });
  });
});
