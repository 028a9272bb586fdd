import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../engine/engine';
import { sharedProgram, testbedProgram } from '../../operations/program';
import { loadCatalogue } from '../../policies/catalogue/load';
import { judgePlan, type PlanJudgement } from '../../policies/plan/judge-plan';
import { judgeGrade, loadPreset, presetNames } from '../../spec';
import type { ProgramReference } from '../../engine/types';
import { GRADES, type Grade } from '../../components/vocabulary';

/* Our own programs, rehearsed in a real runner and judged by the shipped rules. */
const engine = createEngine({ runners: 1 });
afterAll(() => engine.close());
const catalogue = loadCatalogue();

async function judged(program: ProgramReference, stack: string, grade: Grade): Promise<PlanJudgement> {
  const planned = await engine.rehearse({ program, stack });
  expect(planned.length).toBeGreaterThan(10);
  return judgePlan(planned, { catalogue, grade, now: new Date() });
}

const said = ({ results }: PlanJudgement, verdict: string): string[] =>
  results.filter((one) => one.verdict === verdict).map(({ rule, about }) => `${rule.id} ${about.kind}/${about.name}`);

describe.each(GRADES)('at grade %s', (grade) => {
  it.each(presetNames)(
    'the preset %s has nothing that a mandatory rule refuses, and nothing unknown',
    async (preset) => {
      const loaded = loadPreset(preset, { now: new Date() });
      if (!loaded.ok) throw new Error(`the preset ${preset} does not load`);
      const admitted = judgeGrade({ ...loaded.spec, grade });
      if (!admitted.ok) throw admitted.refusal;
      const judgement = await judged(testbedProgram('tb-abc123', admitted.spec), 'tb-abc123', grade);
      // The preset's example of an address outside is one that no site has approved; at the stricter grade it has to be.
      const foreign = preset === 'startup' && grade === 'sensitive';
      expect(judgement.refusals.map(({ rule, finding }) => `${rule.id}: ${finding}`)).toEqual(
        foreign ? ['netpol-egress-allowlist: egress to 192.0.2.0/24'] : [],
      );
      expect(said(judgement, 'unknown')).toEqual([]);
      expect(judgement.judged).toBeGreaterThan(40);
    },
  );

  it('what the cluster shares has nothing that a mandatory rule refuses, and nothing unknown', async () => {
    const judgement = await judged(sharedProgram({ admins: ['admin@agency.example'] }), 'shared', grade);
    expect(judgement.refusals).toEqual([]);
    expect(said(judgement, 'unknown')).toEqual([]);
  });
});
