import { measurePlan } from './plan-judging';

/** `node bin/run.cjs bench/plan-main [RUNS]`: what judging costs before anything is made, in milliseconds on this machine. */
async function main(): Promise<void> {
  const { rows, objects, judged } = await measurePlan(Number(process.argv[2] ?? 15));
  const lines = Object.entries(rows).map(([name, { runs, min, p50, p95, max }]) =>
    [name.padEnd(42), runs, ...[min, p50, p95, max].map((value) => value.toFixed(0))].join('  '),
  );
  process.stdout.write(
    `${['row, runs, min, p50, p95, max', ...lines, `${objects} resources, ${judged} judgements`].join('\n')}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
