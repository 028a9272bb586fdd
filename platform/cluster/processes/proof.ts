import { readFileSync, readdirSync } from 'node:fs';
import { TestbedError, text } from '../../../errors';
import { startOf } from '../../../host/process-identity';

/** Carried by every process of a cluster: whose it is, and what it does there. Only our own uid can read another's environment. */
export const TOKEN_VARIABLE = 'TESTBED_CLUSTER_INSTANCE';
export const ROLE_VARIABLE = 'TESTBED_CLUSTER_ROLE';

/** A process of this boot that proved to be ours by the token in its environment. */
export interface OwnProcess {
  readonly pid: number;
  /** See ProcessIdentity.startedAt: a pid is used again by the kernel, a pid with its start is not. */
  readonly startTime: string;
  /** `supervisor` or the name of a component. */
  readonly role: string;
}

/** Throws ClusterUnsuitable where the kernel can't tell which process is which. */
export function requireProofs(): void {
  if (process.platform === 'linux' && startOf(process.pid) !== undefined) return;
  throw new TestbedError(
    'ClusterUnsuitable',
    text(
      `the embedded cluster needs Linux with /proc to prove which processes are its own; this is ${process.platform}`,
      `내장 클러스터는 자기 프로세스를 확인하기 위해 /proc이 있는 Linux가 필요합니다. 현재 시스템은 ${process.platform}입니다`,
    ),
    {
      hint: text(
        'use an existing cluster: testbed doctor --context NAME',
        '기존 클러스터를 사용하세요: testbed doctor --context NAME',
      ),
    },
  );
}

function environmentOf(pid: number): ReadonlyMap<string, string> | undefined {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(
      pairs.map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
    );
  } catch {
    // Ended meanwhile, or another user's: not ours either way.
    return undefined;
  }
}

/** The proof: the process if it carries `token`, else undefined. */
export function proveOwn(pid: number, token: string): OwnProcess | undefined {
  // Most processes are not ours, so the cheapest look comes first.
  if (environmentOf(pid)?.get(TOKEN_VARIABLE) !== token) return undefined;
  const startTime = startOf(pid);
  if (startTime === undefined) return undefined;
  // Again, between two equal start times: the first look may have been at another process under the same pid.
  const environment = environmentOf(pid);
  if (environment?.get(TOKEN_VARIABLE) !== token || startOf(pid) !== startTime) return undefined;
  return { pid, startTime, role: environment.get(ROLE_VARIABLE) ?? 'unknown' };
}

/** Every living process of the cluster with that token. Records on disk are not asked: they may be old, the kernel is not. */
export function ownProcesses(token: string): readonly OwnProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => proveOwn(Number(name), token) ?? []);
}

export function isAlive({ pid, startTime }: Pick<OwnProcess, 'pid' | 'startTime'>): boolean {
  return startOf(pid) === startTime;
}

/** Sends a signal after proving once more, in the same breath, that the process is ours. Returns whether it was sent. */
export function signalOwn(target: OwnProcess, token: string, signal: 'SIGTERM' | 'SIGKILL' | 'SIGCONT'): boolean {
  if (proveOwn(target.pid, token)?.startTime !== target.startTime) return false;
  try {
    process.kill(target.pid, signal);
    return true;
  } catch {
    // It ended between the proof and the signal.
    return false;
  }
}
