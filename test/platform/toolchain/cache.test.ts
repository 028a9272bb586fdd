// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listTools, resolveTools, toolPath, verifyTools } from '../../../platform/toolchain';
import { explainFileError } from '../../../platform/toolchain/tool-errors';
import { KUBECTL, kubectlVendor } from './kubectl-vendor';
import { failureOf, putExecutable, sha256, stand, workbench, type Workbench } from './workbench';

function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

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
