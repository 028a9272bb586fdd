import { defaultParams } from '../../../policies/catalogue/params';
import type { RuleFile } from '../../../policies/catalogue/rule-file';
import type { Subject } from '../../../policies/evaluation';
import { fixtureSubject } from '../../../policies/lint/fixture-judge';
import type { Fixture, Rule } from '../../../policies/rule';
import { furtherCases } from './further';
import { podSecurityChecks, podSecurityFixtures, rulesAtLevel } from '../../support/pod-security';

/** Something that a test holds a rule to. */
export interface Case {
  readonly name: string;
  readonly subject: Subject;
  readonly verdict: 'pass' | 'fail';
  /** Undefined where only the verdict is known. */
  readonly finding?: string;
}

/** A rule with everything that it is held to. */
export interface HeldRule {
  readonly rule: Rule;
  readonly cases: readonly Case[];
}

/** Rules with their fixtures, the further cases, and those of the Pod Security pods whose verdict for the rule is known. */
export function heldRules(files: readonly RuleFile[]): readonly HeldRule[] {
  const pods = podSecurityFixtures();
  const further = furtherCases();
  const checks = podSecurityChecks();
  const levels = { baseline: rulesAtLevel('baseline'), restricted: rulesAtLevel('restricted') };
  return files.map(({ rule, fixtures }) => {
    const names = new Set(checks.flatMap(({ check, rules }) => (rules.includes(rule.id) ? [check.toLowerCase()] : [])));
    const params = defaultParams([rule]);
    const standard = pods.flatMap(({ name, pod, level, passes, check }): Case[] => {
      const known = passes ? levels[level].has(rule.id) : names.has(check);
      return known ? [{ subject: { object: pod, params }, verdict: passes ? 'pass' : 'fail', name }] : [];
    });
    const fixed = (['pass', 'fail'] as const).flatMap((verdict) =>
      fixtures[verdict].map((fixture): Case => {
        const named = { subject: subjectOf(rule, fixture), verdict, name: fixture.name };
        return fixture.finding === undefined ? named : { ...named, finding: fixture.finding };
      }),
    );
    const beside = further
      .filter((one) => one.rule === rule.id)
      .map(({ verdict, fixture }): Case => ({ subject: subjectOf(rule, fixture), verdict, name: fixture.name }));
    return { rule, cases: [...fixed, ...beside, ...standard] };
  });
}

function subjectOf(rule: Rule, fixture: Fixture): Subject {
  const subject = fixtureSubject(rule, fixture);
  if (subject === undefined) throw new Error(`${rule.id}, ${fixture.name}: no object`);
  return subject;
}
