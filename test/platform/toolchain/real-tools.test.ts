// The real programs of this run: the questions of the table are understood by them, and what they answer is suitable.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../package/root';
import { toolNames } from '../../../platform/toolchain';
import { askVersion } from '../../../platform/toolchain/ask-version';
import { readSettings } from '../../../platform/toolchain/settings';
import { TOOLS } from '../../../platform/toolchain/tools';
import { isWithin } from '../../../platform/toolchain/versions';
import { testSurroundings } from '../../support/cluster';

test.each(toolNames)('the real %s says a suitable version', async (name) => {
  const file = testSurroundings().tools[name];
  if (file === undefined) throw new Error(`the surroundings of this run have no ${name}`);
  const version = await askVersion(TOOLS[name], file, readSettings({}));
  expect(isWithin(version ?? '', TOOLS[name].suitable), `${file} says ${version}`).toBe(true);
});

test.each(toolNames)('the pinned %s is the version of its Go module, and suitable itself', (name) => {
  const { build, version, suitable } = TOOLS[name];
  const goMod = readFileSync(join(packageRoot(), 'platform', 'toolchain', build.module, 'go.mod'), 'utf8');
  const required = [...goMod.matchAll(/^\s*(?:require )?(\S+) v(\S+)/gm)].filter(
    ([, module]) => module !== undefined && (build.package === module || build.package.startsWith(`${module}/`)),
  );
  expect(required.map(([, , found]) => found)).toEqual([version]);
  expect(isWithin(version, suitable)).toBe(true);
});
