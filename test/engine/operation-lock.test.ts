import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockStack } from '../../engine/operation-lock';
import { currentProcess } from '../../host/process-identity';

let stack: { name: string; stateDirectory: string };
beforeEach(() => {
  stack = { name: 'tb-lock', stateDirectory: mkdtempSync(join(tmpdir(), 'testbed-lock-')) };
});
afterEach(() => rmSync(stack.stateDirectory, { recursive: true, force: true }));

const ownFolder = (): string => join(stack.stateDirectory, 'locks', stack.name);
const engineFolder = (): string => join(stack.stateDirectory, '.pulumi/locks/organization/testbed', stack.name);

function leave(folder: string, content: unknown): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, folder === ownFolder() ? 'left.lock' : 'left.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  if (child.pid === undefined) throw new Error('no process was started');
  return child.pid;
}

describe('the lock of a stack', () => {
  it('is held by one, and free again after its release', async () => {
    const lock = await lockStack(stack, 'up');
    const refused = lockStack(stack, 'down');
    await expect(refused).rejects.toMatchObject({
      code: 'OperationRunning',
      message: expect.stringContaining(`up, pid ${process.pid}`),
    });
    lock.release();
    (await lockStack(stack, 'down')).release();
    expect(readdirSync(ownFolder())).toEqual([]);
  });

  it('is never given to two that ask at the same time', async () => {
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => lockStack(stack, 'up')));
    const held = results.filter(({ status }) => status === 'fulfilled');
    expect(held.length).toBeLessThanOrEqual(1);
  });

  it('of a process that ended is taken over', async () => {
    leave(ownFolder(), {
      purpose: 'up',
      since: '2026-01-01T00:00:00Z',
      process: { ...currentProcess(), pid: await endedProcess() },
    });
    (await lockStack(stack, 'up')).release();
    expect(readdirSync(ownFolder())).toEqual([]);
  });

  it('of a process whose number another one bears now is taken over', async () => {
    leave(ownFolder(), {
      purpose: 'up',
      since: '2026-01-01T00:00:00Z',
      process: { ...currentProcess(), startedAt: '1' },
    });
    (await lockStack(stack, 'up')).release();
    expect(readdirSync(ownFolder())).toEqual([]);
  });

  it.each([
    ['of another host', { host: 'elsewhere', pid: 1 }],
    ['of another process namespace', { ...currentProcess(), pidNamespace: 'pid:[1]' }],
  ])('%s is respected, for nobody can tell whether it lives', async (_, process) => {
    leave(ownFolder(), { purpose: 'up', since: '2026-01-01T00:00:00Z', process });
    await expect(lockStack(stack, 'up')).rejects.toMatchObject({ code: 'OperationRunning' });
  });

  it('that is damaged is respected, and named with the way out', async () => {
    leave(ownFolder(), '{"purpose":"u');
    await expect(lockStack(stack, 'up')).rejects.toMatchObject({
      code: 'StateUnreadable',
      hint: { en: expect.stringContaining(`rm ${join(ownFolder(), 'left.lock')}`) },
    });
    expect(readdirSync(ownFolder())).toEqual(['left.lock']);
  });
});

describe('what a killed engine left locked', () => {
  const engineLock = (pid: number, timestamp: string, host = hostname()): unknown => ({
    pid,
    username: 'somebody',
    hostname: host,
    timestamp,
  });

  it('is cleared when its process is gone', async () => {
    leave(engineFolder(), engineLock(await endedProcess(), new Date().toISOString()));
    (await lockStack(stack, 'up')).release();
    expect(readdirSync(engineFolder())).toEqual([]);
  });

  it('is cleared when its number belongs to a process that started later', async () => {
    leave(engineFolder(), engineLock(process.pid, '2001-01-01T00:00:00Z'));
    (await lockStack(stack, 'up')).release();
    expect(readdirSync(engineFolder())).toEqual([]);
  });

  it.each([
    ['lives', () => engineLock(process.pid, new Date().toISOString())],
    ['is of another host', () => engineLock(1, '2001-01-01T00:00:00Z', 'elsewhere')],
  ])('is respected when its process %s', async (_, content) => {
    leave(engineFolder(), content());
    await expect(lockStack(stack, 'up')).rejects.toMatchObject({ code: 'OperationRunning' });
    expect(readdirSync(engineFolder())).toEqual(['left.json']);
    expect(readdirSync(ownFolder())).toEqual([]);
  });

  it('is named when it cannot be read', async () => {
    leave(engineFolder(), 'nothing');
    await expect(lockStack(stack, 'up')).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining('left.json'),
    });
  });
});
