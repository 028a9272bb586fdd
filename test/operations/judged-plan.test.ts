import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { cliOnCluster, writeSpec, type CliOnCluster } from '../support/cli-on-cluster';
import { testSurroundings } from '../support/cluster';

/* The real command with the real engine on the real API server, at a site with rules of its own. */
const ruleOf = (enforcement: 'mandatory' | 'advisory'): string => `id: site-one-replica-only
scope: object
points: [plan, audit]
title:
  en: A testbed's workloads have two replicas
  ko: 워크로드 복제본 수
message:
  en: one replica is down whenever its node is; set replicas to 2
  ko: 복제본이 하나이면 노드와 함께 멈춥니다. replicas를 2로 지정하십시오
severity: medium
enforcement: { open: ${enforcement}, sensitive: ${enforcement} }
match: [apps/v1/StatefulSet]
expression: has(object.spec.replicas) && object.spec.replicas >= 2
finding: "'spec.replicas=' + (has(object.spec.replicas) ? string(object.spec.replicas) : 'unset')"
since: '1.30'
mappings: []
fixtures:
  pass:
    - name: two
      object: { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: a }, spec: { replicas: 2 } }
  fail:
    - name: one
      finding: spec.replicas=1
      object: { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: a }, spec: { replicas: 1 } }
`;

let folder: string;
let name: string;
let cli: CliOnCluster;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-judged-'));
  name = `judged-${folder
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
  cli = cliOnCluster({ folder, kubeconfig: testSurroundings().kubeconfig });
  writeSpec(folder, name);
});
afterEach(async () => {
  if (existsSync(join(folder, 'site', 'records', `${name}.json`))) await cli.run(['down', name, '--yes']);
  rmSync(folder, { recursive: true, force: true });
});

function siteRule(content: string): string {
  const file = join(folder, 'site', 'rules', 'replicas', 'site-one-replica-only.yaml');
  mkdirSync(join(folder, 'site', 'rules', 'replicas'), { recursive: true, mode: 0o700 });
  writeFileSync(file, content);
  return file;
}

/** Everything of a testbed that a site keeps: records, keys, states. The key of the site itself belongs to none. */
function kept(): string[] {
  return ['records', 'keys', 'state'].flatMap((one) => {
    const path = join(folder, 'site', one);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.includes('tb-'))
      .map((entry) => join(entry.parentPath, entry.name));
  });
}

/** Namespaces of the cluster that bear our testbed's name. */
async function namespaces(): Promise<number> {
  const client = createClient(testSurroundings().connection);
  try {
    let found = 0;
    for await (const { metadata } of client.list('v1', 'Namespace', { metadataOnly: true }))
      if (metadata.annotations?.['testbed.io/name'] === name) found += 1;
    return found;
  } finally {
    await client.close();
  }
}

describe('a plan that a mandatory rule of the site refuses', () => {
  it.each(['up', 'preview'])('ends `%s` with 3 and leaves nothing', async (verb) => {
    siteRule(ruleOf('mandatory'));
    const english = await cli.run([verb], { TESTBED_LANG: 'en' });
    expect(english.code).toBe(3);
    expect(english.stdout).toBe('');
    expect(english.stderr).toContain('error: a mandatory rule refuses this plan; nothing was touched\n');
    expect(english.stderr).toMatch(
      /site-one-replica-only: StatefulSet tb-[a-z0-9]{6}\/database: spec\.replicas=1 - one replica is down whenever its node is; set replicas to 2\n/,
    );
    expect(english.stderr).toContain('hint: testbed policy show site-one-replica-only\n');
    const korean = await cli.run([verb], { TESTBED_LANG: 'ko' });
    expect(korean.code).toBe(3);
    expect(korean.stderr).toContain('필수 규칙 1개가 이 계획을 거부했습니다. 변경된 것은 없습니다\n');
    expect(korean.stderr).toMatch(
      /StatefulSet tb-[a-z0-9]{6}\/database: spec\.replicas=1 - 복제본이 하나이면 노드와 함께 멈춥니다\. replicas를 2로 지정하십시오\n/,
    );
    expect(kept()).toEqual([]);
    expect(await namespaces()).toBe(0);
  });
});

describe('a plan that an advisory rule of the site minds', () => {
  it('is carried out; preview lists it, up counts it, JSON has it', async () => {
    siteRule(ruleOf('advisory'));
    const previewed = await cli.run(['preview'], { TESTBED_LANG: 'en' });
    expect(previewed.code).toBe(0);
    expect(previewed.stdout).toMatch(/^site-one-replica-only +not met +StatefulSet\/database +spec\.replicas=1$/m);
    const korean = await cli.run(['preview'], { TESTBED_LANG: 'ko' });
    expect(korean.stdout).toMatch(/^site-one-replica-only +미충족 +StatefulSet\/database +spec\.replicas=1$/m);
    const made = await cli.run(['up'], { TESTBED_LANG: 'en' });
    expect(made.stdout).toMatch(/^rules: \d+ remarks?, listed by: npx testbed preview$/m);
    expect(made.code).toBe(0);
    const again = await cli.run(['up', '-o', 'json']);
    const { plan } = JSON.parse(again.stdout) as { plan: { judged: number; remarks: { rule: string }[] } };
    expect(plan.judged).toBeGreaterThan(50);
    expect(plan.remarks).toContainEqual(
      expect.objectContaining({
        rule: 'site-one-replica-only',
        verdict: 'fail',
        enforcement: 'advisory',
        finding: 'spec.replicas=1',
        object: expect.objectContaining({ kind: 'StatefulSet', name: 'database' }) as object,
      }),
    );
  });
});

describe('a rule of the site that cannot be read', () => {
  it.each(['up', 'preview'])('ends `%s` with 2, naming its place, and leaves nothing', async (verb) => {
    const file = siteRule(ruleOf('mandatory').replace('severity: medium', 'severity: awful'));
    const done = await cli.run([verb], { TESTBED_LANG: 'en' });
    expect(done.code).toBe(2);
    expect(done.stderr).toContain(`${file}:10:11: severity: `);
    expect(kept()).toEqual([]);
    expect(await namespaces()).toBe(0);
  });
});
