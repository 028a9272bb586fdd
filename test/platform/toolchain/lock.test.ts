import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock, type LockOptions } from '../../../platform/toolchain/lock';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS: LockOptions = { signal: undefined, onWait: () => undefined, pollMs: 1 };

describe('a lock', () => {
  test.each([
    ['that is free', undefined],
    ['whose holder is gone', JSON.stringify({ pid: process.pid, started: '0'.repeat(16), state: 'held' })],
    ['that a crash of the machine cut off', '{"pid": 1'],
  ])('%s is held by one of forty at a time', async (_title, before) => {
    if (before !== undefined) writeFileSync(join(folder, '.lock.3'), before);
    let inside = 0;
    let most = 0;
    let turns = 0;
    await Promise.all(
      Array.from({ length: 40 }, () =>
        withLock(folder, OPTIONS, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await turn();
          turns += 1;
          inside -= 1;
        }),
      ),
    );
    expect({ most, turns }).toEqual({ most: 1, turns: 40 });
    expect(readdirSync(folder)).toEqual([`.lock.${(before === undefined ? 0 : 3) + 40}`]);
  });

  test('is given back when the work fails, with its error', async () => {
    await expect(withLock(folder, OPTIONS, async () => Promise.reject(new Error('as it was')))).rejects.toThrow(
      'as it was',
    );
    expect(await withLock(folder, OPTIONS, async () => 'next')).toBe('next');
  });

  test('is not waited for after an abort', async () => {
    const aborting = new AbortController();
    const waiting = { signal: aborting.signal, onWait: () => aborting.abort(new Error('enough')) };
    await withLock(folder, OPTIONS, async () => {
      await expect(withLock(folder, waiting, async () => 'never')).rejects.toThrow('aborted');
    });
  });
});
