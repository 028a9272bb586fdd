import { isRunning, signalAll, type RunningCli } from './cli';
import { allSecrets } from './contents';
import type { Flow, Flows } from './flows';
import type { Place } from './place';
import type { Side } from './proxy';

/** Who is killed: all at once, as when the host dies; the command alone; or the engine's process alone. */
export const VICTIMS = ['all', 'command', 'engine'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface CrashPoint {
  readonly flow: Flow;
  /** The write from 1 at which it happens. */
  readonly k: number;
  readonly side: Side;
  readonly victim: Victim;
}

export interface CrashVerdict {
  readonly point: CrashPoint;
  /** `PATCH /api/...`; undefined: the flow had fewer writes, or no such process ran, and nothing was killed. */
  readonly write: string | undefined;
  readonly missed: readonly string[];
}

/** What outlives its command for longer than this, in milliseconds, is a leftover. */
const OUTLIVES_MS = 60_000;
const LOOKED_AGAIN_MS = 50;

/** Kills at one point with SIGKILL, then lets the same operation be run again and compares. */
export async function crashAt(point: CrashPoint, place: Place, flows: Flows): Promise<CrashVerdict> {
  const argv = await flows.prepare(point.flow);
  place.proxy.begin();
  const stop = place.proxy.stopAt(point.k, point.side);
  const cli = place.start(argv);
  const write = await Promise.race([stop.reached, cli.ended.then(() => undefined)]);
  const victims = write === undefined ? [] : victimsOf(cli, point.victim);
  const family = cli.family();
  signalAll(victims, 'SIGSTOP');
  signalAll(victims, 'SIGKILL');
  // What is held is of a dead process, unless the command lives on without its engine.
  if (victims.includes(cli.pid)) place.proxy.begin();
  else stop.release();
  await cli.ended;
  const outlived = await outliving(family);
  place.proxy.begin();
  const missed = await flows.takeUp(point.flow, await allSecrets(place.admin));
  return {
    point,
    write: victims.length === 0 ? undefined : write,
    missed: [...outlived.map((pid) => `process ${pid} outlives the command`), ...missed],
  };
}

function victimsOf(cli: RunningCli, victim: Victim): readonly number[] {
  if (victim === 'command') return [cli.pid];
  const family = cli.family();
  return victim === 'all' ? family : family.filter((pid) => pid !== cli.pid);
}

/** Those of them that still run after a minute. */
export async function outliving(pids: readonly number[]): Promise<readonly number[]> {
  const end = performance.now() + OUTLIVES_MS;
  for (;;) {
    const left = pids.filter(isRunning);
    if (left.length === 0 || performance.now() > end) return left;
    await new Promise((resolve) => setTimeout(resolve, LOOKED_AGAIN_MS));
  }
}
