// The vendor's provider is not here: a stand-in executable of its name takes its place (test/fixtures/providers/plugin.cjs).
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findVendorPlugin } from '../../engine/vendor-plugin';
import { TestbedError } from '../../errors';
import { packageRoot } from '../../package/root';
import { builtFile } from '../support/built-file';
import { testSurroundings } from '../support/cluster';
import { openHarness } from './harness';

const folder = mkdtempSync(join(tmpdir(), 'testbed-vendor-'));
const log = join(folder, 'started.jsonl');
const LONG_MS = 120_000;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An executable of the plugin's name; returns its folder. */
function installed(directory: string, mode = 0o755): string {
  mkdirSync(directory, { recursive: true });
  const build = dirname(builtFile('package.json'));
  const fixture = join(packageRoot(), 'test/fixtures/providers/plugin.cjs');
  const file = join(directory, 'pulumi-resource-kubernetes');
  const script = `require(${JSON.stringify(fixture)}).serve(${JSON.stringify({ build, log })});`;
  writeFileSync(file, `#!${process.execPath}\n${script}\n`);
  chmodSync(file, mode);
  return directory;
}

describe("the vendor's provider", () => {
  const harness = openHarness();

  it('is found where its CLI installs it, the newest, else on PATH', () => {
    const home = join(folder, 'home');
    const old = installed(join(home, 'plugins/resource-kubernetes-v4.9.0'));
    const path = installed(join(folder, 'bin'));
    expect(findVendorPlugin({ PULUMI_HOME: home })).toEqual({ directory: old, version: '4.9.0' });
    const fresh = installed(join(home, 'plugins/resource-kubernetes-v4.34.2'));
    installed(join(home, 'plugins/resource-kubernetes-v4.99.0'), 0o644);
    mkdirSync(join(home, 'plugins/resource-kubernetes-v5.0.0'));
    installed(join(home, 'plugins/resource-aws-v9.0.0'));
    expect(findVendorPlugin({ PULUMI_HOME: home, PATH: path })).toEqual({ directory: fresh, version: '4.34.2' });
    mkdirSync(join(folder, 'user'));
    expect(findVendorPlugin({ HOME: join(folder, 'user'), PATH: `.:/nowhere:${path}` })).toEqual({ directory: path });
  });

  it('that is not installed is told with where it was looked for, and how to install it', () => {
    let refusal: unknown;
    try {
      findVendorPlugin({ PULUMI_HOME: join(folder, 'empty'), PATH: '/nowhere' });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(TestbedError);
    expect(refusal).toMatchObject({
      code: 'ToolMissing',
      text: {
        en: `the vendor's Kubernetes provider is not installed: pulumi-resource-kubernetes is neither in ${join(folder, 'empty/plugins')} nor on PATH`,
        ko: expect.stringContaining('설치되어 있지 않습니다'),
      },
      hint: { en: 'pulumi plugin install resource kubernetes' },
    });
  });

  it.each([
    ['an installed version', '4.34.2'],
    ['one without a version', undefined],
  ])(
    'is started in place of the embedded one, with a way to the cluster that ends with the operation: %s',
    { timeout: LONG_MS },
    async (_, version) => {
      rmSync(log, { force: true });
      const directory = installed(join(folder, `run-${version ?? 'bare'}`));
      const vendorPlugin = { directory, ...(version === undefined ? {} : { version }) };
      const stack = harness.stack();
      const up = await harness.run('up', stack, {}, { vendorPlugin });
      expect(up.counts).toEqual({ create: 3 });
      expect(await harness.exists(stack, 'ConfigMap', 'settings-0')).toBe(true);
      expect((await harness.run('preview', stack, {}, { vendorPlugin })).counts).toEqual({ same: 3 });
      expect((await harness.run('down', stack, {}, { vendorPlugin })).counts).toEqual({ delete: 3 });
      expect(await harness.exists(stack, 'Namespace', stack.name)).toBe(false);

      const started = readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(started).toHaveLength(3);
      for (const one of started) {
        expect(one).toMatchObject({ context: 'testbed', mode: '600', server: testSurroundings().connection.server });
        const { file, pid } = one as { file: string; pid: number };
        expect(existsSync(file)).toBe(false);
        expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      }
    },
  );
});
