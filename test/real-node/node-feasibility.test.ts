import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { realNodeObstacle } from '../../platform/cluster';
import { toldWithout } from '../support/restricted-obstacle';
import { NOT_RUN, readRealNodeRun } from '../support/real-node-run';

beforeEach(({ skip }) => {
  const { notRun } = readRealNodeRun();
  if (notRun !== undefined) skip(NOT_RUN + notRun);
});

it('tries what a node needs and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-obstacle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const obstacle = await realNodeObstacle(undefined, join(folder, 'not', 'there', 'yet'));
  expect(obstacle).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(`/sys/fs/cgroup/testbed-probe-${process.pid}`)).toBe(false);
  expect(existsSync(`/sys/fs/cgroup/memory/testbed-probe-${process.pid}`)).toBe(false);
  expect(readdirSync('/sys/class/net').filter((name) => name.startsWith('probe'))).toEqual([]);
});

it('names what root may not do here', () => {
  expect(toldWithout('sys_admin')).toMatch(/^(namespaces can not be made here|control groups)/);
});

it('names the file system that can not carry containers', async () => {
  // Its files are made by the kernel alone.
  expect((await realNodeObstacle(undefined, '/proc'))?.en).toMatch(/^nothing can be written below \/proc/);
});

it('stops trying when it is told to', async () => {
  await expect(realNodeObstacle(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
