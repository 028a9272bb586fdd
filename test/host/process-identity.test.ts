import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  currentProcess,
  exists,
  livenessOf,
  livenessOfTag,
  startInstantOf,
  startOf,
  tagOf,
  type ProcessIdentity,
} from '../../host/process-identity';

const here = currentProcess();

describe('a process', () => {
  it('that runs is alive, by its identity and by its tag', () => {
    expect([exists(process.pid), livenessOf(here), livenessOfTag(tagOf(here))]).toEqual([true, 'alive', 'alive']);
    expect(startOf(process.pid)).toBe(here.startedAt);
    expect(Math.abs((startInstantOf(process.pid) ?? 0) - performance.timeOrigin)).toBeLessThan(10_000);
  });

  it.each<readonly [string, Partial<ProcessIdentity>, string]>([
    ['whose number another one bears now', { startedAt: '1' }, 'dead'],
    ['of an earlier boot', { boot: 'before' }, 'dead'],
    ['of another host', { host: 'elsewhere' }, 'unknown'],
    ['of another process namespace', { pidNamespace: 'pid:[1]' }, 'unknown'],
  ])('%s is %s', (_title, change, liveness) => {
    const other = { ...here, ...change };
    expect([livenessOf(other), livenessOfTag(tagOf(other))]).toEqual([liveness, liveness]);
  });

  it('that ended is dead', () => {
    const ended = { ...here, pid: spawnSync('true').pid };
    expect([exists(ended.pid), livenessOf(ended), livenessOfTag(tagOf(ended))]).toEqual([false, 'dead', 'dead']);
    expect([startOf(ended.pid), startInstantOf(ended.pid)]).toEqual([undefined, undefined]);
  });

  it('that ended and waits to be collected is dead', async () => {
    // The shell becomes a program that never asks after its child.
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void shell.kill('SIGKILL'));
    const [line]: unknown[] = await once(shell.stdout, 'data');
    const pid = Number(String(line));
    await expect.poll(() => startOf(pid)).toBeUndefined();
    expect([exists(pid), livenessOf({ ...here, pid })]).toEqual([false, 'dead']);
  });

  it('whose start is not told may be alive', () => {
    expect(livenessOf({ ...here, startedAt: undefined })).toBe('unknown');
  });

  it.each(['', '12', 'notes', `${process.pid}-abc-def`])('is not told by the name %j', (name) => {
    expect(livenessOfTag(name)).toBeUndefined();
  });
});
