// The vendors are stood in for by a server on loopback (see vendor-server.ts), their tools by shell scripts.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { currentProcess } from '../../../host/process-identity';
import { resolveTools, type ToolchainOptions } from '../../../platform/toolchain';
import { KUBECTL, kubectl, kubectlVendor } from './kubectl-vendor';
import { resolveInChild } from './resolve-in-child';
import { failureOf, workbench } from './workbench';
import type { StepEvent } from '../../../errors';

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
    ['is gone', () => ({ ...currentProcess(), pid: spawnSync('true').pid })],
    ['is another process with the same number', () => ({ ...currentProcess(), startedAt: '1' })],
  ])('a lock whose holder %s is taken over', async (_title, holder) => {
    using bench = workbench();
    await using vendor = await kubectlVendor();
    mkdirSync(bench.toolFolder('kubectl'), { recursive: true, mode: 0o755 });
    const left = { purpose: 'kubectl', since: '2026-01-01T00:00:00Z', process: holder() };
    writeFileSync(join(bench.toolFolder('kubectl'), 'left.lock'), JSON.stringify(left));
    const resolved = await resolveTools(['kubectl'], { ...bench.options, from: ['download'], mirror: vendor.mirror });
    expect(resolved.kubectl.source).toBe('download');
    expect(readdirSync(bench.toolFolder('kubectl')).sort()).toEqual(['kubectl', 'kubectl.json']);
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
