import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { listenerOf, isFree, requireFreePorts, choosePorts } from '../../../platform/cluster/ports';
import { endAllOwn } from '../../../platform/cluster/processes/ending';
import { withLock } from '../../../platform/cluster/processes/lock';
import { isAlive, ownProcesses, proveOwn, signalOwn, startTimeOf } from '../../../platform/cluster/processes/proof';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: '/usr/bin:/bin', ...environment },
  });
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

function token(): string {
  return randomBytes(16).toString('hex');
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'testbed-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the proof that a process is ours', () => {
  it('is the token in its environment, and nothing else', async () => {
    const mine = token();
    const pid = await run('sleep', ['60'], { TESTBED_CLUSTER_INSTANCE: mine, TESTBED_CLUSTER_ROLE: 'etcd' });
    await run('sleep', ['60'], { TESTBED_CLUSTER_INSTANCE: token(), TESTBED_CLUSTER_ROLE: 'etcd' });
    // The token as an argument or as part of another variable proves nothing.
    await run('sh', ['-c', 'sleep 60', `TESTBED_CLUSTER_INSTANCE=${mine}`], {
      OTHER: `TESTBED_CLUSTER_INSTANCE=${mine}`,
    });
    expect(ownProcesses(mine)).toEqual([{ pid, role: 'etcd', startTime: startTimeOf(pid) }]);
    expect(proveOwn(process.pid, mine)).toBeUndefined();
  });

  it('is asked again for every signal: a pid that the kernel gave to another is left alone', async () => {
    const mine = token();
    const pid = await run('sleep', ['60'], { TESTBED_CLUSTER_INSTANCE: mine });
    const stranger = await run('sleep', ['60'], {});
    const startTime = startTimeOf(pid) ?? '';
    expect(signalOwn({ pid: stranger, startTime: startTimeOf(stranger) ?? '', role: 'etcd' }, mine, 'SIGKILL')).toBe(
      false,
    );
    expect(signalOwn({ pid, startTime: `${startTime}0`, role: 'etcd' }, mine, 'SIGKILL')).toBe(false);
    expect([pid, stranger].map((one) => startTimeOf(one) !== undefined)).toEqual([true, true]);
    expect(signalOwn({ pid, startTime, role: 'etcd' }, mine, 'SIGKILL')).toBe(true);
  });

  it('counts a process that waits to be collected as ended', async () => {
    const pid = await run('true', [], {});
    const [child] = children;
    if (child !== undefined && child.exitCode === null) await once(child, 'exit');
    expect(isAlive({ pid, startTime: startTimeOf(pid) ?? 'gone' })).toBe(false);
  });
});

describe('ending what is ours', () => {
  it('reaches those that ignore TERM and those that were stopped', async () => {
    const mine = token();
    const deaf = await run('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
      TESTBED_CLUSTER_INSTANCE: mine,
      TESTBED_CLUSTER_ROLE: 'kube-apiserver',
    });
    const stdout = children.find((child) => child.pid === deaf)?.stdout;
    if (stdout) await once(stdout, 'data');
    const stopped = await run('sleep', ['60'], { TESTBED_CLUSTER_INSTANCE: mine, TESTBED_CLUSTER_ROLE: 'etcd' });
    process.kill(stopped, 'SIGSTOP');
    const odd = await run('sleep', ['60'], {
      TESTBED_CLUSTER_INSTANCE: mine,
      TESTBED_CLUSTER_ROLE: 'of a later version',
    });
    expect(await endAllOwn(mine, 300)).toEqual([]);
    expect([deaf, stopped, odd].map(startTimeOf)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the lock', () => {
  it('lets one work at a time, in whatever order they come', async () => {
    const path = join(folder(), 'lock');
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        withLock(path, 20_000, async () => {
          inside++;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          order.push(index);
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it('is taken from a holder that is dead, by one only', async () => {
    const path = join(folder(), 'lock');
    writeFileSync(path, JSON.stringify({ pid: 1, startTime: 'of another process', nonce: 'dead' }));
    let inside = 0;
    const work = async (): Promise<number> => {
      inside++;
      await new Promise((resolve) => setImmediate(resolve));
      return inside--;
    };
    expect(await Promise.all([1, 2, 3, 4].map(() => withLock(path, 20_000, work)))).toEqual([1, 1, 1, 1]);
  });

  it('is taken when its file holds nothing that can be read', async () => {
    const path = join(folder(), 'lock');
    writeFileSync(path, 'half');
    expect(await withLock(path, 5000, async () => 'done')).toBe('done');
  });

  it('names the living holder when the time is out, and is given back when work fails', async () => {
    const path = join(folder(), 'lock');
    await withLock(path, 0, async () => {
      await expect(withLock(path, 0, async () => undefined)).rejects.toMatchObject({
        code: 'ClusterBusy',
        message: `another command works on this cluster (process ${process.pid})`,
      });
    });
    await expect(withLock(path, 0, async () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(await withLock(path, 0, async () => 'free')).toBe('free');
  });
});

describe('ports', () => {
  it('are three different free ones below those of outgoing connections', async () => {
    const ports = Object.values(await choosePorts());
    expect(new Set(ports).size).toBe(3);
    expect(ports.every((port) => port >= 20_000 && port < 32_000)).toBe(true);
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true]);
  });

  it.each(['127.0.0.1', '0.0.0.0', '::'])('are taken when somebody listens on %s, who is named', async (host) => {
    const ports = await choosePorts();
    const server = createServer();
    server.listen(ports.etcdPeer, host);
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    expect(await isFree(ports.etcdPeer)).toBe(false);
    expect(listenerOf(ports.etcdPeer)?.pid).toBe(process.pid);
    expect(listenerOf(ports.etcdClient)).toBeUndefined();
    await expect(requireFreePorts(ports)).rejects.toMatchObject({ code: 'PortTaken' });
  });
});
