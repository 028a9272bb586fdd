import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../engine/engine';
import { clusterDown, clusterUp } from '../operations/cluster';
import { sharedUp } from '../operations/shared';
import { packageRoot } from '../package/root';
import { cycles, endAll, growth, manyAtOnce, type Point } from './endurance';
import { quietSurroundings } from './own-cluster';
import { openRealBench, type RealBench } from './real-bench';

/** The most that a cluster with all testbeds may take. */
const MEMORY_LIMIT_MIB = 12 * 1024;

/** What a run has done so far; kept after each step, so that a run that was killed goes on. */
interface Progress {
  readonly began: string;
  readonly seed: number;
  readonly testbeds: number;
  readonly total: number;
  many?: readonly Point[];
  cycles: Point[];
}

/**
 * `npm run endure [-- --testbeds 20] [-- --cycles 50] [-- --seed N] [-- --fresh]`: many testbeds with running databases at once, then cycles of creation and
 * end, on a cluster of its own with a real node. Goes on where a run was killed; writes endure/<date>.json; exits 1 where something grew or a bound was not kept.
 */
async function main(): Promise<void> {
  const folder = join(packageRoot(), 'endure');
  const home = join(folder, 'site');
  const file = join(folder, 'progress.json');
  mkdirSync(folder, { recursive: true });
  const engine = createEngine({ runners: 1 });
  const surroundings = { ...quietSurroundings(home), engine };
  const end = async (): Promise<void> => {
    if (existsSync(home)) await clusterDown({ data: true }, surroundings);
    rmSync(home, { recursive: true, force: true });
    rmSync(file, { force: true });
  };
  if (process.argv.includes('--fresh')) await end();
  const progress = readProgress(file);
  const save = (): void => {
    writeFileSync(`${file}.new`, JSON.stringify(progress));
    renameSync(`${file}.new`, file);
  };
  save();
  mkdirSync(home, { recursive: true });
  say(
    `seed ${progress.seed}; ${progress.many === undefined ? 'begins' : `goes on after cycle ${progress.cycles.length}`}`,
  );
  const bench = openRealBench(home, surroundings);
  try {
    await clusterUp({ nodes: { kind: 'real' } }, surroundings);
    await sharedUp({}, surroundings);
    await run(bench, progress, save);
  } finally {
    await bench.close();
    await engine.close();
  }
  const verdicts = judge(progress);
  const result = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(
    result,
    `${JSON.stringify({ ...progress, ended: new Date().toISOString(), verdicts }, undefined, 2)}\n`,
  );
  await end();
  for (const line of verdicts) process.stdout.write(`not kept: ${line}\n`);
  process.stdout.write(`${verdicts.length === 0 ? 'everything was kept' : 'see above'}; ${result}\n`);
  if (verdicts.length > 0) process.exitCode = 1;
}

async function run(bench: RealBench, progress: Progress, save: () => void): Promise<void> {
  await endAll(bench);
  if (progress.many === undefined) {
    progress.many = await manyAtOnce(bench, progress.testbeds, say);
    save();
  }
  const { total, seed } = progress;
  const plan = { total, seed, done: progress.cycles.length, settled: progress.cycles[0]?.footprint };
  await cycles(
    bench,
    plan,
    (point) => {
      progress.cycles.push(point);
      save();
    },
    say,
  );
}

function judge({ many = [], cycles: ended }: Progress): readonly string[] {
  const most = Math.max(0, ...many.map((point) => point.footprint.memoryMiB));
  return [
    ...(most > MEMORY_LIMIT_MIB ? [`${most} MiB with all testbeds: at most ${MEMORY_LIMIT_MIB}`] : []),
    ...growth(ended).map((line) => `growth over ${ended.length} cycles: ${line}`),
  ];
}

function readProgress(file: string): Progress {
  // Written by this program alone.
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Progress;
  return {
    began: new Date().toISOString(),
    seed: Number(argument('--seed') ?? Math.floor(Math.random() * 2 ** 31)),
    testbeds: Number(argument('--testbeds') ?? 20),
    total: Number(argument('--cycles') ?? 50),
    cycles: [],
  };
}

function say(line: string): void {
  process.stderr.write(`endure: ${line}\n`);
}

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : process.argv[index + 1];
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
