import { defaultParams } from '../catalogue/params';
import type { Evaluator, JudgedObject } from '../evaluation/types';
import type { JudgeFixture } from './fixtures';
import { judgedObject } from './judged-json';

/** Judges fixtures with an evaluator: the rule's params at their defaults, with what the fixture sets. */
export function fixtureJudge(evaluator: Evaluator): JudgeFixture {
  return (rule, fixture) => {
    const object = judgedObject(fixture.object);
    if (object === undefined) return { verdict: 'error', reason: 'the fixture is no object' };
    const params = { ...defaultParams([rule]), ...fixture.params };
    const objects = (fixture.objects ?? []).map(judgedObject).filter((other) => other !== undefined);
    const [judgement] = evaluator.judge([rule], {
      object,
      params,
      ...(rule.scope === 'object' ? {} : { objects, namespaces: namespacesOf(object, objects) }),
    });
    return judgement ?? { verdict: 'error', reason: 'the evaluator gave no judgement' };
  };
}

/** All namespaces that a fixture speaks of. */
export function namespacesOf(object: JudgedObject, objects: readonly JudgedObject[]): readonly JudgedObject[] {
  return [object, ...objects].filter(({ kind }) => kind === 'Namespace');
}
