import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../package/root';
import { testSurroundings } from '../support/cluster';
import { openHarness, thrown } from './harness';

const PROGRAM = join(packageRoot(), 'test/fixtures/programs/refused.cjs');
const LONG_MS = 60_000;

describe('with the real CLI', () => {
  const harness = openHarness();

  it.each([
    ['helm v3 Release', 'kubernetes:helm.sh/v3:Release'],
    ['helm v3 Chart', 'kubernetes:helm:template'],
    ['helm v4 Chart', 'kubernetes:helm.sh/v4:Chart'],
    ['yaml ConfigFile', 'kubernetes:yaml:decode'],
    ['yaml ConfigGroup', 'kubernetes:yaml:decode'],
    ['yaml v2 ConfigFile', 'kubernetes:yaml/v2:ConfigFile'],
    ['yaml v2 ConfigGroup', 'kubernetes:yaml/v2:ConfigGroup'],
    ['kustomize Directory', 'kubernetes:kustomize:directory'],
    ['kustomize v2 Directory', 'kubernetes:kustomize/v2:Directory'],
    ['ConfigMapPatch', 'kubernetes:core/v1:ConfigMapPatch'],
    ['ConfigMapList', 'kubernetes:core/v1:ConfigMapList'],
  ])('a %s is refused by its name and with the way out', { timeout: LONG_MS }, async (what, token) => {
    const { connection } = testSurroundings();
    const error = await thrown(
      harness.engine.run({
        kind: 'up',
        stack: harness.stack(),
        program: { module: PROGRAM, args: { what } },
        connection,
        pulumi: harness.pulumi,
      }),
    );
    expect([error.code, error.hint?.en]).toEqual(['UsageWrong', 'testbed up --provider vendor']);
    expect(error.text.en).toContain(`"${token}"`);
    expect(error.text.ko).toContain(token);
    expect(error.text.ko).toMatch(/[가-힣]/);
  });
});
