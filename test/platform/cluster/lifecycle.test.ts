import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { currentProcess, startOf } from '../../../host/process-identity';
import { openEmbeddedCluster } from '../../../platform/cluster';
import { clusterFolders, type ClusterLayout } from '../../../platform/cluster/layout';
import { ensureKeys } from '../../../platform/cluster/pki/keys';
import { choosePorts, isFree } from '../../../platform/cluster/ports';
import { ensurePrivateFolder } from '../../../platform/cluster/private-files';
import { isAlive, type OwnProcess } from '../../../platform/cluster/processes/proof';
import {
  DEFAULT_SWITCHES,
  ensureInstance,
  readRecord,
  writeRecord,
  type ClusterRecord,
} from '../../../platform/cluster/record/cluster-record';
import type { EmbeddedCluster } from '../../../platform/cluster/types';
import { processesOf, temporaryCluster, tools } from './cluster-under-test';

const YEAR = 365 * 24 * 60 * 60 * 1000;
const opened: { cluster: EmbeddedCluster; end: () => void }[] = [];

function open(): { readonly cluster: EmbeddedCluster; readonly layout: ClusterLayout } {
  const place = temporaryCluster();
  const cluster = openEmbeddedCluster({ directory: place.directory });
  opened.push({ cluster, end: place.end });
  return { cluster, layout: place.layout };
}

function up(cluster: EmbeddedCluster, changes: object = {}): ReturnType<EmbeddedCluster['up']> {
  return cluster.up({ tools: tools(), nodes: { kind: 'none' }, unsafeNoFsync: true, ...changes });
}

afterEach(async () => {
  for (const { cluster, end } of opened.splice(0)) {
    await cluster.down({ destroy: true });
    end();
  }
});

/** A process of the test's own, ended with the test. */
async function sleeper(environment: NodeJS.ProcessEnv = {}): Promise<Pick<OwnProcess, 'pid' | 'startTime'>> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', env: { PATH: '/usr/bin:/bin', ...environment } });
  await once(child, 'spawn');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const pid = child.pid ?? 0;
  return { pid, startTime: startOf(pid) ?? '' };
}

/** A record as a stopped cluster leaves it, without starting one. */
async function stoppedCluster(layout: ClusterLayout): Promise<ClusterRecord> {
  for (const folder of clusterFolders(layout)) ensurePrivateFolder(folder);
  ensureInstance(layout);
  const record: ClusterRecord = {
    version: 1,
    created: new Date().toISOString(),
    ports: await choosePorts(),
    nodes: { kind: 'none' },
    tools: tools(),
    switches: { ...DEFAULT_SWITCHES, unsafeNoFsync: true },
  };
  writeRecord(layout, record);
  return record;
}

describe('a whole life', () => {
  it('goes from nothing to ready to stopped to nothing, and leaves no process, no port and no file', async () => {
    const { cluster, layout } = open();
    expect(await cluster.status()).toMatchObject({ state: 'absent', components: [] });
    expect(await cluster.down()).toEqual({ outcome: 'unchanged' });
    await expect(cluster.connection('operator')).rejects.toMatchObject({ code: 'ClusterNotRunning' });

    // Two at once: one starts, the other waits and finds all well.
    const both = await Promise.all([up(cluster), up(cluster)]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['started', 'unchanged']);
    expect(processesOf(layout).filter(({ role }) => role === 'etcd')).toHaveLength(1);
    const running = processesOf(layout);
    const ports = Object.values(readRecord(layout)?.ports ?? {});
    expect(await Promise.all(ports.map(isFree))).toEqual([false, false, false]);

    expect(await cluster.down()).toEqual({ outcome: 'stopped' });
    expect(running.filter(isAlive)).toEqual([]);
    expect(processesOf(layout)).toEqual([]);
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true]);
    expect(await cluster.status()).toMatchObject({ state: 'stopped', components: [] });
    expect(await cluster.down()).toEqual({ outcome: 'unchanged' });

    expect(await cluster.down({ destroy: true })).toEqual({ outcome: 'stopped' });
    expect(existsSync(layout.directory)).toBe(false);
  });

  it('renews what has expired, keeps the CA, and ends no process that only looks like its own', async () => {
    const { cluster, layout } = open();
    const record = await stoppedCluster(layout);
    ensureKeys(layout, new Date(Date.now() - 2 * YEAR));
    const authority = readFileSync(join(layout.pki, 'cluster-ca.crt'), 'utf8');
    const expired = new X509Certificate(readFileSync(join(layout.pki, 'etcd.pem'), 'utf8'));
    expect(expired.validToDate.getTime()).toBeLessThan(Date.now());
    // A status and a lock of before a reboot, whose pids the kernel has given to others since.
    const [stranger, neighbour] = [await sleeper(), await sleeper({ TESTBED_CLUSTER_INSTANCE: 'f'.repeat(32) })];
    const components = [{ name: 'etcd', state: 'running', pid: neighbour.pid, restarts: 0 }];
    writeFileSync(
      layout.status,
      JSON.stringify({ phase: 'running', step: 'ready', heartbeat: new Date().toISOString(), components }),
    );
    const left = { ...currentProcess(), pid: stranger.pid, startedAt: '1' };
    const lock = { purpose: 'cluster', since: '2026-01-01T00:00:00Z', process: left };
    writeFileSync(join(layout.directory, 'left.lock'), JSON.stringify(lock));

    const { outcome, status } = await up(cluster);
    expect(outcome).toBe('started');
    expect(status.state).toBe('ready');
    expect(status.server).toBe(`https://127.0.0.1:${record.ports.apiServer}`);
    expect(Date.parse(status.certificates?.firstEnds ?? '')).toBeGreaterThan(Date.now() + YEAR / 2);
    expect(readFileSync(join(layout.pki, 'cluster-ca.crt'), 'utf8')).toBe(authority);
    await cluster.down({ destroy: true });
    expect([stranger, neighbour].map(isAlive)).toEqual([true, true]);
  });
});

describe('a start that can not be', () => {
  it('names the port and the process that took it, and takes new ports when told to', async () => {
    const { cluster, layout } = open();
    const { ports } = await stoppedCluster(layout);
    const server = createServer();
    server.listen(ports.apiServer, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const refused = up(cluster);
    await expect(refused).rejects.toMatchObject({ code: 'PortTaken' });
    await expect(refused).rejects.toThrow(
      new RegExp(`^port ${ports.apiServer} of this cluster is taken by another process \\(.+, pid ${process.pid}\\)$`),
    );
    expect(processesOf(layout)).toEqual([]);
    const { status } = await up(cluster, { newPorts: true });
    expect(status.state).toBe('ready');
    expect(readRecord(layout)?.ports.apiServer).not.toBe(ports.apiServer);
  });

  it('shows the last words of the component that fails, and leaves nothing running', async () => {
    const { cluster, layout } = open();
    await stoppedCluster(layout);
    // Not a database: the real etcd says so in its own words.
    mkdirSync(join(layout.etcdData, 'member', 'snap'), { recursive: true });
    writeFileSync(join(layout.etcdData, 'member', 'snap', 'db'), 'not a database'.repeat(10_000));
    const failed = up(cluster);
    await expect(failed).rejects.toMatchObject({ code: 'ClusterStartFailed' });
    await expect(failed).rejects.toThrow(/^the cluster did not start: etcd: /);
    const details: unknown = await failed.catch((error: unknown) => error);
    expect(JSON.stringify(details)).toMatch(/etcd: failed to open database: invalid database/);
    expect(processesOf(layout)).toEqual([]);
  });

  it('is broken off by its signal and leaves nothing running', async () => {
    const { cluster, layout } = open();
    const ending = new AbortController();
    const broken = up(cluster, {
      signal: ending.signal,
      onProgress: ({ id }: { id: string }) => {
        if (id === 'cluster:api') ending.abort();
      },
    });
    await expect(broken).rejects.toMatchObject({ name: 'AbortError' });
    expect(processesOf(layout)).toEqual([]);
    expect(readdirSync(layout.directory).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  it('names what is wrong in a damaged cluster.json, keeps the data, and can be ended', async () => {
    const { cluster, layout } = open();
    await stoppedCluster(layout);
    writeFileSync(layout.record, '{"version": 1, "ports"');
    await expect(up(cluster)).rejects.toMatchObject({ code: 'ClusterDamaged' });
    await expect(cluster.status()).rejects.toMatchObject({ code: 'ClusterDamaged' });
    expect(readFileSync(layout.record, 'utf8')).toBe('{"version": 1, "ports"');
    expect(await cluster.down({ destroy: true })).toEqual({ outcome: 'stopped' });
  });

  it('refuses a directory that others can write to', async () => {
    const { cluster, layout } = open();
    mkdirSync(layout.directory);
    chmodSync(layout.directory, 0o777);
    await expect(up(cluster)).rejects.toMatchObject({
      code: 'NoPermission',
      hint: { en: `run: chmod 700 ${layout.directory}` },
    });
    chmodSync(layout.directory, 0o700);
    chmodSync(dirname(layout.directory), 0o777);
    await expect(up(cluster)).rejects.toMatchObject({ code: 'NoPermission' });
    chmodSync(dirname(layout.directory), 0o700);
  });

  it('ends nothing in a directory but what is its own', async () => {
    const { cluster, layout } = open();
    await stoppedCluster(layout);
    writeFileSync(join(layout.directory, 'notes.txt'), 'mine');
    await cluster.down({ destroy: true });
    expect(readdirSync(layout.directory)).toEqual(['notes.txt']);
  });

  it('tells a full disk from other failures', async () => {
    const { cluster, layout } = open();
    await stoppedCluster(layout);
    // A stand-in for etcd that says what the real one does on a full disk; that ours ends this way is not proved by it.
    const full = join(dirname(layout.directory), 'etcd');
    writeFileSync(full, '#!/bin/sh\necho "panic: write wal: no space left on device" >&2\nexit 2\n', { mode: 0o700 });
    await expect(up(cluster, { tools: { ...tools(), etcd: full } })).rejects.toMatchObject({
      code: 'NoSpace',
      details: Array.from({ length: 4 }, () => ({ en: 'etcd: panic: write wal: no space left on device' })),
    });
    expect(processesOf(layout)).toEqual([]);
  });

  it('names the tool that simulated nodes need', async () => {
    const { cluster } = open();
    const { kwok: _, ...others } = tools();
    await expect(
      cluster.up({ tools: others, nodes: { kind: 'simulated', count: 1 }, unsafeNoFsync: true }),
    ).rejects.toMatchObject({ code: 'ToolMissing' });
  });
});
