import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPONENTS_VERSION } from '../../components/version';
import { packageRoot } from '../../package/root';

/** What each version made, as the digest of the golden manifests of its time. Nothing is ever changed here but by a new line. */
const MADE: Readonly<Record<number, string>> = {
  1: '480b04b1285425c04d33b2d0bc76cdd48ef141d2e2562d52357b7c5ba0275f88',
};

/** Of all golden files, by name and content. */
function digestOfManifests(): string {
  const folder = join(packageRoot(), 'test', 'fixtures', 'manifests');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).toSorted())
    hash.update(`${name}\0${readFileSync(join(folder, name), 'utf8')}\0`);
  return hash.digest('hex');
}

describe('the version of the components', () => {
  it('is raised with every change of the manifests: else no upgrade would find the testbeds that were made before it', () => {
    expect(MADE[COMPONENTS_VERSION], 'raise COMPONENTS_VERSION and put its digest below the others').toBe(
      digestOfManifests(),
    );
  });

  it('was never the same for different manifests', () => {
    expect(new Set(Object.values(MADE)).size).toBe(Object.keys(MADE).length);
    expect(Math.max(...Object.keys(MADE).map(Number))).toBe(COMPONENTS_VERSION);
  });
});
