import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createEngine } from '../engine/engine';
import { testbedProgram } from '../operations/program';
import { packageRoot } from '../package/root';
import { loadCatalogue } from '../policies/catalogue/load';
import { judgePlan } from '../policies/plan/judge-plan';
import { judgeGrade, loadPreset } from '../spec';
import { figures, processUse, type Figures } from './figures';

export interface PlanFigures {
  /** Milliseconds; the CPU time of a process is what a busy machine leaves comparable. */
  readonly rows: Readonly<
    Record<
      | 'plan judging: rehearsal, warm'
      | 'plan judging: rules, warm'
      | 'plan judging: rules, first of a process'
      | 'policy pack start: until its port'
      | 'policy pack start: CPU time',
      Figures
    >
  >;
  readonly objects: number;
  readonly judged: number;
}

/** What judging costs before anything is made: the largest preset at the stricter grade, and the start of the pack. */
export async function measurePlan(runs: number): Promise<PlanFigures> {
  const loaded = loadPreset('startup', { now: new Date() });
  if (!loaded.ok) throw new Error('the preset does not load');
  const admitted = judgeGrade({ ...loaded.spec, grade: 'sensitive' });
  if (!admitted.ok) throw admitted.refusal;
  const request = { program: testbedProgram('tb-bench0', admitted.spec), stack: 'tb-bench0' };
  const options = { grade: 'sensitive', now: new Date() } as const;
  const engine = createEngine({ runners: 1 });
  try {
    await engine.warm(1);
    let planned = await engine.rehearse(request);
    const before = performance.now();
    const { judged } = judgePlan(planned, { ...options, catalogue: loadCatalogue() });
    const first = performance.now() - before;
    const rehearsal: number[] = [];
    const rules: number[] = [];
    for (let run = 0; run < runs; run++) {
      const begin = performance.now();
      planned = await engine.rehearse(request);
      const rehearsed = performance.now();
      judgePlan(planned, { ...options, catalogue: loadCatalogue() });
      rehearsal.push(rehearsed - begin);
      rules.push(performance.now() - rehearsed);
    }
    const starts = await packStarts(runs);
    return {
      objects: planned.length,
      judged,
      rows: {
        'plan judging: rehearsal, warm': figures(rehearsal),
        'plan judging: rules, warm': figures(rules),
        'plan judging: rules, first of a process': figures([first]),
        'policy pack start: until its port': figures(starts.map(({ elapsedMs }) => elapsedMs)),
        'policy pack start: CPU time': figures(starts.map(({ cpuMs }) => cpuMs)),
      },
    };
  } finally {
    await engine.close();
  }
}

interface PackStart {
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

async function packStarts(runs: number): Promise<readonly PackStart[]> {
  const starts: PackStart[] = [];
  for (let run = 0; run < runs; run++) starts.push(await packStart());
  return starts;
}

async function packStart(): Promise<PackStart> {
  const begin = performance.now();
  const pack = spawn(join(packageRoot(), 'bin', 'testbed-policy-pack'), ['127.0.0.1:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(pack.stdout, 'data');
  const elapsedMs = performance.now() - begin;
  const cpuMs = (processUse(pack.pid ?? 0)?.cpuSeconds ?? Number.NaN) * 1000;
  const ended = once(pack, 'exit');
  pack.kill();
  await ended;
  return { elapsedMs, cpuMs };
}
