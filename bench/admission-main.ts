import { measureAdmission } from './admission';

/** `node bin/run.cjs bench/admission-main [CREATES]`: what the rules in the API server cost each pod, in milliseconds on this machine. */
async function main(): Promise<void> {
  const creates = Number(process.argv[2] ?? 500);
  const { rows, policies, added } = await measureAdmission(creates, (line) => process.stderr.write(`bench: ${line}\n`));
  const lines = Object.entries(rows).map(([name, { runs, min, p50, p95, max }]) =>
    [name.padEnd(42), runs, ...[min, p50, p95, max].map((value) => value.toFixed(1))].join('  '),
  );
  process.stdout.write(
    `${['row, runs, min, p50, p95, max', ...lines, `${policies} policies add ${added.toFixed(1)} ms at p50`].join('\n')}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
