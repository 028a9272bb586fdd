import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { startOf } from '../../../host/process-identity';
import { listenerOf, isFree, requireFreePorts, choosePorts } from '../../../platform/cluster/ports';
import { endAllOwn } from '../../../platform/cluster/processes/ending';
import { withLock } from '../../../platform/cluster/processes/lock';
import { isAlive, ownProcesses, proveOwn, signalOwn } from '../../../platform/cluster/processes/proof';

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
    expect(ownProcesses(mine)).toEqual([{ pid, role: 'etcd', startTime: startOf(pid) }]);
    expect(proveOwn(process.pid, mine)).toBeUndefined();
  });

  it('is asked again for every signal: a pid that the kernel gave to another is left alone', async () => {
    const mine = token();
    const pid = await run('sleep', ['60'], { TESTBED_CLUSTER_INSTANCE: mine });
    const stranger = await run('sleep', ['60'], {});
    const startTime = startOf(pid) ?? '';
    expect(signalOwn({ pid: stranger, startTime: startOf(stranger) ?? '', role: 'etcd' }, mine, 'SIGKILL')).toBe(false);
    expect(signalOwn({ pid, startTime: `${startTime}0`, role: 'etcd' }, mine, 'SIGKILL')).toBe(false);
    expect([pid, stranger].map((one) => startOf(one) !== undefined)).toEqual([true, true]);
    expect(signalOwn({ pid, startTime, role: 'etcd' }, mine, 'SIGKILL')).toBe(true);
  });

  it('counts a process that waits to be collected as ended', async () => {
    const pid = await run('true', [], {});
    const [child] = children;
    if (child !== undefined && child.exitCode === null) await once(child, 'exit');
    expect(isAlive({ pid, startTime: startOf(pid) ?? 'gone' })).toBe(false);
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
    expect([deaf, stopped, odd].map(startOf)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the lock', () => {
  it('names the living holder when the time is out, and is given back when work fails', async () => {
    const directory = folder();
    await withLock(directory, 0, async () => {
      await expect(withLock(directory, 0, async () => undefined)).rejects.toMatchObject({
        code: 'ClusterBusy',
        message: `another command works on this cluster (process ${process.pid})`,
      });
    });
    await expect(withLock(directory, 0, async () => Promise.reject(new Error('work')))).rejects.toThrow('work');
    expect(await withLock(directory, 0, async () => 'free')).toBe('free');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is taken when its file holds nothing that can be read', async () => {
    const directory = folder();
    writeFileSync(join(directory, 'left.lock'), 'half');
    expect(await withLock(directory, 0, async () => 'done')).toBe('done');
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
