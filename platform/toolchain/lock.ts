import { randomBytes } from 'node:crypto';
import { link, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isRunning, ownIdentity } from './process-identity';
import { codeOf } from './tool-errors';

/*
 * A lock is the file `.lock.N` with the highest N: held while its process runs, free when it says so or its process is gone.
 * Who finds it free creates N+1, which only one can (link is exclusive), so that a dead holder is never taken over twice;
 * nobody ever ends another's file of the same number. The last file stays behind: counting must go on from it.
 */
const LOCK = /^\.lock\.(\d{1,12})$/;
const record = z.object({ pid: z.int().positive(), started: z.string(), state: z.enum(['held', 'released']) });
type LockRecord = z.infer<typeof record>;

export interface LockOptions {
  readonly signal: AbortSignal | undefined;
  /** Called at each look while somebody else holds it; what it throws ends the waiting. */
  readonly onWait: (holder: { readonly pid: number; readonly waitedMs: number }) => void;
  /** Between two looks. Default 250. */
  readonly pollMs?: number;
}

/** Runs `work` while holding the lock of `folder` (which exists), and gives it back however `work` ends. */
export async function withLock<T>(folder: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const number = await acquire(folder, options);
  try {
    return await work();
  } finally {
    const file = await writeRecord(folder, 'released');
    await rename(file, join(folder, `.lock.${number}`));
  }
}

async function acquire(folder: string, options: LockOptions): Promise<number> {
  const since = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const highest = Math.max(0, ...(await lockNumbers(folder)));
    const holder = highest === 0 ? undefined : await holderOf(folder, highest);
    if (holder === undefined) {
      if (await claim(folder, highest + 1)) return highest + 1;
      continue;
    }
    options.onWait({ pid: holder.pid, waitedMs: Math.round(performance.now() - since) });
    await delay(options.pollMs ?? 250, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

async function claim(folder: string, number: number): Promise<boolean> {
  const mine = join(folder, `.lock.${number}`);
  const file = await writeRecord(folder, 'held');
  try {
    await link(file, mine);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(file, { force: true });
  }
  const numbers = await lockNumbers(folder);
  if (Math.max(...numbers) !== number) {
    // What was seen free had long been taken and given back by others: a lower number means nothing.
    await rm(mine, { force: true });
    return false;
  }
  for (const lower of numbers) if (lower < number) await rm(join(folder, `.lock.${lower}`), { force: true });
  return true;
}

async function lockNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = LOCK.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Who holds lock `number`; undefined when it is free. */
async function holderOf(folder: string, number: number): Promise<LockRecord | undefined> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, `.lock.${number}`), 'utf8'));
  } catch (error) {
    // Files are linked whole: what is no JSON was cut off by a crash of the machine, what is not there was withdrawn.
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = record.safeParse(content);
  return parsed.success && parsed.data.state === 'held' && isRunning(parsed.data) ? parsed.data : undefined;
}

async function writeRecord(folder: string, state: LockRecord['state']): Promise<string> {
  const own = ownIdentity();
  const file = join(folder, `.lock-${own.pid}-${own.started}-${randomBytes(4).toString('hex')}`);
  await writeFile(file, JSON.stringify({ ...own, state } satisfies LockRecord), { flag: 'wx', mode: 0o644 });
  return file;
}
