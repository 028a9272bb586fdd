// Tools are shell scripts that only print a version, vendors a server on loopback: which file is chosen and how it is guarded is
// proved here, not that the real programs work (real-tools.test.ts asks the real ones).
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StepEvent, TestbedError } from '../../../errors';
import { packageRoot } from '../../../package/root';
import {
  listTools,
  resolveTools,
  toolPath,
  verifyTools,
  type ToolchainOptions,
  type ToolName,
} from '../../../platform/toolchain';
import { explainFileError } from '../../../platform/toolchain/tool-errors';
import { startVendor, type Answer, type VendorServer } from './vendor-server';
import { putExecutable, sha256, stand, vendorFile, workbench, type Workbench } from './workbench';

const KUBECTL = stand('kubectl', '1.34.4');
const kubectl = vendorFile('kubectl');

async function kubectlVendor(answer: Answer = KUBECTL): Promise<VendorServer> {
  const vendor = await startVendor();
  vendor.serve(kubectl.checksumsUrl, sha256(KUBECTL));
  vendor.serve(kubectl.url, answer);
  return vendor;
}

async function failureOf(names: readonly ToolName[], options: ToolchainOptions): Promise<TestbedError> {
  return resolveTools(names, options).then(
    () => {
      throw new Error('it was expected to fail');
    },
    (error: TestbedError) => error,
  );
}

function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

/** The same call in a process of its own, from the built files. */
function resolveInChild(options: ToolchainOptions): ChildProcess & { result: () => Promise<string> } {
  const { build }: { build: () => string } = require(join(packageRoot(), 'bin', 'build.cjs'));
  const program = `
    const { resolveTools } = require(${JSON.stringify(join(build(), 'platform', 'toolchain'))});
    resolveTools(['kubectl'], ${JSON.stringify(options)}).then(
      ({ kubectl }) => console.log(kubectl.source),
      (error) => console.log(error.code, error.message),
    );`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return Object.assign(child, {
    result: async () => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return output.trim();
    },
  });
}

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

describe('a cached file', () => {
  const SOME_TIME = new Date('2026-01-02T03:04:05Z');

  async function cached(bench: Workbench): Promise<string> {
    await using vendor = await kubectlVendor();
    return (await resolveTools(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror })).kubectl
      .path;
  }

  test('that was changed is refused, shown as damaged, and told how to be mended', async () => {
    using bench = workbench();
    const path = await cached(bench);
    writeFileSync(path, '#!/bin/sh\necho "Client Version: v1.34.4" # and more\n');
    const error = await failureOf(['kubectl'], bench.options);
    expect(error.code).toBe('ToolDamaged');
    expect(error.message).toContain('is not what was put there');
    expect(error.hint?.en).toContain(`rm -r '${bench.toolFolder('kubectl')}'`);
    expect((await listTools(bench.options)).find(({ name }) => name === 'kubectl')?.state).toBe('damaged');
    await expect(verifyTools(bench.options)).rejects.toMatchObject({ code: 'ToolDamaged' });
  });

  test('that was changed with size and time kept is found by verifying', async () => {
    using bench = workbench();
    const path = await cached(bench);
    expect(await verifyTools(bench.options)).toEqual([
      { name: 'kubectl', version: '1.34.4', path, sha256: sha256(KUBECTL), source: 'download', vouchedBy: 'vendor' },
    ]);
    utimesSync(path, SOME_TIME, SOME_TIME);
    await verifyTools(bench.options);
    writeFileSync(path, readFileSync(path, 'utf8').replace('Client', 'client'));
    utimesSync(path, SOME_TIME, SOME_TIME);
    expect(await toolPath('kubectl', bench.options)).toBe(path);
    await expect(verifyTools(bench.options)).rejects.toMatchObject({
      code: 'ToolDamaged',
      message: expect.stringContaining('was changed without a trace in size or time'),
    });
  });

  test('that was only copied, so that its time is another, is read once and taken', async () => {
    using bench = workbench();
    const path = await cached(bench);
    utimesSync(path, new Date(0), new Date(0));
    expect(await toolPath('kubectl', bench.options)).toBe(path);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({ mtimeMs: 0, source: 'download' });
  });

  test('that others could write is never run', async () => {
    using bench = workbench();
    const path = await cached(bench);
    chmodSync(bench.toolFolder('kubectl'), 0o777);
    const error = await failureOf(['kubectl'], bench.options);
    expect(error).toMatchObject({ code: 'ToolDamaged' });
    expect(error.message).toContain(`${path} could have been changed by another user`);
  });

  test('with an unreadable receipt counts as put there by a person', async () => {
    using bench = workbench();
    const path = await cached(bench);
    writeFileSync(`${path}.json`, '{"name": "kube');
    expect(await toolPath('kubectl', bench.options)).toBe(path);
    expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({ source: 'placed' });
  });

  test('stands in for six without a process or a reading: within a few milliseconds', async () => {
    using bench = workbench();
    const names = ['pulumi', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
    const versions = { pulumi: '3.259.0', etcd: '3.6.16', kwok: '0.8.0' } as const;
    for (const name of names) {
      const version = name in versions ? versions[name as keyof typeof versions] : '1.34.4';
      const file = putExecutable(bench.toolFolder(name), name, stand(name, version));
      utimesSync(file, SOME_TIME, SOME_TIME);
    }
    await resolveTools(names, bench.options);
    // Nobody who ran or read them now would take them.
    for (const name of names) {
      const file = join(bench.toolFolder(name), name);
      writeFileSync(file, 'x'.repeat(statSync(file).size));
      utimesSync(file, SOME_TIME, SOME_TIME);
    }
    const since = performance.now();
    const resolved = await resolveTools(names, bench.options);
    expect(performance.now() - since).toBeLessThan(100);
    expect(Object.values(resolved).map(({ source }) => source)).toEqual(names.map(() => 'cache'));
  });
});

describe('two at once', () => {
  test('in two processes and in one download once', async () => {
    using bench = workbench();
    const first = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using vendor = await kubectlVendor((_request, response) => {
      first.resolve();
      void release.promise.then(() => response.end(KUBECTL));
    });
    const options: ToolchainOptions = { ...bench.options, from: ['download'], mirror: vendor.mirror };
    const waiting = Promise.withResolvers<void>();
    const here = resolveTools(['kubectl'], options);
    await first.promise;
    const onProgress = (event: StepEvent): void => {
      if (event.detail?.en === `process ${process.pid} is preparing it; waiting`) waiting.resolve();
    };
    const there = resolveInChild(options);
    const alsoHere = resolveTools(['kubectl'], { ...options, limits: { progressMs: 20 }, onProgress });
    await waiting.promise;
    release.resolve();
    expect((await here).kubectl.source).toBe('download');
    expect((await alsoHere).kubectl.source).toBe('cache');
    expect(await there.result()).toBe('cache');
    expect(vendor.hits(kubectl.url)).toBe(1);
  });

  test('the second gives up when the first takes too long', async () => {
    using bench = workbench();
    const first = Promise.withResolvers<void>();
    const aborting = new AbortController();
    await using vendor = await kubectlVendor(() => first.resolve());
    const options: ToolchainOptions = { ...bench.options, from: ['download'], mirror: vendor.mirror };
    const here = failureOf(['kubectl'], { ...options, signal: aborting.signal });
    await first.promise;
    const error = await failureOf(['kubectl'], { ...options, limits: { waitMs: 100 } });
    expect(error.message).toBe(`process ${process.pid} has been preparing kubectl 1.34.4 for more than 0 minutes`);
    aborting.abort();
    expect((await here).code).toBe('Interrupted');
  });

  test.each([
    ['is gone', () => ({ pid: spawnSync('true').pid, started: '0123456789abcdef' })],
    ['is another process with the same number', () => ({ pid: process.pid, started: '0123456789abcdef' })],
  ])('a lock whose holder %s is taken over', async (_title, holder) => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    mkdirSync(bench.toolFolder('kubectl'), { recursive: true, mode: 0o755 });
    writeFileSync(join(bench.toolFolder('kubectl'), '.lock.7'), JSON.stringify({ ...holder(), state: 'held' }));
    const resolved = await resolveTools(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(resolved.kubectl.source).toBe('download');
    expect(readdirSync(bench.toolFolder('kubectl')).sort()).toEqual(['.lock.8', 'kubectl', 'kubectl.json']);
  });
});

describe('a killed download', () => {
  test('leaves no half tool behind, and the next run sweeps and converges', async () => {
    using bench = workbench();
    const half = Promise.withResolvers<void>();
    let calls = 0;
    await using vendor = await kubectlVendor((_request, response) => {
      calls += 1;
      response.writeHead(200, { 'content-length': KUBECTL.length });
      if (calls > 1) response.end(KUBECTL);
      else response.write(KUBECTL.subarray(0, 20), () => half.resolve());
    });
    const options: ToolchainOptions = { ...bench.options, from: ['download'], mirror: vendor.mirror };
    const child = resolveInChild(options);
    await half.promise;
    child.kill('SIGKILL');
    await child.result();
    const left = bench.left('kubectl');
    expect(left).toEqual([expect.stringMatching(new RegExp(`^\\.work-${child.pid}-`))]);

    expect((await resolveTools(['kubectl'], options)).kubectl.source).toBe('download');
    expect(bench.left('kubectl')).toEqual(['kubectl', 'kubectl.json']);
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

describe('the cache', () => {
  test('that is in the way of its own folder fails with the path', async () => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    rmSync(bench.options.cacheDirectory, { recursive: true, force: true });
    writeFileSync(bench.options.cacheDirectory, 'a file');
    const error = await failureOf(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(error.code).toBe('NoPermission');
    expect(error.message).toContain(`the tool cache ${bench.options.cacheDirectory} can't be written`);
    expect(error.hint?.en).toContain('XDG_CACHE_HOME');
  });

  test('on a full disk is told apart from one that may not be written', () => {
    // The system's own error of a full disk; one of missing rights can't be provoked where tests run as root.
    const full = errorOf(() => writeFileSync('/dev/full', 'x'));
    expect(explainFileError(full, '/cache')).toMatchObject({ code: 'NoSpace', cause: full });
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(explainFileError(denied, '/cache')).toMatchObject({ code: 'NoPermission', cause: denied });
    const other = new Error('something else');
    expect(explainFileError(other, '/cache')).toBe(other);
  });
});
