import { setTimeout as pause } from 'node:timers/promises';
import { inParallel } from '../kubernetes/concurrency';
import { down } from '../operations/down';
import { openSite } from '../operations/site';
import { openStoredSite } from '../operations/stored-site';
import { footprint, type Footprint } from './footprint';
import { ask, runDeafPod, upAnswering, type RealBench } from './real-bench';

type Say = (line: string) => void;

/** A footprint after so many testbeds or cycles. */
export interface Point {
  readonly at: number;
  readonly footprint: Footprint;
}

const PRESETS = ['startup', 'database', 'minimal'] as const;
/** One cycle in so many has a pod that ignores TERM, which takes long. */
const DEAF_EVERY = 5;
const ASKED_AT_ONCE = 4;
/** What goes with a namespace goes within this: the kernel frees cgroups and interfaces in its own time. */
const SETTLE_SECONDS = 20;

/** Whole numbers from 0 to `below`, the same for the same seed (a linear congruential generator of 32 bits). */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Ends whatever stands, such as what a killed run left. */
export async function endAll({ surroundings }: RealBench): Promise<void> {
  await using site = await openStoredSite(openSite(surroundings.environment), surroundings);
  for (const { name } of await site.records.list()) await down({ name }, surroundings);
}

/** So many testbeds of `startup` at once, each database asked as it comes and all of them again when all stand. They are ended after it. */
export async function manyAtOnce(bench: RealBench, total: number, say: Say): Promise<readonly Point[]> {
  const points: Point[] = [{ at: 0, footprint: await footprint(bench.directory) }];
  const ids: string[] = [];
  for (let at = 1; at <= total; at += 1) {
    const { result, answeredMs } = await upAnswering(bench, 'startup', `many-${at}`);
    ids.push(result.testbed.id);
    const now = await footprint(bench.directory);
    points.push({ at, footprint: now });
    say(`testbed ${at} of ${total}: its database answered after ${seconds(answeredMs)} s; ${shown(now)}`);
  }
  await inParallel(ASKED_AT_ONCE, ids, (id) => ask(bench, id));
  say(`all ${total} databases answered`);
  await endAll(bench);
  return points;
}

/**
 * Creates and ends testbeds one after the other, from the cycle after `done`; the seed decides which presets and where a pod ignores TERM. `onPoint` hears
 * of every end with what is left of the machine then, once that has settled to `settled` or for some seconds.
 */
export async function cycles(
  bench: RealBench,
  plan: {
    readonly total: number;
    readonly done: number;
    readonly seed: number;
    readonly settled?: Footprint | undefined;
  },
  onPoint: (point: Point) => void,
  say: Say,
): Promise<void> {
  const random = generator(plan.seed);
  let settled = plan.settled;
  for (let at = 1; at <= plan.total; at += 1) {
    const preset = PRESETS[random(PRESETS.length)] ?? 'startup';
    const deaf = random(DEAF_EVERY) === 0;
    // A run that goes on takes the same turns.
    if (at <= plan.done) continue;
    const name = `cycle-${at}`;
    const { result, answeredMs } = await upAnswering(bench, preset, name);
    if (deaf) await runDeafPod(bench, result.testbed.id);
    const { elapsedMs } = await down({ name }, bench.surroundings);
    const now = await settle(bench, settled);
    settled ??= now;
    onPoint({ at, footprint: now });
    say(
      `cycle ${at} of ${plan.total}: ${preset}${deaf ? ' with a pod that ignores TERM' : ''}, up ${seconds(answeredMs)} s, down ${seconds(elapsedMs)} s; ${shown(now)}`,
    );
  }
}

async function settle({ directory }: RealBench, like: Footprint | undefined): Promise<Footprint> {
  const end = performance.now() + SETTLE_SECONDS * 1000;
  for (;;) {
    const now = await footprint(directory);
    if (like === undefined || grown(like, now).length === 0 || performance.now() > end) return now;
    await pause(500);
  }
}

/** What of a footprint must not grow at all with testbeds that have ended. Memory is judged by its course, containers with some allowance. */
const COUNTED = [
  'processes',
  'hostMounts',
  'nodeMounts',
  'hostInterfaces',
  'nodeInterfaces',
  'rules',
  'ipsets',
  'cgroups',
  'images',
  'volumes',
] as const satisfies readonly (keyof Footprint)[];

/** The kubelet takes ended containers away in rounds of a minute: so many of them may lie about. */
const ENDED_CONTAINERS = 10;

/** `mounts 40 -> 43` for everything that is more than it was. */
export function grown(from: Footprint, to: Footprint): readonly string[] {
  return COUNTED.flatMap((what) => (to[what] > from[what] ? [`${what} ${from[what]} -> ${to[what]}`] : []));
}

/** What grew over cycles: counts from first to last, and memory by the medians of first and last third, at most a twentieth and 64 MiB. */
export function growth(points: readonly Point[]): readonly string[] {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const third = Math.max(1, Math.floor(points.length / 3));
  const before = median(points.slice(0, third).map((point) => point.footprint.ownMemoryMiB));
  const after = median(points.slice(-third).map((point) => point.footprint.ownMemoryMiB));
  const memory = after - before > Math.max(64, before / 20) ? [`memory ${before} -> ${after} MiB`] : [];
  const [some, more] = [first.footprint.containers, last.footprint.containers];
  const containers = more - some > ENDED_CONTAINERS ? [`containers ${some} -> ${more}`] : [];
  return [...grown(first.footprint, last.footprint), ...containers, ...memory];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** One line. */
export function shown(now: Footprint): string {
  return Object.entries(now)
    .map(([what, value]) => `${what} ${value}`)
    .join(', ');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
