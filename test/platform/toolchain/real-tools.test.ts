// The real programs of this run: the questions of the table are understood by them, and what they answer is suitable.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../package/root';
import { toolNames } from '../../../platform/toolchain';
import { askVersion } from '../../../platform/toolchain/ask-version';
import { isSuitable } from '../../../platform/toolchain/path-lookup';
import { readSettings } from '../../../platform/toolchain/settings';
import type { ToolName } from '../../../platform/toolchain/tool';
import { TOOLS } from '../../../platform/toolchain/tools';
import { testSurroundings } from '../../support/cluster';

const MODULES = join(packageRoot(), 'platform', 'toolchain');
const CALICO_IN_GO = '1.11.0-cni-plugin.0.20250813170300-a0db560f0520';

test.each(toolNames)('the real %s says a suitable version', async (name) => {
  const file = testSurroundings().tools[name];
  if (file === undefined) throw new Error(`the surroundings of this run have no ${name}`);
  const version = await askVersion(TOOLS[name], file, readSettings({}));
  expect(isSuitable(TOOLS[name], version ?? ''), `${file} says ${version}`).toBe(true);
});

/** Where the Go module is not the package's own, or has another version than the release has. */
const PINNED_BY: Partial<Record<ToolName, { readonly module: string; readonly version: string }>> = {
  'calico-felix': { module: 'github.com/projectcalico/calico', version: CALICO_IN_GO },
  'calico-cni': { module: 'github.com/projectcalico/calico', version: CALICO_IN_GO },
  coredns: { module: 'github.com/coredns/coredns', version: '1.14.7' },
};

test.each(toolNames)('the pinned %s is the version of its Go module, and suitable itself', (name) => {
  const tool = TOOLS[name];
  const { build, version } = tool;
  const pinned = PINNED_BY[name];
  const wanted = pinned?.module ?? build.package;
  const goMod = readFileSync(join(MODULES, build.module, 'go.mod'), 'utf8');
  const required = [...goMod.matchAll(/^\s*(?:require )?(\S+) v(\S+)/gm)].filter(
    ([, module]) => module !== undefined && (wanted === module || wanted.startsWith(`${module}/`)),
  );
  expect(required.map(([, , found]) => found)).toEqual([pinned?.version ?? version]);
  expect(isSuitable(tool, version)).toBe(true);
});

test('the name server says its own revision, which changes with its source', () => {
  const folder = join(MODULES, 'coredns');
  const source = readFileSync(join(folder, 'main.go'), 'utf8');
  expect(TOOLS.coredns.version).toBe(`1.14.7+${/const revision = "(.*)"/.exec(source)?.[1]}`);

  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?:\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith('_test.go'))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  // A cache that holds this revision keeps it: whoever changes the source raises `revision`, the version in tools.ts, and this.
  expect(`${TOOLS.coredns.version} ${hash.digest('hex').slice(0, 16)}`).toBe('1.14.7+testbed.1 e59e83741ed14ca1');
});
