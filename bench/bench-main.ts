import { writeFileSync } from 'node:fs';
import { measureFirstUp } from './first-up';
import type { Figures } from './figures';

/** `npm run bench [-- --runs N] [-- --json FILE]`: figures on this machine, never a test. */
async function main(): Promise<void> {
  const runs = Number(argument('--runs') ?? 15);
  const json = argument('--json');
  const result = await measureFirstUp(runs, (line) => process.stderr.write(`bench: ${line}\n`));
  const lines = [
    `first up of a new testbed with ${result.objects} objects, ms`,
    row('', ['runs', 'min', 'p50', 'p95', 'max']),
    ...Object.entries(result.rows).map(([name, value]) => row(name, columns(value))),
    '',
    row('by process', ['CPU-s a run', 'peak MiB']),
    ...result.processes.map(({ process: name, cpuSecondsARun, peakMiB }) =>
      row(name, [cpuSecondsARun.toFixed(3), peakMiB?.toFixed(0) ?? '-']),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ at: new Date().toISOString(), ...result }, undefined, 2)}\n`);
}

function columns({ runs, min, p50, p95, max }: Figures): string[] {
  return [String(runs), ...[min, p50, p95, max].map((value) => value.toFixed(0))];
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(42) + cells.map((cell) => cell.padStart(12)).join('');
}

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : process.argv[index + 1];
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
