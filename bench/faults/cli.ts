import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../package/root';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command in a real process. */
export interface RunningCli {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Its own number and those of everything it started that still runs. */
  family(): readonly number[];
}

/** Starts `testbed`; `environment` is all that it sees of the caller's. Errors of starting are this program's. */
export function startCli(
  argv: readonly string[],
  place: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
): RunningCli {
  const child = spawn(process.execPath, [join(packageRoot(), 'bin', 'testbed.cjs'), ...argv], {
    cwd: place.folder,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the command could not be started');
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return {
    pid,
    // `exit`, not `close`: what a killed command leaves running may hold its pipes.
    ended: new Promise((resolve) => {
      child.on('exit', (code, signal) =>
        setImmediate(() =>
          resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
        ),
      );
    }),
    family: () => familyOf(pid),
  };
}

/** Sends a signal to all of them, as close to the same instant as can be; who is gone is gone. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
}

/** Whether a process still runs; one that ended and was not waited for does not. */
export function isRunning(pid: number): boolean {
  return statOf(pid)?.state !== undefined && statOf(pid)?.state !== 'Z';
}

function familyOf(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? statOf(pid)?.parent : undefined;
    if (parent !== undefined) parents.set(pid, parent);
  }
  const family = [root];
  for (const pid of family) for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name in the middle may hold anything.
  const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}
