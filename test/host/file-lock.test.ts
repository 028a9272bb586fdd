import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock, withLock, type LockHolder, type LockOptions } from '../../host/file-lock';
import { currentProcess } from '../../host/process-identity';
import { builtFile } from '../support/built-file';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS: LockOptions = { purpose: 'test', whenUnsure: 'respect', onWait: () => undefined, pollMs: 1 };
const REFUSING: LockOptions = {
  ...OPTIONS,
  onWait: ({ told }) => {
    throw new Error(`held by ${told?.process.pid ?? 'nobody who can be told'} for ${told?.purpose ?? '?'}`);
  },
};

function leave(identity: unknown): void {
  const left = { purpose: 'left', since: '2026-01-01T00:00:00Z', process: identity };
  writeFileSync(join(folder, 'left.lock'), typeof identity === 'string' ? identity : JSON.stringify(left));
}

const GONE = [
  ['of a process that ended', () => ({ ...currentProcess(), pid: spawnSync('true').pid })],
  ['of a process whose number another one bears now', () => ({ ...currentProcess(), startedAt: '1' })],
  ['of an earlier boot', () => ({ ...currentProcess(), boot: 'before' })],
] as const;
const UNSURE = [
  ['of another host', () => ({ host: 'elsewhere', pid: 1 })],
  ['of another process namespace', () => ({ ...currentProcess(), pidNamespace: 'pid:[1]' })],
  ['that is damaged', () => '{"pid": 1'],
] as const;

describe('a lock', () => {
  it.each([['that is free', undefined] as const, ...GONE])(
    '%s is held by one of forty at a time',
    async (_title, before) => {
      if (before !== undefined) leave(before());
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
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each(UNSURE)('%s is respected or taken, as is asked', async (_title, left) => {
    leave(left());
    await expect(takeLock(folder, REFUSING)).rejects.toThrow(/^held by/);
    expect(readdirSync(folder)).toEqual(['left.lock']);
    (await takeLock(folder, { ...REFUSING, whenUnsure: 'take' })).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells who holds it, for what and since when, and for how long one has waited', async () => {
    const holders: [LockHolder, number][] = [];
    const held = await takeLock(folder, { ...OPTIONS, purpose: 'the first' });
    await withLock(
      folder,
      {
        ...OPTIONS,
        onWait: (holder, waitedMs) => {
          holders.push([holder, waitedMs]);
          held.release();
        },
      },
      async () => undefined,
    );
    expect(holders).toHaveLength(1);
    expect(holders[0]?.[0].told).toMatchObject({ purpose: 'the first', process: currentProcess() });
    expect(holders[0]?.[1]).toBeGreaterThanOrEqual(0);
  });

  it('is given back when the work fails, with its error', async () => {
    await expect(withLock(folder, OPTIONS, async () => Promise.reject(new Error('as it was')))).rejects.toThrow(
      'as it was',
    );
    expect(await withLock(folder, OPTIONS, async () => 'next')).toBe('next');
  });

  it('is not waited for after an abort', async () => {
    const aborting = new AbortController();
    const waiting = { ...OPTIONS, signal: aborting.signal, onWait: () => aborting.abort(new Error('enough')) };
    await withLock(folder, OPTIONS, async () => {
      await expect(withLock(folder, waiting, async () => 'never')).rejects.toThrow('aborted');
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made with its folder', async () => {
    const missing = join(folder, 'a', 'b');
    (await takeLock(missing, OPTIONS)).release();
    expect(existsSync(missing)).toBe(true);
  });
});

describe('processes that come at the same instant', () => {
  // Each adds one to the same number again and again, by a read and a write that nothing but the lock keeps together.
  const PROGRAM = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { withLock } = require(process.argv[1]);
    const [folder, counter] = process.argv.slice(2);
    const options = { purpose: 'count', whenUnsure: 'respect', onWait: () => undefined, pollMs: 1 };
    (async () => {
      for (let turn = 0; turn < 25; turn += 1)
        await withLock(folder, options, async () => {
          const before = Number(readFileSync(counter, 'utf8'));
          await new Promise((resolve) => setImmediate(resolve));
          writeFileSync(counter, String(before + 1));
        });
    })();
  `;

  it('never hold it together, and all get it', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    const lock = builtFile('host', 'file-lock.js');
    const codes = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['-e', PROGRAM, lock, folder, counter], { stdio: 'inherit' });
        const [code]: unknown[] = await once(child, 'exit');
        return code;
      }),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(Number(readFileSync(counter, 'utf8'))).toBe(100);
  });

  it('leave it to others when they are killed', async () => {
    const lock = builtFile('host', 'file-lock.js');
    const program = `require(process.argv[1]).takeLock(process.argv[2], { purpose: 'killed', whenUnsure: 'respect', onWait() {} })
      .then(() => { console.log('held'); setInterval(() => undefined, 1000); });`;
    const child = spawn(process.execPath, ['-e', program, lock, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(takeLock(folder, REFUSING)).rejects.toThrow(`held by ${child.pid} for killed`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await takeLock(folder, REFUSING)).release();
  });
});
