import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../package/root';
import { loadCatalogue } from '../../policies/catalogue/load';
import { createEvaluator, type JudgedObject } from '../../policies/evaluation';
import { podSecurityChecks, podSecurityFixtures, rulesAtLevel } from '../support/pod-security';

/** The JavaScript evaluator against the corpus of Kubernetes; that the API server judges alike is another test's matter. */
const catalogue = loadCatalogue();
const evaluator = createEvaluator({ variables: catalogue.variables });
const fixtures = podSecurityFixtures();
const checks = podSecurityChecks();

function failing(pod: JudgedObject, ids: ReadonlySet<string>): string[] {
  const rules = catalogue.rules.filter(({ id }) => ids.has(id));
  return evaluator.judge(rules, { object: pod, params: catalogue.params.open }).flatMap(({ rule, verdict, reason }) => {
    if (verdict !== 'pass' && verdict !== 'fail') throw new Error(`${rule}: ${verdict} ${reason ?? ''}`);
    return verdict === 'fail' ? [String(rule)] : [];
  });
}

describe('the Pod Security Standards, v1.34', () => {
  it('has all of its 144 public pods here', () => {
    expect(fixtures).toHaveLength(144);
    expect(fixtures.filter(({ passes }) => passes)).toHaveLength(36);
  });

  it('has every check of the standard in the table, at its level', () => {
    const standard = z.object({ controls: z.array(z.object({ level: z.string(), id: z.string() })) });
    const text = readFileSync(join(packageRoot(), 'policies/controls/pss.json'), 'utf8');
    const wanted = standard.parse(JSON.parse(text)).controls.map(({ id, level }) => `${id} ${level}`);
    expect(checks.map(({ check, level }) => `${check} ${level}`).toSorted()).toEqual(wanted.toSorted());
  });

  it('names rules that exist and say themselves which check they stand for', () => {
    const wrong = checks.flatMap(({ check, rules }) =>
      rules.filter((id) => {
        const rule = catalogue.rules.find((known) => known.id === id);
        return !rule?.mappings.some(({ catalogue: of, control }) => of === 'pss' && control === check);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it.each(fixtures.filter(({ passes }) => passes))('lets $name through', ({ pod, level }) => {
    expect(failing(pod, rulesAtLevel(level))).toEqual([]);
  });

  it.each(fixtures.filter(({ passes }) => !passes))(
    'refuses $name by the rules of its check',
    ({ pod, level, check }) => {
      const named = checks.find((known) => known.check.toLowerCase() === check);
      expect(failing(pod, rulesAtLevel(level))).toEqual(
        expect.arrayContaining(named?.rules ?? ['a check of the table']),
      );
    },
  );
});
