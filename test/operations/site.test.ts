import { readdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPlace, runCli } from '../scripts/run-cli';

test.each([
  [['list'], 0],
  [['show', 'nobody'], 2],
  [['connect', 'nobody'], 2],
  [['drift', 'nobody'], 2],
  [['down', 'nobody', '--yes'], 2],
  [['doctor'], 0],
  [['cluster', 'status'], 0],
  [['cluster', 'kubeconfig'], 1],
  [['cluster', 'down'], 0],
  [['shared', 'status'], 1],
] as const)('`%j` on a machine without a site looks, and creates nothing', async (argv, code) => {
  await using place = openPlace();
  const done = await runCli([...argv], place, { XDG_CACHE_HOME: join(place.folder, '.cache') });
  expect([done.code, done.stderr.match(/^error: /g)?.length ?? 0]).toEqual([code, Math.min(code, 1)]);
  expect(readdirSync(place.folder).filter((name) => name !== '.cache')).toEqual([]);
});

test('a command that looks leaves the rights of the site as they are', async () => {
  await using place = openPlace();
  const site = join(place.folder, 'site');
  await mkdir(site, { mode: 0o755 });
  await runCli(['list'], place, { TESTBED_HOME: site });
  expect([statSync(site).mode & 0o777, readdirSync(site)]).toEqual([0o755, []]);
});
