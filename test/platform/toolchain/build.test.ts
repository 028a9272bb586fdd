// Builds with the real Go: tiny modules without dependencies, bearing the names of the real packages. That the real modules build
// is proved by the preparation of every test run on a machine without the tools. Where a stand-in for Go is needed it is a script.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolveTools, type ToolchainOptions } from '../../../platform/toolchain';
import { executablesOnPath } from '../../../platform/toolchain/path-lookup';
import { exists } from '../../../host/process-identity';
import { startVendor } from './vendor-server';
import { failureOf, putExecutable, vendorFile, workbench, type Workbench } from './workbench';

const goPath = executablesOnPath('go', process.env['PATH']).map((file) => dirname(file))[0];

beforeAll(() => {
  if (goPath === undefined) throw new Error('these tests build with Go: put it on PATH');
});

/** Writes the files of a module folder and gives options that build from it. */
function goModule(bench: Workbench, files: Readonly<Record<string, string>>): ToolchainOptions {
  for (const [name, content] of Object.entries(files)) {
    const file = join(bench.folder, 'modules', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return {
    ...bench.options,
    from: ['build'],
    modulesDirectory: join(bench.folder, 'modules'),
    // Home and cache of the real Go, so that its standard library is compiled once a machine.
    environment: { ...process.env, PATH: goPath ?? '', GOFLAGS: '', GOPROXY: 'off' },
  };
}

const ETCD = {
  'etcd/go.mod': 'module go.etcd.io/etcd/server/v3\n\ngo 1.24.0\n',
  'etcd/main.go': 'package main\n\nfunc main() { println("etcd Version: 3.6.16") }\n',
};

describe('a build', () => {
  test('is published with a receipt, and found in the cache afterwards', async () => {
    using bench = workbench();
    const options = goModule(bench, ETCD);
    const { etcd } = await resolveTools(['etcd'], options);
    expect(etcd).toEqual({
      name: 'etcd',
      version: '3.6.16',
      path: join(bench.toolFolder('etcd'), 'etcd'),
      source: 'build',
    });
    expect(JSON.parse(readFileSync(`${etcd.path}.json`, 'utf8'))).toMatchObject({
      source: 'build',
      from: 'go.etcd.io/etcd/server/v3',
      vouchedBy: 'go.sum',
    });
    expect(bench.left('etcd')).toEqual(['etcd', 'etcd.json']);
    expect(readdirSync(join(bench.folder, 'modules', 'etcd')).sort()).toEqual(['go.mod', 'main.go']);
    expect((await resolveTools(['etcd'], options)).etcd.source).toBe('cache');
  });

  test('sets the version by linker flags', async () => {
    using bench = workbench();
    const options = goModule(bench, {
      'kwok/go.mod': 'module sigs.k8s.io/kwok\n\ngo 1.24.0\n',
      'kwok/pkg/consts/consts.go': 'package consts\n\nvar Version = "unset"\n',
      'kwok/cmd/kwok/main.go':
        'package main\n\nimport "sigs.k8s.io/kwok/pkg/consts"\n\nfunc main() { println("kwok version " + consts.Version) }\n',
    });
    expect((await resolveTools(['kwok'], options)).kwok).toMatchObject({ version: '0.8.0', source: 'build' });
  });

  test('follows where the download does not come about', async () => {
    using bench = workbench();
    await using vendor = await startVendor();
    const options = goModule(bench, {
      'kubernetes/go.mod': 'module k8s.io/kubernetes\n\ngo 1.24.0\n',
      'kubernetes/cmd/kubectl/main.go': 'package main\n\nfunc main() { println("Client Version: v1.34.4") }\n',
    });
    const resolved = await resolveTools(['kubectl'], {
      ...options,
      from: ['download', 'build'],
      mirror: vendor.mirror,
    });
    expect(resolved.kubectl.source).toBe('build');
    expect(vendor.hits(vendorFile('kubectl').checksumsUrl)).toBe(1);
  });

  test('that fails shows the last lines of what Go said, at most twenty', async () => {
    using bench = workbench();
    const wrong = Array.from({ length: 30 }, (_, index) => `var v${index} int = "no number"`).join('\n');
    const options = goModule(bench, { ...ETCD, 'etcd/wrong.go': `package main\n\n${wrong}\n` });
    const error = await failureOf(['etcd'], options);
    expect(error.code).toBe('ToolBuildFailed');
    expect(error.message).toBe('building etcd 3.6.16 failed (1)');
    expect(error.details.length).toBeGreaterThan(5);
    expect(error.details.length).toBeLessThanOrEqual(20);
    expect(error.details.at(-1)?.en).toContain('too many errors');
    expect(bench.left('etcd')).toEqual([]);
  });

  test('of another version is not taken', async () => {
    using bench = workbench();
    const options = goModule(bench, {
      ...ETCD,
      'etcd/main.go': 'package main\n\nfunc main() { println("etcd Version: 3.4.0") }\n',
    });
    expect((await failureOf(['etcd'], options)).message).toBe(
      'go.etcd.io/etcd/server/v3 says version 3.4.0 where etcd 3.6.16 is wanted',
    );
    expect(bench.left('etcd')).toEqual([]);
  });
});

describe('what to do is said in one sentence', () => {
  test('without Go', async () => {
    using bench = workbench();
    const options = goModule(bench, { ...ETCD, 'kwok/go.mod': 'module sigs.k8s.io/kwok\n\ngo 1.26.3\n' });
    const error = await failureOf(['etcd', 'kwok'], { ...options, environment: bench.options.environment });
    expect(error.code).toBe('ToolMissing');
    expect(error.message).toBe(
      'can neither be downloaded nor built here: etcd 3.6.16, kwok 0.8.0; install Go 1.26.3 or newer, or set HTTPS_PROXY for the download, or put the files at the paths below',
    );
    expect(error.details.map(({ en }) => en)).toContain('  no Go on PATH (1.26.3 or newer is needed)');
  });

  test('with an old Go', async () => {
    using bench = workbench();
    const options = goModule(bench, ETCD);
    const bin = join(bench.folder, 'bin');
    putExecutable(bin, 'go', '#!/bin/sh\necho "go version go1.19.8 linux/amd64"\n');
    const error = await failureOf(['etcd'], { ...options, environment: { PATH: bin } });
    expect(error.message).toContain('install Go 1.24.0 or newer');
    expect(error.details.map(({ en }) => en)).toContain('  Go 1.19.8 on PATH is older than 1.24.0');
  });

  test('without a way to the modules, which is tried for one tool only', async () => {
    using bench = workbench();
    const needs = 'go 1.24.0\n\nrequire example.invalid/absent v1.0.0\n';
    const options = goModule(bench, {
      'etcd/go.mod': `module go.etcd.io/etcd/server/v3\n\n${needs}`,
      'etcd/go.sum': `example.invalid/absent v1.0.0 h1:${'A'.repeat(43)}=\nexample.invalid/absent v1.0.0/go.mod h1:${'A'.repeat(43)}=\n`,
      'etcd/main.go': 'package main\n\nimport _ "example.invalid/absent"\n\nfunc main() {}\n',
      'kwok/go.mod': 'module sigs.k8s.io/kwok\n\ngo 1.24.0\n',
      'kwok/cmd/kwok/main.go': 'package main\n\nfunc main() { println("kwok version v0.8.0") }\n',
    });
    const error = await failureOf(['etcd', 'kwok'], options);
    expect(error.code).toBe('ToolMissing');
    expect(error.message).toBe(
      'can neither be downloaded nor built here: etcd 3.6.16, kwok 0.8.0; set HTTPS_PROXY, or GOPROXY to a module proxy that can be reached, or put the files at the paths below',
    );
    expect(error.details.map(({ en }) => en)).toContainEqual(expect.stringContaining('GOPROXY=off'));
  });
});

describe('an abort', () => {
  test('ends Go and everything it has started', async () => {
    using bench = workbench();
    const bin = join(bench.folder, 'bin');
    const pids = join(bench.folder, 'pids');
    putExecutable(
      bin,
      'go',
      `#!/bin/sh
if [ "$1" = version ]; then echo 'go version go1.99.0 linux/amd64'; exit 0; fi
/bin/sleep 300 & echo "$$ $!" > ${pids}.part; /bin/mv ${pids}.part ${pids}
echo some/package
wait\n`,
    );
    const aborting = new AbortController();
    const error = await failureOf(['etcd'], {
      ...goModule(bench, ETCD),
      environment: { PATH: bin },
      signal: aborting.signal,
      limits: { progressMs: 10 },
      onProgress: ({ detail }) => {
        if (detail?.en.startsWith('building: 1 packages') === true) aborting.abort();
      },
    });
    expect(error.code).toBe('Interrupted');
    const [go, sleep] = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
    while (exists(sleep ?? 0)) await turn();
    expect(exists(go ?? 0)).toBe(false);
    expect(bench.left('etcd')).toEqual([]);
  });
});
