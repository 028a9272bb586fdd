import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../kubernetes/client';
import { failedWith } from '../../kubernetes/failures';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/types';
import { loadCatalogue } from '../../policies/catalogue/load';
import { createEvaluator } from '../../policies/evaluation';
import { judgedObject } from '../../policies/lint/judged-json';
import { testSurroundings } from '../support/cluster';
import { generatedPod } from '../support/generated-pods';
import { rulesAtLevel, type PodSecurityLevel } from '../support/pod-security';
import { eventually } from '../support/rejection';

/** Our rules in the JavaScript evaluator beside Kubernetes' own Pod Security in the real API server, on pods that neither has seen. */
const catalogue = loadCatalogue();
const evaluator = createEvaluator({ variables: catalogue.variables });
const run = randomBytes(4).toString('hex');
let client: KubernetesClient;

const namespaceOf = (level: PodSecurityLevel): string => `standard-${level}-${run}`;

beforeAll(async () => {
  client = createClient(testSurroundings().connection);
  for (const level of ['baseline', 'restricted'] as const) {
    const labels = {
      'pod-security.kubernetes.io/enforce': level,
      'pod-security.kubernetes.io/enforce-version': 'v1.34',
    };
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(level), labels } });
    // No pod is taken before a controller has made the namespace's first account.
    await eventually('a default account', () =>
      client.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: namespaceOf(level), name: 'default' }),
    );
  }
});

afterAll(async () => {
  for (const level of ['baseline', 'restricted'] as const)
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespaceOf(level) });
  await client.close();
});

/** Undefined: the pod is no valid pod. */
async function standardAllows(pod: KubernetesObject, level: PodSecurityLevel): Promise<boolean | undefined> {
  const placed = { ...pod, metadata: { ...pod.metadata, name: 'app', namespace: namespaceOf(level) } };
  try {
    await client.create(placed, { dryRun: true });
    return true;
  } catch (error) {
    const failure = failedWith(error);
    if (failure?.status === 422) return undefined;
    if (failure?.status === 403) return false;
    throw error;
  }
}

function rulesAllow(pod: KubernetesObject, level: PodSecurityLevel): boolean {
  const ids = rulesAtLevel(level);
  const object = judgedObject(pod);
  if (object === undefined) throw new Error('the generated pod is no object');
  const rules = catalogue.rules.filter(({ id }) => ids.has(id));
  return evaluator.judge(rules, { object, params: catalogue.params.open }).every(({ verdict }) => verdict === 'pass');
}

describe('generated pods', () => {
  it.each(['baseline', 'restricted'] as const)('are judged as Pod Security judges them at %s', async (level) => {
    const judged = { allowed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(generatedPod, async (pod) => {
        const standard = await standardAllows(pod, level);
        if (standard === undefined) return;
        judged[standard ? 'allowed' : 'refused'] += 1;
        expect(rulesAllow(pod, level)).toBe(standard);
      }),
      { numRuns: 200 },
    );
    // Both answers were seen, so that agreeing means something.
    expect(judged.allowed).toBeGreaterThan(20);
    expect(judged.refused).toBeGreaterThan(20);
  });
});
