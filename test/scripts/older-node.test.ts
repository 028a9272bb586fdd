import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, ROOT, finished, openPlace, type Place } from './run-cli';
import { hangingServer } from '../support/hanging-server';

/** How the entry is called: by a real older Node of this machine where there is one, and always by one that only says it is older. */
const ROUTES: readonly (readonly [string, string, readonly string[]])[] = [
  ...olderNodes()
    .slice(0, 1)
    .map(({ path, version }) => [`the older Node of this machine (${path}, ${version})`, path, []] as const),
  ['a Node that says it is v20.0.0', process.execPath, ['-r', join(__dirname, 'fixtures', 'older-node.cjs')]],
];

function olderNodes(): { readonly path: string; readonly version: string }[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim() }))
    .filter(({ version }) => Number(/^v(\d+)/.exec(version)?.[1]) < 24);
}

describe.each(ROUTES)('%s', (_, node, before) => {
  const start = (argv: readonly string[], place: Place, more: Readonly<Record<string, string>> = {}, bin = BIN) =>
    spawn(node, [...before, bin, ...argv], {
      cwd: place.folder,
      env: { ...place.environment, ...more },
      stdio: ['pipe', 'pipe', 'pipe'],
    });

  test('runs the command under the Node 24 of npm', async () => {
    await using place = openPlace();
    const { code, stdout } = await finished(start(['doctor', '-o', 'json'], place));
    const found: unknown = JSON.parse(stdout);
    expect([code, found]).toMatchObject([
      0,
      { machine: expect.arrayContaining([expect.objectContaining({ id: 'node', state: 'ok' })]) },
    ]);
    expect(stdout).toMatch(/"v24\.\d+\.\d+"/);
  });

  test('passes arguments on as they are, and the exit code back', async () => {
    await using place = openPlace();
    const file = '우리 명세 "하나" $HOME *.yaml';
    const { code, stderr } = await finished(start(['validate', '-f', file], place));
    expect([code, stderr]).toEqual([2, `error: there is no file '${join(place.folder, file)}'\nhint: testbed init\n`]);
    const made = await finished(start(['init', '--preset', 'minimal', '-f', file, '--lang', 'ko'], place));
    expect([made.code, existsSync(join(place.folder, file))]).toEqual([0, true]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes %s on: the work ends in order, with 130',
    async (signal) => {
      await using place = openPlace();
      await using server = await hangingServer();
      const child = start(['tools', 'install', 'etcd'], place, { TESTBED_TOOLS_MIRROR: server.address });
      const end = finished(child);
      await server.asked;
      child.kill(signal);
      const { code, stderr } = await end;
      expect([code, stderr]).toEqual([130, expect.stringMatching(/\nerror: .*interrupted\n/)]);
    },
  );

  test('says what to do, without a stack, where npm brought no Node 24', async () => {
    await using place = openPlace();
    await mkdir(join(place.folder, 'bin'));
    for (const name of ['testbed.cjs', 'build.cjs', 'one-arena.cjs'])
      await cp(join(ROOT, 'bin', name), join(place.folder, 'bin', name));
    const call = (more: Readonly<Record<string, string>>) =>
      finished(start(['list'], place, more, join(place.folder, 'bin', 'testbed.cjs')));
    expect(await call({})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: testbed needs Node 24, this is v\d.*\nhint: npm ci\n$/),
    });
    expect(await call({ LANG: 'ko_KR.UTF-8' })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^오류: testbed는 Node 24가 필요하나 .*\n해결: npm ci\n$/),
    });
  });
});

test('a checkout that is not installed or cannot be built is told in one message, without a stack', async () => {
  await using place = openPlace();
  await mkdir(join(place.folder, 'bin'));
  for (const name of ['testbed.cjs', 'build.cjs', 'one-arena.cjs'])
    await cp(join(ROOT, 'bin', name), join(place.folder, 'bin', name));
  const bin = join(place.folder, 'bin', 'testbed.cjs');
  const call = () =>
    finished(spawn(process.execPath, [bin, 'list'], { env: place.environment, stdio: ['pipe', 'pipe', 'pipe'] }));
  const notInstalled = await call();
  expect([notInstalled.code, notInstalled.stderr]).toEqual([
    1,
    `error: cannot build testbed in ${place.folder}: Cannot find module 'esbuild'\nhint: npm ci\n`,
  ]);
  expect(readdirSync(join(place.folder, '.build'))).toEqual(['compile-cache']);
  await rm(join(place.folder, '.build'), { recursive: true });
  await writeFile(join(place.folder, '.build'), 'in the way');
  const inTheWay = await call();
  expect([inTheWay.code, inTheWay.stderr]).toEqual([
    1,
    expect.stringMatching(/^error: cannot build testbed in \/.*: E[A-Z]+: .*\nhint: df -h \/.*\n$/),
  ]);
});
