import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasErrorCode } from '../../../../host/error-code';

const MOUNT = '/sys/fs/cgroup';
const POLL_MS = 50;
const HANDED_DOWN = ['cpu', 'cpuset', 'memory', 'pids', 'hugetlb', 'io'];

/** A name that only the cluster of this token has. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Below which every container of the cluster lives, in every hierarchy. */
export function nodeCgroup(token: string): string {
  return `/testbed-${digestOf(token).slice(0, 8)}`;
}

/** The roots of the hierarchies in which a container runtime works: one of version 2, or each of version 1 and, with it, an empty one of version 2. */
export function hierarchies(): readonly string[] {
  if (existsSync(join(MOUNT, 'cgroup.controllers'))) return [MOUNT];
  const folders = readdirSync(MOUNT)
    .map((name) => join(MOUNT, name))
    .filter((path) => existsSync(join(path, 'cgroup.procs')));
  // `cpu` and `cpu,cpuacct` may be one.
  return [...new Set(folders.map((path) => realpathSync(path)))];
}

function folders(cgroup: string): readonly string[] {
  return hierarchies()
    .map((root) => join(root, cgroup))
    .filter((path) => existsSync(path));
}

/** Makes the cgroup in every hierarchy, with the controllers that the kubelet asks for. */
export function makeCgroup(cgroup: string): void {
  for (const root of hierarchies()) {
    const path = join(root, cgroup);
    if (existsSync(join(root, 'cgroup.controllers'))) handDown(root);
    mkdirSync(path, { recursive: true });
    if (!existsSync(join(path, 'cgroup.controllers'))) openProcessors(root, path);
  }
}

/** Of version 2: a cgroup has the controllers that the one above hands down. More of them change nothing for those that stand beside it. */
function handDown(root: string): void {
  const [present, handed] = ['cgroup.controllers', 'cgroup.subtree_control'].map((name) =>
    readFileSync(join(root, name), 'utf8').trim().split(' '),
  );
  for (const name of HANDED_DOWN)
    if (present?.includes(name) === true && handed?.includes(name) === false)
      writeFileSync(join(root, 'cgroup.subtree_control'), `+${name}`);
}

/** Of version 1: without processors and memory of its own no process may enter. */
function openProcessors(root: string, path: string): void {
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const file = join(path, name);
    if (existsSync(file) && readFileSync(file, 'utf8').trim() === '')
      writeFileSync(file, readFileSync(join(root, name)));
  }
}

/** All below a folder, innermost first, the folder itself last. */
function nested(path: string): string[] {
  try {
    const inner = readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => nested(join(path, name)));
    return [...inner, path];
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENODEV')) return [];
    throw error;
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENODEV', 'EOPNOTSUPP')) return [];
    throw error;
  }
}

/** Every process in the cgroup or below it. */
export function processesIn(cgroup: string): readonly number[] {
  const found = folders(cgroup).flatMap((path) => nested(path).flatMap((inner) => lines(join(inner, 'cgroup.procs'))));
  return [...new Set(found)].map(Number);
}

/** Whether the process is in the cgroup now: the proof before a signal. */
export function isIn(cgroup: string, pid: number): boolean {
  // In a container the host's part of the path may stand before ours.
  return lines(`/proc/${pid}/cgroup`).some((line) => `${line}/`.includes(`${cgroup}/`));
}

/** Sends a signal to a process that is in the cgroup; false when it is not, or has ended. */
export function signalIn(cgroup: string, pid: number, signal: NodeJS.Signals | number): boolean {
  if (!isIn(cgroup, pid)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    // It ended between the proof and the signal.
    return false;
  }
}

/** Kills everything in the cgroup until nothing is left; false when something remains after `limitMs`. */
export async function killAllIn(cgroup: string, limitMs = 5000): Promise<boolean> {
  const until = Date.now() + limitMs;
  for (;;) {
    const alive = processesIn(cgroup);
    if (alive.length === 0) return true;
    for (const pid of alive) signalIn(cgroup, pid, 'SIGKILL');
    if (Date.now() >= until) return false;
    await delay(POLL_MS);
  }
}

/** Removes the cgroup, which must be empty, from every hierarchy. The kernel may need a moment after the last process. */
export async function removeCgroup(cgroup: string, limitMs = 3000): Promise<void> {
  const until = Date.now() + limitMs;
  for (;;) {
    try {
      for (const folder of folders(cgroup)) for (const path of nested(folder)) rmdirSync(path);
      return;
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) continue;
      if (!hasErrorCode(error, 'EBUSY') || Date.now() >= until) throw error;
      await delay(POLL_MS);
    }
  }
}
