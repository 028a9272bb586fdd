import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ETCD_QUOTA_BYTES } from '../platform/cluster/component-commands';
import { clusterLayout } from '../platform/cluster/layout';

export interface Measured {
  readonly capacity: number;
  readonly used: number;
}

/** The database of the embedded cluster, by its file; undefined where there is none to read. It refuses every write when it is full. */
export function clusterDatabase(directory: string): Measured | undefined {
  const file = statSync(join(clusterLayout(directory).etcdData, 'member', 'snap', 'db'), { throwIfNoEntry: false });
  return file === undefined ? undefined : { capacity: ETCD_QUOTA_BYTES, used: file.size };
}

/** What the kernel says; `proc` is where it says it. Each undefined where it does not. */
export function hostPools(proc = '/proc'): {
  readonly memory: Measured | undefined;
  readonly processes: Measured | undefined;
  readonly watches: Measured | undefined;
} {
  return { memory: hostMemory(proc), processes: hostProcesses(proc), watches: hostWatches(proc) };
}

function hostMemory(proc: string): Measured | undefined {
  const words = contentOf(join(proc, 'meminfo')) ?? '';
  const bytes = (name: string): number | undefined => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d{1,15}) kB$`, 'm').exec(words)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const capacity = bytes('MemTotal');
  const available = bytes('MemAvailable');
  return capacity === undefined || available === undefined ? undefined : { capacity, used: capacity - available };
}

/** Threads count, as the kernel's limits do. */
function hostProcesses(proc: string): Measured | undefined {
  const limits = ['sys/kernel/pid_max', 'sys/kernel/threads-max'].flatMap((name) => {
    const limit = wholeNumber(contentOf(join(proc, name)));
    return limit === undefined ? [] : [limit];
  });
  const used = wholeNumber(/^\S+ \S+ \S+ \d+\/(\d+) /.exec(contentOf(join(proc, 'loadavg')) ?? '')?.[1]);
  return limits.length === 0 || used === undefined ? undefined : { capacity: Math.min(...limits), used };
}

/** inotify instances of this user: every container's runtime and the kubelet hold some. */
function hostWatches(proc: string): Measured | undefined {
  const capacity = wholeNumber(contentOf(join(proc, 'sys/fs/inotify/max_user_instances')));
  if (capacity === undefined) return undefined;
  const processes = namesIn(proc).filter((name) => /^\d+$/.test(name));
  const used = processes.reduce((sum, process) => {
    const folder = join(proc, process, 'fd');
    return sum + namesIn(folder).filter((fd) => linkOf(join(folder, fd)) === 'anon_inode:inotify').length;
  }, 0);
  return { capacity, used };
}

function wholeNumber(words: string | undefined): number | undefined {
  const trimmed = words?.trim() ?? '';
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not every kernel has it, nor shows it to everybody: the caller says that it is unknown.
    return undefined;
  }
}

/** Of a process that ended meanwhile, or of somebody else's: nothing. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
