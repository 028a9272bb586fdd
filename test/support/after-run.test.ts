import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../package/root';
import { openEmbeddedCluster } from '../../platform/cluster';
import { testSurroundings } from './cluster';

const LIMIT = { timeout: 60_000, interval: 200 };

describe('after a test run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-ended-'));
  const directory = join(folder, 'site', 'clusters', 'embedded');

  afterEach(async () => {
    await openEmbeddedCluster({ directory }).down({ destroy: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('that was killed, its clusters and its folder are ended', async () => {
    const run = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const watcher = spawn(
      process.execPath,
      [join(packageRoot(), 'test/support/after-run.cjs'), String(run.pid), folder],
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => watcher.once('exit', resolve));
    mkdirSync(join(folder, 'site', 'clusters'), { recursive: true });
    const { tools } = testSurroundings();
    const tool = (name: string): string => tools[name] ?? '';
    const cluster = openEmbeddedCluster({ directory });
    await cluster.up({
      nodes: { kind: 'none' },
      tools: {
        etcd: tool('etcd'),
        'kube-apiserver': tool('kube-apiserver'),
        'kube-controller-manager': tool('kube-controller-manager'),
        'kube-scheduler': tool('kube-scheduler'),
      },
      unsafeNoFsync: true,
    });
    const pids = (await cluster.status()).components.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    expect(pids.length).toBeGreaterThanOrEqual(4);

    run.kill('SIGKILL');
    expect(await ended).toBe(0);
    await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), LIMIT).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });
});
