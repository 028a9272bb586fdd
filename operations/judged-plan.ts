import type { Grade } from '../components/vocabulary';
import type { Engine, PlannedResource, ProgramReference } from '../engine/types';
import { TestbedError, text, type Text } from '../errors';
import type { Catalogue } from '../policies/catalogue/load';
import type { PlanJudgement } from '../policies/plan/judge-plan';
import type { Result } from '../policies/judge/types';
import { resultLine } from '../policies/judge/report';
import { siteRules } from './site-rules';
import type { Site } from './site';
import type { Surroundings } from './surroundings';

/** What is said of a plan that was let through. */
export interface PlanReport {
  /** How many times a rule met an object. */
  readonly judged: number;
  /** Advisory rules that are not met, exemptions that were used, and what can be judged only after creation. */
  readonly remarks: readonly PlanRemark[];
}

export interface PlanRemark {
  readonly rule: string;
  readonly verdict: Result['verdict'];
  readonly enforcement: Result['enforcement'];
  readonly object: Result['about'];
  readonly finding?: string;
  /** Why it is not known, could not be judged or is exempt. */
  readonly reason?: string;
  /** All of it on one line. */
  readonly text: Text;
}

export interface JudgedProgram {
  readonly program: ProgramReference;
  readonly stack: string;
  /** Of objects that bear no grade themselves. */
  readonly grade: Grade;
  /** The cluster's own node brings images that come from no registry. */
  readonly nodeImages: boolean;
}

/** The rules that hold, for plans one after the other: read and compiled once for each grade. */
export interface PlanRules {
  judgeOf(
    plan: Pick<JudgedProgram, 'grade' | 'nodeImages'>,
  ): Promise<(planned: readonly PlannedResource[]) => PlanJudgement>;
}

export function openPlanRules(site: Site, { now }: Pick<Surroundings, 'now'>): PlanRules {
  const judges = new Map<string, ReturnType<PlanRules['judgeOf']>>();
  return {
    judgeOf({ grade, nodeImages }) {
      const key = `${grade} ${nodeImages}`;
      const known = judges.get(key);
      if (known !== undefined) return known;
      const judge = Promise.all([catalogueOf(site, nodeImages), import('../policies/plan/judge-plan.js')]).then(
        ([catalogue, { createPlanJudge }]) => createPlanJudge({ catalogue, grade, now: now() }),
      );
      judges.set(key, judge);
      return judge;
    },
  };
}

/** More refusals than a person reads at once. */
const MAX_DETAILS = 50;

/**
 * Judges everything that a program would make, before anything is made. Throws PolicyRefused with every mandatory rule that is not met or
 * could not be evaluated.
 */
export async function judgeProgram(
  engine: Engine,
  site: Site,
  { program, stack, grade, nodeImages }: JudgedProgram,
  surroundings: Surroundings,
  rules: PlanRules = openPlanRules(site, surroundings),
): Promise<PlanReport> {
  // The rules are loaded while the program is rehearsed in the engine's thread.
  const [planned, judge] = await Promise.all([
    engine.rehearse({ program, stack }),
    rules.judgeOf({ grade, nodeImages }),
  ]);
  const judgement = judge(planned);
  if (judgement.refusals.length > 0) throw refused(judgement);
  return { judged: judgement.judged, remarks: judgement.results.map(remarkOf) };
}

async function catalogueOf(site: Site, nodeImages: boolean): Promise<Catalogue> {
  const { loadCatalogue } = await import('../policies/catalogue/load.js');
  return loadCatalogue({ siteFolder: siteRules(site), nodeImages });
}

function remarkOf(result: Result): PlanRemark {
  const { rule, verdict, enforcement, about, finding, reason } = result;
  return {
    rule: rule.id,
    verdict,
    enforcement,
    object: about,
    ...(finding === undefined ? {} : { finding }),
    ...(reason === undefined ? {} : { reason }),
    text: resultLine(result),
  };
}

function refused({ refusals }: PlanJudgement): TestbedError {
  const lines = refusals.slice(0, MAX_DETAILS).map(resultLine);
  const omitted = refusals.length - lines.length;
  const rules = new Set(refusals.map(({ rule }) => rule.id)).size;
  const [first] = refusals;
  return new TestbedError(
    'PolicyRefused',
    text(
      `${rules === 1 ? 'a mandatory rule refuses' : `${rules} mandatory rules refuse`} this plan; nothing was touched`,
      `필수 규칙 ${rules}개가 이 계획을 거부했습니다. 변경된 것은 없습니다`,
    ),
    {
      details: omitted > 0 ? [...lines, text(`and ${omitted} more`, `그 밖에 ${omitted}건`)] : lines,
      ...(first === undefined
        ? {}
        : { hint: text(`testbed policy show ${first.rule.id}`, `testbed policy show ${first.rule.id}`) }),
    },
  );
}
