import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepEvent } from '../../../errors';
import { isHealthy, observe } from '../../../platform/cluster/observation';
import { eventually, processesOf } from './cluster-under-test';
import { runningCluster } from './running-cluster';
import { auditLog } from './subjects/audit-log';
import { identities } from './subjects/identities';
import { simulation } from './subjects/simulation';
import { storedData } from './subjects/storage';

// One cluster for all of it: the subjects that need no file of their own stand in `subjects/`.
const running = runningCluster();
const { cluster, layout, ready, up } = running;
const steps: StepEvent[] = [];

beforeAll(async () => {
  const result = await up((event) => steps.push(event));
  if (result.outcome !== 'started') throw new Error(`an empty directory was ${result.outcome}`);
});

afterAll(() => running.end());

describe('up', () => {
  it('tells every step once, numbered, with its time', () => {
    const told = steps.filter(({ state }) => state !== 'update');
    expect(told.map(({ index, total, id, state }) => `${index}/${total} ${id} ${state}`)).toEqual(
      ['prepare', 'api', 'bootstrap', 'controllers', 'nodes'].flatMap((step, index) => [
        `${index + 1}/5 cluster:${step} start`,
        `${index + 1}/5 cluster:${step} done`,
      ]),
    );
    expect(told.filter(({ state }) => state === 'done').every(({ elapsedMs }) => elapsedMs !== undefined)).toBe(true);
  });

  it('changes nothing when all is well, and says so', async () => {
    await ready();
    const before = processesOf(layout).map(({ pid }) => pid);
    const { outcome, status } = await up();
    expect(outcome).toBe('unchanged');
    expect(processesOf(layout).map(({ pid }) => pid)).toEqual(before);
    expect(status.version).toMatch(/^v1\.34\./);
    expect(status.components.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'etcd running',
      'kube-apiserver running',
      'kube-controller-manager running',
      'kube-scheduler running',
      'kwok running',
      'simulated-storage running',
    ]);
  });

  it('keeps every file and folder to its own user', () => {
    const open = readdirSync(layout.directory, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => (lstatSync(path).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(lstatSync(layout.directory).mode & 0o777).toBe(0o700);
  });

  it('listens on loopback only', () => {
    const pids = processesOf(layout).map(({ pid }) => pid);
    const inodes = new Set(
      pids.flatMap((pid) =>
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
          try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
          } catch {
            // Closed meanwhile.
            return [];
          }
        }),
      ),
    );
    const listening = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode]) => state === '0A' && inode !== undefined && inodes.has(inode))
        .map(([, local]) => local?.split(':')[0]),
    );
    // API server, etcd for clients, etcd for peers; 0100007F is 127.0.0.1.
    expect(listening).toEqual(['0100007F', '0100007F', '0100007F']);
  });
});

describe('the supervisor', () => {
  it.each(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'])(
    'starts %s again after kill -9',
    async (role) => {
      await ready();
      const victim = processesOf(layout).find((candidate) => candidate.role === role);
      if (victim === undefined) throw new Error(`${role} does not run`);
      process.kill(victim.pid, 'SIGKILL');
      const healed = await eventually(`${role} runs again`, async () => {
        const status = await cluster.status();
        const component = status.components.find(({ name }) => name === role);
        return status.state === 'ready' && component?.pid !== victim.pid ? component : undefined;
      });
      expect(healed.restarts).toBeGreaterThan(0);
      expect(healed.lastExit).toMatch(/^signal SIGKILL, /);
      expect(processesOf(layout).filter((candidate) => candidate.role === role)).toHaveLength(1);
    },
  );

  it('counts as gone once it is, whatever was seen of it a moment before', async () => {
    await ready();
    const seen = observe(layout);
    expect(await isHealthy(layout, seen)).toBe(true);
    const { pid } = spawnSync('true');
    const gone = { pid, startTime: '1', role: 'supervisor' };
    expect(await isHealthy(layout, { ...seen, supervisor: gone })).toBe(false);
  });

  it('may die by kill -9: the API serves on, and the next up replaces all that was left', async () => {
    const { supervisorPid, server } = await ready();
    const before = processesOf(layout);
    process.kill(supervisorPid ?? 0, 'SIGKILL');
    await eventually('the supervisor is gone', () =>
      processesOf(layout).some(({ role }) => role === 'supervisor') ? undefined : true,
    );
    const orphaned = await cluster.status();
    expect(orphaned.state).toBe('degraded');
    expect(orphaned.components.map(({ name }) => name)).toContain('etcd');
    await expect(cluster.connection('operator')).rejects.toMatchObject({ code: 'ClusterNotRunning' });

    const { outcome, status } = await up();
    expect(outcome).toBe('repaired');
    expect(status.state).toBe('ready');
    expect(status.server).toBe(server);
    const after = processesOf(layout);
    expect(after.map(({ role }) => role).toSorted()).toEqual([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
      'supervisor',
    ]);
    const old = new Set(before.map(({ pid }) => pid));
    expect(after.filter(({ pid }) => old.has(pid))).toEqual([]);
  });
});

identities(running);
storedData(running);
auditLog(running);
simulation(running);

describe('certificates', () => {
  it('are made again by the next up, and a running API server serves the new one without a restart', async () => {
    const { server } = await ready();
    const port = Number(new URL(server ?? '').port);
    const [before, served] = [processesOf(layout).map(({ pid }) => pid), await servedFingerprint(port)];
    rmSync(join(layout.pki, 'kube-apiserver.pem'));
    await up();
    const renewed = new X509Certificate(readFileSync(join(layout.pki, 'kube-apiserver.pem'), 'utf8')).fingerprint256;
    expect(renewed).not.toBe(served);
    await eventually('the new certificate is served', async () =>
      (await servedFingerprint(port)) === renewed ? true : undefined,
    );
    expect(processesOf(layout).map(({ pid }) => pid)).toEqual(before);
  });
});

function servedFingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // Only the certificate itself is looked at here; nothing is sent.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
