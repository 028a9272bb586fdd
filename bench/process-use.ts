import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { clusterStatus } from '../operations/cluster';
import type { Surroundings } from '../operations/surroundings';
import { childrenCpuSeconds, processUse, type ProcessUse } from './figures';

/** The worker, the embedded cluster's processes, and the CLIs that have ended, by name. */
export async function processes(surroundings: Surroundings): Promise<Map<string, ProcessUse>> {
  const status = await clusterStatus(surroundings);
  const pids: (readonly [string, number | 'self' | undefined])[] = [
    [WORKER, 'self'],
    ['supervisor (node)', status.supervisorPid],
    // What the supervisor does itself is in its own figure.
    ...status.components
      .filter(({ pid }) => pid !== status.supervisorPid)
      .map((component) => [component.name, component.pid] as const),
  ];
  const uses = new Map<string, ProcessUse>();
  for (const [name, pid] of pids) {
    const use = pid === undefined ? undefined : processUse(pid);
    if (use !== undefined) uses.set(name, use);
  }
  uses.set(CHILDREN, { cpuSeconds: childrenCpuSeconds(), peakMiB: Number.NaN });
  return uses;
}

export const WORKER = 'worker (node)';
export const CHILDREN = 'pulumi (children of the worker)';

/** CPU seconds a piece of work, by process, the greatest first. */
export function cpuBetween(
  before: ReadonlyMap<string, ProcessUse>,
  after: ReadonlyMap<string, ProcessUse>,
  pieces: number,
): readonly (readonly [process: string, cpuSeconds: number])[] {
  return [...after]
    .map(([name, use]) => [name, (use.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)) / pieces] as const)
    .toSorted((a, b) => b[1] - a[1]);
}

/** Resident MiB of this process now. */
export function ownResidentMiB(): number {
  const { anonymous, file } = residentOf('self');
  return anonymous + file;
}

/** The same after what is not held any more was collected in this thread: what stays is what is kept. */
export function keptResidentMiB(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return ownResidentMiB();
}

interface Resident {
  readonly anonymous: number;
  /** Of programs and other files, which processes of the same program have together. */
  readonly file: number;
}

/** In MiB; nothing of a process that has ended meanwhile, or that has not become its program yet and shows its parent's memory. */
function residentOf(pid: string): Resident {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const isCli = /^Name:\s+pulumi$/m.test(status);
    if (pid !== 'self' && !isCli) return { anonymous: 0, file: 0 };
    const of = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
    return { anonymous: of('RssAnon') + of('RssShmem'), file: of('RssFile') };
  } catch {
    return { anonymous: 0, file: 0 };
  }
}

/** Resident memory at one moment, in MiB. */
export interface Memory {
  readonly worker: number;
  /** What is each CLI's own, over all of them. */
  readonly clis: number;
  /** The CLIs' program, which they have together: counted once. */
  readonly program: number;
  readonly sum: number;
}

/** Of this process with its present CLIs. */
function memoryNow(): Memory {
  // The main thread starts all of them; the lists of the other threads would cost the measured worker more than all the rest of a look.
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const each = children.map(residentOf);
  const worker = ownResidentMiB();
  const clis = each.reduce((sum, { anonymous }) => sum + anonymous, 0);
  const program = Math.max(0, ...each.map(({ file }) => file));
  return { worker, clis, program, sum: worker + clis + program };
}

/** Looks at the memory of this process and its CLIs while `work` goes on; answers with the moment at which it was most. */
export async function peakOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly peak: Memory }> {
  let peak = memoryNow();
  const timer = setInterval(() => {
    const now = memoryNow();
    if (now.sum > peak.sum) peak = now;
  }, LOOK_EVERY_MS);
  try {
    const result = await work();
    return { result, peak };
  } finally {
    clearInterval(timer);
  }
}

const LOOK_EVERY_MS = 25;
