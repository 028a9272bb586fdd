import { readFileSync, readdirSync } from 'node:fs';
import { clusterStatus } from '../operations/cluster';
import type { Surroundings } from '../operations/surroundings';
import { childrenCpuSeconds, processUse, type ProcessUse } from './figures';

/** The worker, the embedded cluster's processes, and the CLIs that have ended, by name. */
export async function processes(surroundings: Surroundings): Promise<Map<string, ProcessUse>> {
  const status = await clusterStatus(surroundings);
  const pids: (readonly [string, number | 'self' | undefined])[] = [
    ['worker (node)', 'self'],
    ['supervisor (node)', status.supervisorPid],
    ...status.components.map((component) => [component.name, component.pid] as const),
  ];
  const uses = new Map<string, ProcessUse>();
  for (const [name, pid] of pids) {
    const use = pid === undefined ? undefined : processUse(pid);
    if (use !== undefined) uses.set(name, use);
  }
  uses.set(CHILDREN, { cpuSeconds: childrenCpuSeconds(), peakMiB: Number.NaN });
  return uses;
}

const CHILDREN = 'pulumi (children of the worker)';

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

const KIB_A_PAGE = 4;

/** Resident MiB of this process now. */
export function ownResidentMiB(): number {
  return residentMiB('self');
}

function residentMiB(pid: string): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * KIB_A_PAGE) / 1024;
  } catch {
    // It ended meanwhile.
    return 0;
  }
}

/** Resident MiB of this process with its present CLIs. */
export function withClisMiB(): number {
  const children = readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
    } catch {
      // The thread ended meanwhile.
      return [];
    }
  });
  return [...new Set(children)].filter(isCli).reduce((sum, pid) => sum + residentMiB(pid), residentMiB('self'));
}

/** A child that has not become its program yet shows the memory of its parent. */
function isCli(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'pulumi';
  } catch {
    // It ended meanwhile.
    return false;
  }
}

/** Looks at the memory of this process and its children while `work` goes on; answers with the most that it saw. */
export async function peakOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly peakMiB: number }> {
  let peakMiB = withClisMiB();
  const timer = setInterval(() => {
    peakMiB = Math.max(peakMiB, withClisMiB());
  }, LOOK_EVERY_MS);
  try {
    const result = await work();
    return { result, peakMiB };
  } finally {
    clearInterval(timer);
  }
}

const LOOK_EVERY_MS = 25;
