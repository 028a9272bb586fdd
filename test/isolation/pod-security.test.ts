import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isTestbedError } from '../../errors';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { upSpec } from '../../operations/up';
import { packageRoot } from '../../package/root';
import { specOf } from '../support/specs';
import { openTestSite, type TestSite } from '../support/testbeds';

/** Upstream's own pods, each one field away from a legal one, created by a dry run inside a real testbed as its developer. */
const FIXTURES = join(packageRoot(), 'test', 'fixtures', 'pod-security-v1.34');

interface Fixture {
  readonly title: string;
  readonly pod: KubernetesObject;
}

function fixtures(level: 'baseline' | 'restricted', verdict: 'pass' | 'fail'): Fixture[] {
  const folder = join(FIXTURES, level, 'v1.34', verdict);
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      title: `${level}/${verdict}/${file}`,
      pod: parse(readFileSync(join(folder, file), 'utf8')) as KubernetesObject,
    }));
}

let site: TestSite;
let developer: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  site = openTestSite();
  const { testbed } = await upSpec(specOf({ name: 'pod-security', grade: 'open' }), site.target, site.surroundings);
  namespace = testbed.id;
  developer = await site.participant('pod-security');
});
afterAll(async () => {
  await site.close();
});

/** `admitted`, or the server's words. */
async function verdictOn(pod: KubernetesObject): Promise<string> {
  try {
    // Upstream judges these pods in memory, under names that no API server takes.
    const name = pod.metadata.name.replaceAll('_', '-');
    await developer.create(
      { ...pod, metadata: { ...pod.metadata, name, namespace } },
      { dryRun: true, fieldValidation: 'Ignore' },
    );
    return 'admitted';
  } catch (error) {
    if (isTestbedError(error, 'KubernetesRefused')) return error.message;
    throw error;
  }
}

describe('a testbed judges the 144 Pod Security fixtures of v1.34 as its developer creates them', () => {
  it('has all of them', () => {
    expect(
      [
        fixtures('restricted', 'pass'),
        fixtures('restricted', 'fail'),
        fixtures('baseline', 'pass'),
        fixtures('baseline', 'fail'),
      ].map((all) => all.length),
    ).toEqual([22, 74, 14, 34]);
  });

  it.each(fixtures('restricted', 'pass'))('admits $title', async ({ pod }) => {
    expect(await verdictOn(pod)).toBe('admitted');
  });

  it.each(fixtures('restricted', 'fail'))('refuses $title by Pod Security', async ({ pod }) => {
    expect(await verdictOn(pod)).toContain('violates PodSecurity "restricted:v1.34"');
  });

  it.each(fixtures('baseline', 'fail'))('refuses $title by Pod Security', async ({ pod }) => {
    expect(await verdictOn(pod)).toContain('violates PodSecurity "restricted:v1.34"');
  });

  it.each(fixtures('baseline', 'pass'))('refuses $title too and names the check of restricted', async ({ pod }) => {
    expect(await verdictOn(pod)).toMatch(
      /violates PodSecurity "restricted:v1\.34".*(allowPrivilegeEscalation != false|unrestricted capabilities|runAsNonRoot != true|seccompProfile|restricted volume types)/,
    );
  });
});
