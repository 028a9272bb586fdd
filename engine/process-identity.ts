import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks since the host's start; undefined where the system does not tell. */
  readonly startedAt?: string | undefined;
  /** The host's boot; a later boot proves that every process of this one is gone. */
  readonly boot?: string | undefined;
  /** Process numbers mean something only inside their namespace. */
  readonly pidNamespace?: string | undefined;
}

/** `unknown`: on another host, in another namespace, or not to be told here; treat it as alive. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** Who we are, in the words that other processes use to see whether we still live. */
export function currentProcess(): ProcessIdentity {
  return {
    host: hostname(),
    pid: process.pid,
    startedAt: startOf(process.pid),
    boot: bootId(),
    pidNamespace: pidNamespace(),
  };
}

/** Whether the process that wrote `identity` still runs. Answers `dead` only on proof. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  const here = currentProcess();
  if (identity.host !== here.host) return 'unknown';
  if (identity.boot !== undefined && here.boot !== undefined && identity.boot !== here.boot) return 'dead';
  if (identity.pidNamespace !== here.pidNamespace) return 'unknown';
  if (!exists(identity.pid)) return 'dead';
  const startedAt = startOf(identity.pid);
  if (identity.startedAt === undefined || startedAt === undefined) return 'unknown';
  return identity.startedAt === startedAt ? 'alive' : 'dead';
}

/** Whether a process of this number runs on this host, whoever owns it. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has its number, but it does nothing any more.
    return stat(pid)?.[0] !== 'Z';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Start of a running process as milliseconds since the epoch; undefined where the system does not tell. */
export function startInstantOf(pid: number): number | undefined {
  const ticks = Number(startOf(pid));
  const bootSeconds = /^btime (\d+)$/m.exec(read('/proc/stat') ?? '')?.[1];
  if (!Number.isFinite(ticks) || bootSeconds === undefined) return undefined;
  // Linux fixes the tick of /proc at a hundredth of a second.
  return Number(bootSeconds) * 1000 + ticks * 10;
}

function startOf(pid: number): string | undefined {
  return stat(pid)?.[19];
}

/** The fields of /proc/PID/stat after the command's name, which may hold anything: the state is first. */
function stat(pid: number): string[] | undefined {
  const line = read(`/proc/${pid}/stat`);
  return line?.slice(line.lastIndexOf(')') + 2).split(' ');
}

function bootId(): string | undefined {
  return read('/proc/sys/kernel/random/boot_id')?.trim();
}

function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // No /proc: not Linux, where process numbers have one space only.
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process ended, or there is no /proc.
    return undefined;
  }
}
