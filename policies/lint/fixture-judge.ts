import { defaultParams } from '../catalogue/params';
import type { Evaluator, JudgedObject, Subject } from '../evaluation/types';
import type { Fixture, Rule } from '../rule';
import type { JudgeFixture } from './fixtures';
import { judgedObject } from './judged-json';

/** Judges fixtures with an evaluator: the rule's params at their defaults, with what the fixture sets. */
export function fixtureJudge(evaluator: Evaluator): JudgeFixture {
  return (rule, fixture) => {
    const subject = fixtureSubject(rule, fixture);
    if (subject === undefined) return { verdict: 'error', reason: 'the fixture is no object' };
    const [judgement] = evaluator.judge([rule], subject);
    return judgement ?? { verdict: 'error', reason: 'the evaluator gave no judgement' };
  };
}

/** What is judged of a fixture; undefined when it is no object. */
export function fixtureSubject(rule: Rule, fixture: Fixture): Subject | undefined {
  const object = judgedObject(fixture.object);
  if (object === undefined) return undefined;
  const objects = (fixture.objects ?? []).map(judgedObject).filter((other) => other !== undefined);
  return {
    object,
    params: { ...defaultParams([rule]), ...fixture.params },
    ...(rule.scope === 'object' ? {} : { objects, namespaces: namespacesOf(object, objects) }),
  };
}

/** All namespaces that a fixture speaks of. */
export function namespacesOf(object: JudgedObject, objects: readonly JudgedObject[]): readonly JudgedObject[] {
  return [object, ...objects].filter(({ kind }) => kind === 'Namespace');
}
