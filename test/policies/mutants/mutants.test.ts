import { describe, expect, it } from 'vitest';
import { readShipped } from '../../../policies/catalogue/shipped';
import { createEvaluator } from '../../../policies/evaluation';
import { heldRules } from './cases';
import { equivalentMutations } from './equivalent';
import { judgeRuleMutants, judgeVariableMutants, type Outcome } from './mutants';

/*
 * Mutation testing of the catalogue: every rule and every shared variable, with one thing wrong at a time, against the fixtures of the rules, the
 * Pod Security pods and the table beside this file. A mutant that nothing notices is a missing fixture or a part of a rule that is of no use.
 */
const { compiled, files } = readShipped();
const held = heldRules(files);
const equivalent = equivalentMutations();
const mutated: readonly (readonly [string, () => Outcome])[] = [
  ...held.map((one) => [String(one.rule.id), () => judgeRuleMutants(one, compiled.variables)] as const),
  ...compiled.variables.map(
    (variable) =>
      [`variables.${variable.name}`, () => judgeVariableMutants(variable, compiled.variables, held)] as const,
  ),
];

describe('mutants of rules', () => {
  const outcomes = mutated.map(([name, judge]) => ({ name, ...judge() }));

  it.each(outcomes)(
    '$name: $mutants of $mutants are noticed or listed as equivalent',
    ({ name, mutants, survivors }) => {
      expect(mutants).toBeGreaterThan(0);
      // Both ways: a listed one that is noticed, or that there is no more, is to be taken off the list.
      expect(survivors.toSorted()).toEqual((equivalent.get(name) ?? []).toSorted());
    },
  );

  it('are 3,000 and more', () => {
    expect(outcomes.reduce((sum, { mutants }) => sum + mutants, 0)).toBeGreaterThanOrEqual(3000);
  });

  it('are listed as equivalent for rules and variables that there are', () => {
    const names = new Set(mutated.map(([name]) => name));
    expect([...equivalent.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('what rules are held to beside their fixtures', () => {
  const evaluator = createEvaluator({ variables: compiled.variables });

  it.each(held.map(({ rule, cases }) => ({ id: rule.id, rule, cases })))('$id judges as it says', ({ rule, cases }) => {
    const wrong = cases.flatMap(({ name, subject, verdict }) => {
      const [judged] = evaluator.judge([rule], subject);
      return judged?.verdict === verdict ? [] : [`${name}: ${judged?.verdict ?? 'none'}, not ${verdict}`];
    });
    expect(wrong).toEqual([]);
  });
});
