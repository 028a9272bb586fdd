import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from './tool-errors';

export interface ChildRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** What the program sees as its own name. Default `command`. */
  readonly callAs?: string | undefined;
  readonly workingDirectory?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** After this the whole process group is ended and the call throws ChildTimeout. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Every line of stdout and stderr, cut at 2,000 characters. */
  readonly onLine: (line: string) => void;
}

export class ChildTimeout extends Error {}

const GRACE_MS = 5_000;
const LINE_CHARACTERS = 2_000;

/**
 * Runs a program in its own process group, without stdin. Returns its exit code, or the signal that ended it.
 * On abort or timeout the group gets SIGTERM, after 5 s SIGKILL, and the call rejects once it has ended.
 */
export async function runChild(request: ChildRequest): Promise<number | NodeJS.Signals> {
  // A file written a moment ago may still be open for writing in a child that another thread is just starting.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(request);
    } catch (error) {
      if (codeOf(error) !== 'ETXTBSY' || attempt === 5) throw error;
      await delay(20 * attempt);
    }
  }
}

async function runOnce(request: ChildRequest): Promise<number | NodeJS.Signals> {
  request.signal?.throwIfAborted();
  const child = spawn(request.command, request.args, {
    argv0: request.callAs,
    cwd: request.workingDirectory,
    env: request.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) readLines(stream, request.onLine);

  const { promise, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals>();
  let ending: unknown;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (reason: unknown): void => {
    if (ending !== undefined) return;
    ending = reason;
    signalGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  };
  const onAbort = (): void => end(request.signal?.reason ?? new Error('aborted'));
  const timer = setTimeout(() => end(new ChildTimeout(`no end after ${request.timeoutMs} ms`)), request.timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (ending !== undefined) reject(ending);
    else resolve(code ?? signal ?? 'SIGKILL');
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

/** Only ever called before the leader's end was seen, so the number is still its group's. */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Lines without their end; of an endless one only the beginning is kept. */
function readLines(stream: Readable, onLine: (line: string) => void): void {
  let partial = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const [first = '', ...others] = chunk.split('\n');
    partial = (partial + first).slice(0, LINE_CHARACTERS);
    for (const next of others) {
      onLine(partial.trimEnd());
      partial = next.slice(0, LINE_CHARACTERS);
    }
  });
  stream.on('end', () => {
    if (partial !== '') onLine(partial);
  });
}
