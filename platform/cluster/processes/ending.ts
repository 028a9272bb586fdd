import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, ownProcesses, signalOwn, type OwnProcess } from './proof';

const POLL_MS = 50;

/** Who is ended first: those who write to the API, then the API, then what it stores in. Later entries wait for earlier ones. */
export const ENDING_ORDER: readonly (readonly string[])[] = [
  ['supervisor'],
  ['kwok', 'kube-scheduler', 'kube-controller-manager', 'unknown'],
  ['kube-apiserver'],
  ['etcd'],
];

/** Waits until none of them lives; false when the time is out. */
export async function waitForEnd(processes: readonly OwnProcess[], milliseconds: number): Promise<boolean> {
  const until = Date.now() + milliseconds;
  while (processes.some(isAlive)) {
    if (Date.now() >= until) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** TERM, then KILL after `graceMs`; every signal only after a fresh proof. Returns whether all are gone. */
export async function endOwn(processes: readonly OwnProcess[], token: string, graceMs: number): Promise<boolean> {
  for (const target of processes) {
    signalOwn(target, token, 'SIGTERM');
    // A stopped process would keep the signal for later.
    signalOwn(target, token, 'SIGCONT');
  }
  if (await waitForEnd(processes, graceMs)) return true;
  for (const target of processes) signalOwn(target, token, 'SIGKILL');
  return waitForEnd(processes, 5000);
}

/** Ends every process that carries the token, in order, and returns those that remain (none, unless the kernel holds them). */
export async function endAllOwn(token: string, graceMs: number): Promise<readonly OwnProcess[]> {
  const known = ENDING_ORDER.flat();
  for (const roles of ENDING_ORDER) {
    const targets = ownProcesses(token).filter(
      ({ role }) => roles.includes(role) || (roles.includes('unknown') && !known.includes(role)),
    );
    if (targets.length > 0) await endOwn(targets, token, graceMs);
  }
  return ownProcesses(token);
}
