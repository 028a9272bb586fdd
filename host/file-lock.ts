import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { writeWhole } from './atomic-file';
import { hasErrorCode } from './error-code';
import { currentProcess, livenessOf, type ProcessIdentity } from './process-identity';

/*
 * A lock is a folder in which each contender puts a file of its own name and looks around after: who sees no other holds it, who sees
 * one withdraws. Of two at most one can hold it, for each writes before it looks. A name is never used twice, so that the file of a dead
 * process can be removed without ever hitting a live one's, however long whoever removes it was stopped in between.
 */
const LOCK = /\.lock(?:\.[0-9a-f]+\.half)?$/;

/** Of those who come at the same instant the first by name looks so often for the others to withdraw, at such distance. */
const LOOKS = 10;
const LOOK_MS = 5;

const record = z.object({
  purpose: z.string(),
  since: z.string(),
  process: z.object({
    host: z.string(),
    pid: z.int().positive(),
    startedAt: z.string().optional(),
    boot: z.string().optional(),
    pidNamespace: z.string().optional(),
  }),
});
type LockRecord = z.output<typeof record>;

/** Who has the lock, or is about to. */
export interface LockHolder {
  readonly file: string;
  /** Undefined for a damaged file, which tells nothing: files appear whole. */
  readonly told: { readonly purpose: string; readonly since: string; readonly process: ProcessIdentity } | undefined;
}

export interface LockOptions {
  /** What it is taken for, for those who find it taken. */
  readonly purpose: string;
  /**
   * A holder that can't be proved dead or alive: on another host, in another process namespace, or a damaged file. `take` only where two
   * at the same time do no harm.
   */
  readonly whenUnsure: 'respect' | 'take';
  /** Called at each look that finds somebody; what it throws ends the waiting. */
  readonly onWait: (holder: LockHolder, waitedMs: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Between two looks. Default 100. */
  readonly pollMs?: number;
}

export interface FileLock {
  release(): void;
}

/** Takes the lock of `folder`, which is made where it is missing. Throws what `onWait` throws, the signal's reason, or what the disk says. */
export async function takeLock(folder: string, options: LockOptions): Promise<FileLock> {
  const { signal, onWait, pollMs = 100 } = options;
  const name = `${randomBytes(12).toString('hex')}.lock`;
  const file = join(folder, name);
  const release = (): void => rmSync(file, { force: true });
  const began = performance.now();
  const look = (): Found[] => othersIn(folder, name, options.whenUnsure);
  try {
    for (;;) {
      signal?.throwIfAborted();
      let others = look();
      if (others.length === 0) {
        enter(folder, file, options.purpose);
        others = look();
        for (let looks = 0; looks < LOOKS && others[0] !== undefined && name < others[0].name; looks += 1) {
          await delay(LOOK_MS);
          others = look();
        }
        if (others.length === 0) return { release };
        release();
      }
      const [first] = others;
      if (first !== undefined) onWait(first, Math.round(performance.now() - began));
      await delay(pollMs, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** Runs `work` while holding the lock, and gives it back however `work` ends. */
export async function withLock<Result>(
  folder: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await takeLock(folder, options);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function enter(folder: string, file: string, purpose: string): void {
  const own: LockRecord = { purpose, since: new Date().toISOString(), process: currentProcess() };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(file, JSON.stringify(own));
}

interface Found extends LockHolder {
  readonly name: string;
}

/** The others who may live, by name; files of the dead are removed. */
function othersIn(folder: string, own: string, whenUnsure: LockOptions['whenUnsure']): Found[] {
  return namesIn(folder)
    .filter((name) => LOCK.test(name) && !name.startsWith(own))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const content = contentOf(file);
      // Given back between two looks.
      if (content === undefined) return [];
      const told = parse(content);
      const liveness = told === undefined ? 'unknown' : livenessOf(told.process);
      // Half a file becomes a lock only by its writer's next step, after which that one looks around.
      const isHalf = name.endsWith('.half');
      if (liveness === 'dead' || (liveness === 'unknown' && whenUnsure === 'take' && !isHalf))
        rmSync(file, { force: true });
      else if (!isHalf) return [{ name, file, told }];
      return [];
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parse(content: string): LockRecord | undefined {
  try {
    return record.safeParse(JSON.parse(content)).data;
  } catch {
    // No JSON: damaged.
    return undefined;
  }
}
