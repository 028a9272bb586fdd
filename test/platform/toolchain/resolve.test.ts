// Tools are shell scripts that only print a version, vendors a server on loopback: which file is chosen and how it is guarded is
// proved here, not that the real programs work (real-tools.test.ts asks the real ones).
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { listTools, resolveTools, toolPath } from '../../../platform/toolchain';
import { TOOLS } from '../../../platform/toolchain/tools';
import { KUBECTL, kubectlVendor } from './kubectl-vendor';
import { failureOf, putExecutable, sha256, stand, workbench, type Workbench } from './workbench';
import type { StepEvent } from '../../../errors';

function withPath(bench: Workbench, ...folders: string[]): Workbench['options'] {
  return { ...bench.options, environment: { ...bench.options.environment, PATH: folders.join(':') } };
}

describe('a tool on PATH', () => {
  test('of a suitable version wins over cache and download, and is asked only once', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    const bin = join(bench.folder, 'bin');
    const asked = join(bench.folder, 'asked');
    const path = putExecutable(bin, 'kubectl', `#!/bin/sh\necho x >> ${asked}\necho 'Client Version: v1.33.9-eks-1'\n`);
    const options = { ...withPath(bench, '.', bin), mirror: vendor.mirror };
    for (let round = 0; round < 3; round += 1)
      expect((await resolveTools(['kubectl'], options)).kubectl).toEqual({
        name: 'kubectl',
        version: '1.33.9-eks-1',
        path,
        source: 'path',
      });
    expect(readFileSync(asked, 'utf8')).toBe('x\n');

    putExecutable(bin, 'kubectl', stand('kubectl', '1.20.0'));
    expect((await resolveTools(['kubectl'], options)).kubectl.source).toBe('download');
  });

  test.each<[string, string]>([
    ['too old', `#!/bin/sh\necho 'Client Version: v1.32.9'\n`],
    ['too new', `#!/bin/sh\necho 'Client Version: v1.36.0'\n`],
    ['a prerelease', `#!/bin/sh\necho 'Client Version: v1.35.0-rc.1'\n`],
    ['something else', `#!/bin/sh\necho 'kubectl, the board game 1.34'\n`],
    ['failing', `#!/bin/sh\necho 'Client Version: v1.34.4'\nexit 1\n`],
    ['silent', `#!/bin/sh\n`],
    ['hanging', `#!/bin/sh\nwhile :; do read x < /dev/zero; done\n`],
    ['no program', 'not a program at all'],
  ])('that is %s is passed over for the next', async (_title, content) => {
    using bench = workbench();
    putExecutable(join(bench.folder, 'a'), 'kubectl', content);
    const suitable = putExecutable(join(bench.folder, 'b'), 'kubectl', stand('kubectl', '1.35.7'));
    mkdirSync(join(bench.folder, 'c', 'kubectl'), { recursive: true });
    const options = withPath(bench, join(bench.folder, 'c'), join(bench.folder, 'a'), join(bench.folder, 'b'));
    expect(await toolPath('kubectl', { ...options, limits: { versionMs: 1_000 } })).toBe(suitable);
  });

  test('of a build of ours is taken in the pinned version alone', async () => {
    using bench = workbench();
    const { version } = TOOLS.coredns;
    for (const [folder, says] of [
      ['a', '1.14.7'],
      ['b', '1.14.7+testbed.0'],
      ['c', version],
    ] as const)
      putExecutable(join(bench.folder, folder), 'coredns', stand('coredns', says));
    const others = withPath(bench, join(bench.folder, 'a'), join(bench.folder, 'b'));
    expect((await failureOf(['coredns'], { ...others, offline: true })).code).toBe('ToolMissing');
    const all = withPath(bench, join(bench.folder, 'a'), join(bench.folder, 'b'), join(bench.folder, 'c'));
    expect(await toolPath('coredns', all)).toBe(join(bench.folder, 'c', 'coredns'));
  });

  test('is not looked at where the sources leave PATH out', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    putExecutable(join(bench.folder, 'bin'), 'kubectl', KUBECTL);
    const options = { ...withPath(bench, join(bench.folder, 'bin')), mirror: vendor.mirror };
    options.environment['TESTBED_TOOLS_FROM'] = 'download, path';
    expect((await resolveTools(['kubectl'], options)).kubectl.source).toBe('download');
  });

  test('from an unknown source is refused by the name of the setting', async () => {
    using bench = workbench();
    const environment = { ...bench.options.environment, TESTBED_TOOLS_FROM: 'path,internet' };
    await expect(resolveTools(['kubectl'], { ...bench.options, environment })).rejects.toMatchObject({
      code: 'UsageWrong',
      message: 'TESTBED_TOOLS_FROM names "internet", which is no source: use a comma list of path, download, build',
    });
  });
});

describe('on another system than Linux', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });

  test("a real node's tools are not known, and refused by name before anything is fetched", async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    const error = await failureOf(['kubectl', 'kubelet', 'coredns'], { ...bench.options, mirror: vendor.mirror });
    expect(error.code).toBe('ToolMissing');
    expect(error.message).toMatch(
      /^kubelet, coredns run on Linux only, and this machine is darwin-\w+: use simulated nodes$/,
    );
    expect(vendor.allHits()).toBe(0);
    expect((await listTools(bench.options)).map(({ purpose }) => purpose)).not.toContain('real-node');
  });
});

describe('offline', () => {
  test('names all that is missing and where each file may be put, and asks nobody', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    const error = await failureOf(['etcd', 'kubectl'], { ...bench.options, offline: true, mirror: vendor.mirror });
    expect(error.code).toBe('ToolMissing');
    expect(error.message).toBe(
      'missing, and offline nothing is fetched: etcd 3.6.16, kubectl 1.34.4; put the files at the paths below',
    );
    expect(error.details.map(({ en }) => en)).toEqual([
      `etcd: put version 3.6.16 (as "etcd --version" says it) at ${join(bench.toolFolder('etcd'), 'etcd')}`,
      `kubectl: put version 1.34.4 (as "kubectl version --client" says it) at ${join(bench.toolFolder('kubectl'), 'kubectl')}`,
    ]);
    expect(vendor.allHits()).toBe(0);
  });

  test('takes what a person has put there, once it has said its version', async () => {
    using bench = workbench();
    const path = putExecutable(bench.toolFolder('kubectl'), 'kubectl', KUBECTL);
    chmodSync(path, 0o644);
    expect(await toolPath('kubectl', bench.options)).toBe(path);
    const row = (await listTools(bench.options)).find(({ name }) => name === 'kubectl');
    expect(row).toEqual({
      name: 'kubectl',
      version: '1.34.4',
      purpose: 'people',
      state: 'cached',
      found: '1.34.4',
      path,
      source: 'placed',
      vouchedBy: 'nobody',
    });
  });

  test('refuses what a person has put there when it says another version, or is not what is pinned', async () => {
    using bench = workbench();
    const path = putExecutable(bench.toolFolder('kubectl'), 'kubectl', stand('kubectl', '1.34.3'));
    expect(await failureOf(['kubectl'], { ...bench.options, offline: true })).toMatchObject({
      code: 'ToolDamaged',
      message: `the cached tool ${path} says version 1.34.3 where 1.34.4 is wanted`,
    });
    putExecutable(bench.toolFolder('kubectl'), 'kubectl', KUBECTL);
    const checksumsFile = join(bench.folder, 'pins');
    writeFileSync(checksumsFile, `${'b'.repeat(64)}  kubectl\n`);
    expect(await failureOf(['kubectl'], { ...bench.options, offline: true, checksumsFile })).toMatchObject({
      code: 'ToolDamaged',
      message: `the cached tool ${path} has SHA-256 ${sha256(KUBECTL)}, but ${'b'.repeat(64)} is pinned for kubectl`,
    });
  });
});

describe('progress', () => {
  test('opens and closes one step a tool, with updates in between', async () => {
    using bench = workbench();
    const updated = Promise.withResolvers<void>();
    await using vendor = await kubectlVendor((_request, response) => {
      response.writeHead(200, { 'content-length': KUBECTL.length });
      response.write(KUBECTL.subarray(0, 5));
      void updated.promise.then(() => response.end(KUBECTL.subarray(5)));
    });
    const etcd = putExecutable(join(bench.folder, 'bin'), 'etcd', stand('etcd', '3.5.1'));
    const events: StepEvent[] = [];
    await resolveTools(['etcd', 'kubectl'], {
      ...withPath(bench, join(bench.folder, 'bin')),
      mirror: vendor.mirror,
      limits: { progressMs: 10 },
      onProgress: (event) => {
        events.push(event);
        if (event.detail?.en.startsWith('downloading: ') === true) updated.resolve();
      },
    });
    const lines = events
      .filter(({ state }) => state !== 'update')
      .map(({ id, state, title, index, total, detail }) => [id, state, title.en, index, total, detail?.en]);
    expect(lines).toEqual([
      ['tool:etcd', 'start', 'etcd 3.6.16', 1, 2, undefined],
      ['tool:etcd', 'done', 'etcd 3.6.16', 1, 2, `on PATH: ${etcd}`],
      ['tool:kubectl', 'start', 'kubectl 1.34.4', 2, 2, undefined],
      ['tool:kubectl', 'done', 'kubectl 1.34.4', 2, 2, 'downloaded, checksum right'],
    ]);
    expect(events.at(-1)?.elapsedMs).toBeTypeOf('number');
  });
});
