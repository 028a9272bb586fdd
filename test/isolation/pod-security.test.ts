import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isTestbedError } from '../../errors';
import { fieldsAt, listAt, type Fields } from '../../kubernetes/json';
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

/** The pod with all that our rules ask for beyond the Pod Security Standards, and nothing else changed. */
function asTheRulesWant(pod: KubernetesObject): KubernetesObject {
  const bounded = (container: Fields): Fields => ({
    ...container,
    image: 'docker.io/library/app:1.0',
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
  });
  const spec = fieldsAt(pod, 'spec');
  const lists = ['containers', 'initContainers'].flatMap((list) =>
    spec[list] === undefined ? [] : [[list, listAt(spec, list).map(bounded)] as const],
  );
  return { ...pod, spec: { ...spec, ...Object.fromEntries(lists) } };
}

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

  it.each(fixtures('restricted', 'pass'))(
    'admits $title with an approved image and bounded resources',
    async ({ pod }) => {
      expect(await verdictOn(asTheRulesWant(pod))).toBe('admitted');
    },
  );

  // Upstream's pods name images of registry.k8s.io and no resources: there, and nowhere else, our rules are stricter.
  it.each(fixtures('restricted', 'pass'))('refuses $title as it is by a rule of ours, by name', async ({ pod }) => {
    expect(await verdictOn(pod)).toMatch(/denied request: (image-registry-allowlist|pod-resource-limits): container /);
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
