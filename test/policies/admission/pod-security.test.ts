import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isKubernetesObject } from '../../../kubernetes/objects';
import type { KubernetesObject } from '../../../kubernetes/types';
import { loadCatalogue } from '../../../policies/catalogue/load';
import type { JudgedObject } from '../../../policies/evaluation';
import { openAdmissionOracle, type AdmissionOracle } from '../../support/admission-oracle';
import { podSecurityChecks, podSecurityFixtures, rulesAtLevel } from '../../support/pod-security';

/* The corpus of Kubernetes under our admission policies, in a namespace whose own Pod Security is off: what refuses here is ours. */
const fixtures = podSecurityFixtures();
const checks = podSecurityChecks();
let oracle: AdmissionOracle;

/** Names of the corpus with `_` are none that an API server takes. */
function named(pod: JudgedObject): KubernetesObject {
  const plain: unknown = JSON.parse(JSON.stringify(pod));
  if (!isKubernetesObject(plain)) throw new Error('the corpus holds pods');
  const { metadata, ...rest } = plain;
  return { ...rest, metadata: { ...metadata, name: metadata.name.replaceAll('_', '-') } };
}

beforeAll(async () => {
  oracle = await openAdmissionOracle({ catalogue: loadCatalogue() });
});
afterAll(() => oracle.close());

describe('the Pod Security Standards, v1.34, on the API server', () => {
  it.each(fixtures.filter(({ passes }) => passes))('lets $name through', async ({ pod, level }) => {
    const failed = [...(await oracle.judge(named(pod))).keys()];
    expect(failed.filter((rule) => rulesAtLevel(level).has(rule))).toEqual([]);
  });

  it.each(fixtures.filter(({ passes }) => !passes))(
    'refuses $name by the rules of its check',
    async ({ pod, level, check }) => {
      const wanted = checks.find((known) => known.check.toLowerCase() === check);
      const failed = [...(await oracle.judge(named(pod))).keys()];
      expect(failed.filter((rule) => rulesAtLevel(level).has(rule))).toEqual(
        expect.arrayContaining(wanted?.rules ?? ['a check of the table']),
      );
    },
  );
});
