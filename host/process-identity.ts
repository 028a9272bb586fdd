import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Opaque, the same for the whole life of the process: clock ticks since the host's start, or what `ps` says where there is no /proc. */
  readonly startedAt?: string | undefined;
  /** The host's boot; a later boot proves that every process of this one is gone. */
  readonly boot?: string | undefined;
  /** Process numbers mean something only inside their namespace. */
  readonly pidNamespace?: string | undefined;
}

/** `unknown`: on another host, in another namespace, or not to be told here; treat it as alive. */
type Liveness = 'alive' | 'dead' | 'unknown';

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
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !hasEnded(stat(pid));
}

/** Whether a process is held by SIGSTOP or a debugger: it exists and does nothing until somebody wakes it. */
export function isStopped(pid: number): boolean {
  const state = stat(pid)?.[0];
  return state === 'T' || state === 't';
}

/** When a process began (see `ProcessIdentity.startedAt`); undefined when none of this number runs or the system does not tell. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return startByPs(pid);
  const fields = stat(pid);
  return hasEnded(fields) ? undefined : fields?.[19];
}

/** Start of a running process as milliseconds since the epoch; undefined where the system does not tell. */
export function startInstantOf(pid: number): number | undefined {
  const ticks = Number(stat(pid)?.[19]);
  const bootSeconds = /^btime (\d+)$/m.exec(read('/proc/stat') ?? '')?.[1];
  if (!Number.isFinite(ticks) || bootSeconds === undefined) return undefined;
  // Linux fixes the tick of /proc at a hundredth of a second.
  return Number(bootSeconds) * 1000 + ticks * 10;
}

const TAG = /^(?<pid>\d+)-(?<startedAt>[0-9a-f]{12})-(?<place>[0-9a-f]{8})$/;

/** A process in the name of a file: `4711-0123456789ab-01234567`, for its number, its start in its boot, and its host and namespace. */
export function tagOf(identity: ProcessIdentity): string {
  const { host, pid, startedAt = '', boot = '', pidNamespace: namespace = '' } = identity;
  return `${pid}-${digest(12, boot, startedAt)}-${digest(8, host, namespace)}`;
}

/** Whether the process of a tag still runs; undefined for what is no tag. */
export function livenessOfTag(tag: string): Liveness | undefined {
  const told = TAG.exec(tag)?.groups;
  if (told === undefined) return undefined;
  const here = currentProcess();
  const pid = Number(told['pid']);
  if (told['place'] !== digest(8, here.host, here.pidNamespace ?? '')) return 'unknown';
  if (!exists(pid)) return 'dead';
  return tagOf({ ...here, pid, startedAt: startOf(pid) }) === tag ? 'alive' : 'dead';
}

function digest(length: number, ...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\0')).digest('hex').slice(0, length);
}

/** The fields of /proc/PID/stat after the command's name, which may hold anything: the state is first. */
function stat(pid: number): string[] | undefined {
  const line = read(`/proc/${pid}/stat`);
  return line?.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** A process that waits to be collected still has its number, but it does nothing any more. */
function hasEnded(fields: readonly string[] | undefined): boolean {
  return fields?.[0] === 'Z' || fields?.[0] === 'X';
}

function startByPs(pid: number): string | undefined {
  try {
    const start = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 }).trim();
    return start === '' ? undefined : start;
  } catch {
    // `ps` ends with 1 when there is no such process.
    return undefined;
  }
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
