import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createClient } from '../kubernetes/client';
import { inventories } from '../kubernetes/inventory';
import type { ClusterConnection } from '../kubernetes/types';
import { downAll } from '../operations/down-many';
import type { ManyItem } from '../operations/many';
import { openSite } from '../operations/site';
import { requireProvisionable } from '../operations/spec-file';
import { openStoredSite } from '../operations/stored-site';
import type { Surroundings } from '../operations/surroundings';
import type { TargetOptions } from '../operations/target';
import { upMany } from '../operations/up-many';
import { upgrade } from '../operations/upgrade';
import { loadSpec } from '../spec';
import type { ProcessUse } from './figures';
import { specText } from './first-up';
import { olderMake } from './older-make';
import { cpuBetween, keptResidentMiB } from './process-use';

const PHASES = ['create', 'upgrade', 'end'] as const;
type Phase = (typeof PHASES)[number];

/** One chunk of one phase. */
export interface ThousandPoint {
  readonly phase: Phase;
  /** Testbeds of this phase that are done with it. */
  readonly at: number;
  readonly wallSecondsATestbed: number;
  readonly cpuSecondsATestbed: number;
  readonly cpu: readonly (readonly [process: string, cpuSeconds: number])[];
  readonly workerMiB: number;
  /** Which process measured: memory is compared within one only. */
  readonly worker: number;
  readonly more: Readonly<Record<string, number>>;
}

export interface ThousandPlan {
  readonly total: number;
  readonly chunk: number;
  readonly atOnce: number | undefined;
}

export interface ThousandBench {
  readonly surroundings: Surroundings;
  readonly target: TargetOptions;
  /** What the processes have used so far, by name. */
  readonly processes: () => Promise<ReadonlyMap<string, ProcessUse>>;
  /** Further figures of this moment, such as the size of etcd's data. */
  readonly more: () => Promise<Readonly<Record<string, number>>>;
}

/**
 * Creates so many testbeds as an older version made them, upgrades them and ends them, a chunk at a time; hears of every chunk, and leaves out those that
 * are done.
 */
export async function runThousand(
  bench: ThousandBench,
  { total, chunk, atOnce }: ThousandPlan,
  points: readonly ThousandPoint[],
  onPoint: (point: ThousandPoint) => void,
): Promise<void> {
  const { surroundings, target } = bench;
  for (const { phase, from } of stepsOf(total, chunk)) {
    const names = Array.from({ length: Math.min(chunk, total - from) }, (_, at) => `thousand-${from + at}`);
    const at = from + names.length;
    if (points.some((point) => point.phase === phase && point.at === at)) continue;
    const before = await bench.processes();
    const began = performance.now();
    requireDone(await WORK[phase](names, { ...target, atOnce }, surroundings));
    const wall = (performance.now() - began) / 1000 / names.length;
    const cpu = cpuBetween(before, await bench.processes(), names.length);
    onPoint({
      phase,
      at,
      wallSecondsATestbed: wall,
      cpuSecondsATestbed: cpu.reduce((sum, [, seconds]) => sum + seconds, 0),
      cpu,
      workerMiB: keptResidentMiB(),
      worker: process.pid,
      more: await bench.more(),
    });
  }
}

/** The first chunk is upgraded while it stands alone, the others beside all: so the first and the last upgrade tell few from many. */
function stepsOf(total: number, chunk: number): readonly { readonly phase: Phase; readonly from: number }[] {
  const [first = 0, ...rest] = Array.from({ length: Math.ceil(total / chunk) }, (_, at) => at * chunk);
  const steps = (phase: Phase, froms: readonly number[]) => froms.map((from) => ({ phase, from }));
  return [
    ...steps('create', [first]),
    ...steps('upgrade', [first]),
    ...steps('create', rest),
    ...steps('upgrade', rest),
    ...steps('end', [first, ...rest]),
  ];
}

type Outcome = Pick<ManyItem<never>, 'name' | 'error'> & { readonly state: string };
type Work = (
  names: readonly string[],
  options: TargetOptions & Pick<ThousandPlan, 'atOnce'>,
  surroundings: Surroundings,
) => Promise<readonly Outcome[]>;

const createNamed: Work = async (names, options, surroundings) =>
  (
    await upMany(
      names.map((name) => ({ spec: specOf(name), place: name })),
      options,
      { ...surroundings, make: olderMake() },
    )
  ).testbeds;

const upgradeNamed: Work = async (names, options, surroundings) => {
  const { testbeds } = await upgrade({ ...options, names, wave: names.length }, surroundings);
  const idle = testbeds.find(({ state, changes }) => state === 'upgraded' && changes.length === 0);
  if (idle !== undefined) throw new Error(`nothing of ${idle.name} was changed by its upgrade: it was no older one`);
  return testbeds;
};

/** Some may be ended already by a run that was killed. */
const endNamed: Work = async (names, options, surroundings) => {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const standing: string[] = [];
  for (const name of names) if ((await site.records.find(name)) !== undefined) standing.push(name);
  if (standing.length === 0) return [];
  const result = await downAll({ ...options, names: standing, all: false }, surroundings);
  return 'testbeds' in result ? result.testbeds : [];
};

const WORK: Readonly<Record<Phase, Work>> = { create: createNamed, upgrade: upgradeNamed, end: endNamed };

/** Those that a killed run brought on already are current. */
const DONE: readonly string[] = ['done', 'upgraded', 'current'];

function requireDone(testbeds: readonly Outcome[]): void {
  const [first] = testbeds.filter(({ state }) => !DONE.includes(state));
  if (first === undefined) return;
  throw new Error(`${first.name} is ${first.state}: ${first.error?.code ?? ''} ${first.error?.message.en ?? ''}`);
}

function specOf(name: string): ReturnType<typeof requireProvisionable> {
  return requireProvisionable(loadSpec({ file: name, text: specText(name) }, { now: new Date() }));
}

/** The cost of one at the end of a phase may be so much of that at its beginning. */
const COST_RATIO = 1.3;
const MEMORY_RATIO = 1.1;
/** Testbeds after which the worker's memory is taken as its usual one. */
const MEMORY_FROM = 100;

/** One line for everything that did not hold, or that nobody can say of such a run. */
export function judgeThousand(points: readonly ThousandPoint[]): readonly string[] {
  const missed: string[] = [];
  for (const phase of PHASES) {
    const of = points.filter((point) => point.phase === phase);
    const [first, last] = [of.at(0), of.at(-1)];
    if (first === undefined || last === undefined || first === last) continue;
    // Ending begins with all of them standing and stops with none.
    const [few, many] = phase === 'end' ? [last, first] : [first, last];
    const ratio = many.cpuSecondsATestbed / few.cpuSecondsATestbed;
    if (ratio > COST_RATIO)
      missed.push(
        `${phase}: ${many.cpuSecondsATestbed.toFixed(2)} CPU-s a testbed with many, ${few.cpuSecondsATestbed.toFixed(2)} with few: ${ratio.toFixed(2)} times`,
      );
  }
  const created = points.filter((point) => point.phase === 'create');
  const usual = created.find((point) => point.at >= MEMORY_FROM);
  const last = created.at(-1);
  if (usual === undefined || last === undefined || usual === last)
    missed.push(`the worker's memory was not judged: that takes more than ${MEMORY_FROM} testbeds`);
  else if (usual.worker !== last.worker)
    missed.push(`the worker's memory was not judged: another one took the run up after ${usual.at}`);
  else if (last.workerMiB > usual.workerMiB * MEMORY_RATIO)
    missed.push(
      `the worker has ${last.workerMiB.toFixed(0)} MiB after ${last.at}, ${usual.workerMiB.toFixed(0)} after ${usual.at}`,
    );
  return missed;
}

/** Testbeds that one look at the cluster takes. */
const IN_A_LOOK = 100;

/** What is left of testbeds that have ended, one line each: on the cluster, in the store, below the system's folder for temporary files. */
export async function leftOver(
  connection: ClusterConnection,
  surroundings: Surroundings,
  temporaryBefore: readonly string[],
): Promise<readonly string[]> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  const left: string[] = [];
  const ended = (await site.records.ended()).map(({ id }) => id);
  const client = createClient(connection);
  try {
    const crowded = new Set<string>();
    for (let from = 0; from < ended.length; from += IN_A_LOOK)
      for (const [testbed, found] of await inventories(client, {
        testbeds: ended.slice(from, from + IN_A_LOOK),
        crowded,
      }))
        for (const { kind, name } of found.objects) left.push(`cluster: ${kind} ${name} of ${testbed}`);
  } finally {
    await client.close();
  }
  for (const prefix of ['records/live/', 'records/ids/', 'states/tb-', 'keys/tb-'])
    for await (const key of site.store.list(prefix)) left.push(`store: ${key}`);
  for (const name of temporaryNames()) if (!temporaryBefore.includes(name)) left.push(`temporary: ${name}`);
  return left;
}

/** Files and folders of ours below the system's folder for temporary files. */
export function temporaryNames(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`testbed-operation-${process.pid}`));
}
