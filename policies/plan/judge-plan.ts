import type { Grade } from '../../components/vocabulary';
import type { Catalogue } from '../catalogue/load';
import { createJudge } from '../judge/judge';
import type { Exemption, Result } from '../judge/types';
import { planResults } from './plan-results';
import type { Planned } from './planned';
import { itemsOf } from './planned-items';

export interface PlanOptions {
  readonly catalogue: Catalogue;
  /** Of what bears no grade label and lies in no namespace of the plan that bears one. */
  readonly grade: Grade;
  readonly now: Date;
  readonly exemptions?: readonly Exemption[];
}

export interface PlanJudgement {
  /** All but the passed, in the order of the plan. */
  readonly results: readonly Result[];
  /** Rules evaluated on objects, passed ones too. */
  readonly judged: number;
  /** Mandatory rules that failed or could not be evaluated: with one of them nothing may be made. */
  readonly refusals: readonly Result[];
}

/** `judgePlan` for many plans by the same rules: they are compiled once. */
export function createPlanJudge(options: PlanOptions): (resources: readonly Planned[]) => PlanJudgement {
  const judge = createJudge({ ...options, point: 'plan' });
  return (resources) => {
    const results = planResults(resources.flatMap(itemsOf), judge);
    const notPassed = results.filter(({ verdict }) => verdict !== 'pass');
    return { results: notPassed, judged: results.length, refusals: notPassed.filter(refuses) };
  };
}

/**
 * Judges everything that a program would register, before anything is. Pure: reads no clock, no file and no cluster. Throws RuleInvalid
 * when a rule does not compile.
 */
export function judgePlan(resources: readonly Planned[], options: PlanOptions): PlanJudgement {
  return createPlanJudge(options)(resources);
}

/** Whether with this result nothing may be made. What is not known yet lets a plan through: admission decides it. */
function refuses({ verdict, enforcement }: Result): boolean {
  return enforcement === 'mandatory' && (verdict === 'fail' || verdict === 'error');
}
