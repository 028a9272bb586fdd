import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../package/root';
import { openEmbeddedCluster } from '../../platform/cluster';
import { generator } from '../endurance';
import { FAULT_CLASSES } from '../faults/classes';
import type { FaultBench, FaultClass } from '../faults/classes/class';
import { openFlows } from '../faults/flows';
import { clusterDirectory, endControlPlane, onControlPlane } from './control-plane';
import type { Suite, SuiteContext } from './suite';

interface Outcome {
  readonly id: string;
  readonly fault: string;
  readonly expected: string;
  readonly seen: string;
  readonly kept: boolean;
  readonly seconds: number;
}

interface Progress {
  readonly began: string;
  readonly seed: number;
  outcomes: Outcome[];
}

/** `--only faults [-- --classes F1,F2] [-- --seed N]`: each of the thirty classes for real, one line each: what was expected, what was seen. */
export const faults: Suite = {
  name: 'faults',
  run: async (context) => {
    const progress = context.progress<Progress>(() => ({
      began: new Date().toISOString(),
      seed: Number(context.option('seed') ?? Math.floor(Math.random() * 2 ** 31)),
      outcomes: [],
    }));
    context.say(`seed ${progress.seed}`);
    const wanted = FAULT_CLASSES.filter(({ id }) => context.option('classes')?.split(',').includes(id) ?? true).filter(
      ({ id }) => !progress.outcomes.some((one) => one.id === id),
    );
    await tested(wanted, progress, context);
    await caused(wanted, progress, context);
    const outcomes = progress.outcomes.toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
    for (const { id, fault, expected, seen, kept } of outcomes)
      process.stdout.write(`${id} ${kept ? 'kept' : 'NOT KEPT'} | ${fault} | expected: ${expected} | seen: ${seen}\n`);
    return {
      result: { ...progress, outcomes },
      missed: outcomes.filter(({ kept }) => !kept).map(({ id, seen }) => `${id}: ${seen}`),
    };
  },
  end: ({ folder }) => endControlPlane(folder),
};

async function caused(wanted: readonly FaultClass[], progress: Progress, context: SuiteContext): Promise<void> {
  const left = wanted.filter(({ cause }) => cause !== undefined);
  if (left.length === 0) return;
  await onControlPlane(context.folder, async (open, isSpent, engine) => {
    const place = await open('place');
    const cluster = openEmbeddedCluster({ directory: clusterDirectory(context.folder) });
    const bench: FaultBench = {
      place,
      engine,
      flows: await openFlows(place, `faults-${progress.outcomes.length}`, false),
      random: generator(progress.seed),
      pidOf: async (component) => {
        const pid = (await cluster.status()).components.find(({ name }) => name === component)?.pid;
        if (pid === undefined) throw new Error(`${component} does not run`);
        return pid;
      },
    };
    for (let one = left.shift(); one !== undefined; one = isSpent() ? undefined : left.shift())
      await note(one, progress, context, () => one?.cause?.(bench) ?? Promise.reject(new Error('nothing causes it')));
    await bench.flows.end();
    return left.length === 0 ? 'done' : 'more';
  });
}

const reportSchema = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

/** Runs the files that cause these classes, all at once, on a cluster of the tests' own. */
async function tested(wanted: readonly FaultClass[], progress: Progress, context: SuiteContext): Promise<void> {
  const classes = wanted.filter(({ tests }) => tests !== undefined);
  if (classes.length === 0) return;
  const files = [...new Set(classes.flatMap(({ tests = [] }) => tests.map(({ file }) => join('test', file))))];
  const output = join(context.folder, 'tests.json');
  const vitest = join(packageRoot(), 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', 'main', ...files, '--reporter', 'json', '--outputFile', output],
    { cwd: packageRoot(), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(child, 'exit');
  const report = existsSync(output) ? reportSchema.parse(JSON.parse(readFileSync(output, 'utf8'))) : undefined;
  const results = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  for (const one of classes)
    await note(one, progress, context, async () => {
      const seen = (one.tests ?? []).map(({ title }) => {
        const found = results.filter(({ fullName }) => fullName.includes(title));
        const failed = found.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName);
        if (found.length === 0) throw new Error(`there is no test '${title}'`);
        if (failed.length > 0) throw new Error(`failed: ${failed.join('; ')}`);
        return `${found.length} tests passed: ${title}`;
      });
      return seen.join('; ');
    });
}

async function note(
  { id, fault, expected }: FaultClass,
  progress: Progress,
  { say, save }: SuiteContext,
  work: () => Promise<string>,
): Promise<void> {
  const began = performance.now();
  const [kept, seen] = await work().then(
    (words) => [true, words] as const,
    (error: unknown) => [false, error instanceof Error ? error.message : String(error)] as const,
  );
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  progress.outcomes.push({ id, fault, expected, seen, kept, seconds });
  save(progress);
  say(`${id} ${kept ? 'kept' : 'NOT KEPT'} after ${seconds} s: ${seen}`);
}
