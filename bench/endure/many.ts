import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine';
import { clusterDown, clusterUp } from '../../operations/cluster';
import { sharedUp } from '../../operations/shared';
import { cycles, endAll, growth, manyAtOnce, type Point } from '../endurance';
import { quietSurroundings } from '../own-cluster';
import { openRealBench, type RealBench } from '../real-bench';
import type { Suite, SuiteContext } from './suite';

/** The most that a cluster with all testbeds may take. */
const MEMORY_LIMIT_MIB = 12 * 1024;

/** What a run has done so far; kept after each step. */
interface Progress {
  readonly began: string;
  readonly seed: number;
  readonly testbeds: number;
  readonly total: number;
  many?: readonly Point[];
  cycles: Point[];
}

/** Many testbeds with running databases at once, then cycles of creation and end, on a cluster of its own with a real node (`--testbeds 20`, `--cycles 50`, `--seed N`). */
export const many: Suite = {
  name: 'many',
  run: async (context) => {
    const home = join(context.folder, 'site');
    mkdirSync(home, { recursive: true });
    const engine = createEngine({ runners: 1 });
    const surroundings = { ...quietSurroundings(home), engine };
    const progress = context.progress<Progress>(() => ({
      began: new Date().toISOString(),
      seed: Number(context.option('seed') ?? Math.floor(Math.random() * 2 ** 31)),
      testbeds: Number(context.option('testbeds') ?? 20),
      total: Number(context.option('cycles') ?? 50),
      cycles: [],
    }));
    context.save(progress);
    context.say(
      `seed ${progress.seed}; ${progress.many === undefined ? 'begins' : `goes on after cycle ${progress.cycles.length}`}`,
    );
    const bench = openRealBench(home, surroundings);
    try {
      await clusterUp({ nodes: { kind: 'real' } }, surroundings);
      await sharedUp({}, surroundings);
      await run(bench, progress, context);
    } finally {
      await bench.close();
      await engine.close();
    }
    return { result: progress, missed: judge(progress) };
  },
  end: async ({ folder }) => {
    const home = join(folder, 'site');
    if (existsSync(home)) await clusterDown({ data: true }, quietSurroundings(home));
  },
};

async function run(bench: RealBench, progress: Progress, context: SuiteContext): Promise<void> {
  await endAll(bench);
  if (progress.many === undefined) {
    progress.many = await manyAtOnce(bench, progress.testbeds, context.say);
    context.save(progress);
  }
  const { total, seed } = progress;
  const plan = { total, seed, done: progress.cycles.length, settled: progress.cycles[0]?.footprint };
  await cycles(
    bench,
    plan,
    (point) => {
      progress.cycles.push(point);
      context.save(progress);
    },
    context.say,
  );
}

function judge({ many: first = [], cycles: ended }: Progress): readonly string[] {
  const most = Math.max(0, ...first.map((point) => point.footprint.memoryMiB));
  return [
    ...(most > MEMORY_LIMIT_MIB ? [`${most} MiB with all testbeds: at most ${MEMORY_LIMIT_MIB}`] : []),
    ...growth(ended).map((line) => `growth over ${ended.length} cycles: ${line}`),
  ];
}
