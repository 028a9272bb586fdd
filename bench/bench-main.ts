import { writeFileSync } from 'node:fs';
import { shown } from './endurance';
import type { Figures } from './figures';

const CREATES = 300;

type Say = (line: string) => void;

/** What a subject measured: as lines for people and as it is for a file. */
interface Measured {
  readonly lines: readonly string[];
  readonly figures: object;
}

/** Each loads what it measures with when it is asked for: a worker whose memory is measured holds nothing of the other subjects. */
const SUBJECTS: Readonly<Record<string, (runs: number, say: Say) => Promise<Measured>>> = {
  up: async (runs, say) => {
    const { measureFirstUp } = await import('./first-up.js');
    const result = await measureFirstUp(runs, say);
    return {
      figures: result,
      lines: [
        `first up of a new testbed with ${result.objects} objects, all rules installed, ms`,
        ...table(result.rows),
        '',
        row('by process', ['CPU-s a run', 'peak MiB']),
        ...result.processes.map(({ process: name, cpuSecondsARun, peakMiB }) =>
          row(name, [cpuSecondsARun.toFixed(3), peakMiB?.toFixed(0) ?? '-']),
        ),
      ],
    };
  },
  many: async (_, say) => {
    const testbeds = Number(argument('--testbeds') ?? 50);
    const { measureMany } = await import('./many.js');
    const result = await measureMany({ testbeds, atOnce: numberOf(argument('--at-once')) }, say);
    const { rounds, unchangedAlone, peakAloneMiB, atOnce } = result;
    return {
      figures: result,
      lines: [
        `${testbeds} testbeds, ${atOnce} at once, ms of each`,
        ...table({
          ...Object.fromEntries(rounds.map(({ name, each }) => [name, each])),
          'unchanged, one at a time': unchangedAlone,
        }),
        '',
        row(
          'a testbed',
          rounds.map(({ name }) => name),
        ),
        row(
          'wall, s',
          rounds.map(({ wallSecondsATestbed }) => wallSecondsATestbed.toFixed(2)),
        ),
        row(
          'worker and CLIs at most, MiB',
          rounds.map(({ peakMiB }) => peakMiB.toFixed(0)),
        ),
        row(
          'CPU-s in all',
          rounds.map(({ cpuSum }) => cpuSum.toFixed(2)),
        ),
        ...(rounds[0]?.cpu ?? []).map(([process]) =>
          row(
            `CPU-s ${process}`,
            rounds.map(({ cpu }) => (cpu.find(([name]) => name === process)?.[1] ?? 0).toFixed(3)),
          ),
        ),
        `worker and CLI at most with one operation at a time: ${peakAloneMiB.toFixed(0)} MiB`,
        ...(atOnce < 2
          ? []
          : [
              `each beside it: ${((Math.max(...rounds.map(({ peakMiB }) => peakMiB)) - peakAloneMiB) / (atOnce - 1)).toFixed(0)} MiB`,
            ]),
      ],
    };
  },
  memory: async (_, say) => {
    const testbeds = Number(argument('--testbeds') ?? 12);
    const { greatest, measureMemory } = await import('./memory.js');
    const all = await measureMemory({ testbeds, atMost: Number(argument('--at-once') ?? 4) }, say);
    const most = all.map(greatest);
    const mib = (name: string, of: (at: number) => number | undefined): string =>
      row(
        name,
        all.map((_one, at) => of(at)?.toFixed(0) ?? '-'),
      );
    return {
      figures: all,
      lines: [
        row(
          `${testbeds} testbeds, so many at once`,
          all.map(({ atOnce }) => String(atOnce)),
        ),
        mib('worker and CLIs at most, MiB', (at) => most[at]?.sum),
        ...(['up', 'up, unchanged', 'down'] as const).map((name) => mib(`  ${name}`, (at) => all[at]?.peaks[name].sum)),
        mib('then the worker', (at) => most[at]?.worker),
        mib("the CLIs' own", (at) => most[at]?.clis),
        mib("the CLIs' program, once", (at) => most[at]?.program),
        mib('each beside the first', (at) =>
          at === 0 ? undefined : ((most[at]?.sum ?? Number.NaN) - (most[0]?.sum ?? Number.NaN)) / at,
        ),
        row(
          'CPU-s a testbed, worker',
          all.map(({ cpuSeconds }) => cpuSeconds.worker.toFixed(2)),
        ),
        row(
          'CPU-s a testbed, CLIs',
          all.map(({ cpuSeconds }) => cpuSeconds.clis.toFixed(2)),
        ),
      ],
    };
  },
  real: async (runs, say) => {
    const { measureRealTestbeds } = await import('./real-testbeds.js');
    const result = await measureRealTestbeds(runs, say);
    return {
      figures: result,
      lines: [
        'testbeds of the preset startup on a real node, images imported, ms',
        ...table(result.rows),
        '',
        `cluster without testbeds: ${shown(result.empty)}`,
        `with one:                 ${shown(result.withOne)}`,
      ],
    };
  },
  admission: async (_, say) => {
    const { measureAdmission } = await import('./admission.js');
    const result = await measureAdmission(CREATES, say);
    return {
      figures: result,
      lines: [
        `dry-run create of a pod with three containers, ${result.policies} policies in the API server, ms`,
        ...table(result.rows, 1),
        `the rules add ${result.added.toFixed(1)} ms at p50`,
      ],
    };
  },
  plan: async (runs) => {
    const { measurePlan } = await import('./plan-judging.js');
    const result = await measurePlan(runs);
    return {
      figures: result,
      lines: [`plan of ${result.objects} resources, ${result.judged} judgements, ms`, ...table(result.rows)],
    };
  },
  rules: async () => {
    const { measureRules } = await import('./rules.js');
    const result = measureRules();
    const { pass, fail, unknown, error } = result.verdicts;
    return {
      figures: result,
      lines: [
        `${result.pods} pods x ${result.rules} object rules, CPU ms`,
        ...table({ 'after start': result.row }),
        `first run ${result.first.toFixed(0)}; pass ${pass}, fail ${fail}, unknown ${unknown}, error ${error}; the oracle engine ${result.oracle.toFixed(0)}`,
      ],
    };
  },
};

/** `npm run bench [-- --runs N] [-- --only up,many,memory,real,admission,plan,rules] [-- --json FILE]`: figures on this machine, never a test. */
async function main(): Promise<void> {
  const runs = Number(argument('--runs') ?? 15);
  const json = argument('--json');
  const wanted = argument('--only')?.split(',') ?? Object.keys(SUBJECTS);
  const measured: Record<string, object> = {};
  for (const name of wanted) {
    const measure = SUBJECTS[name];
    if (measure === undefined)
      throw new Error(`there is no subject '${name}': take some of ${Object.keys(SUBJECTS).join(', ')}`);
    const { lines, figures } = await measure(runs, (line) => process.stderr.write(`bench: ${line}\n`));
    measured[name] = figures;
    process.stdout.write(`${lines.join('\n')}\n\n`);
  }
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ at: new Date().toISOString(), ...measured }, undefined, 2)}\n`);
}

function table(rows: Readonly<Record<string, Figures>>, digits = 0): string[] {
  return [
    row('', ['runs', 'min', 'p50', 'p95', 'max']),
    ...Object.entries(rows).map(([name, { runs, min, p50, p95, max }]) =>
      row(name, [String(runs), ...[min, p50, p95, max].map((value) => value.toFixed(digits))]),
    ),
  ];
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(42) + cells.map((cell) => cell.padStart(12)).join('');
}

function numberOf(word: string | undefined): number | undefined {
  return word === undefined ? undefined : Number(word);
}

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : process.argv[index + 1];
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
