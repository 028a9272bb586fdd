import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { TestbedError, text } from '../../../errors';
import { fileError, hasErrorCode, readSmallFile } from '../private-files';
import { isAlive, startTimeOf } from './proof';

const POLL_MS = 100;
const MARKER_LIFE_MS = 30_000;

const holderSchema = z.object({ pid: z.int(), startTime: z.string(), nonce: z.string() });
type Holder = z.infer<typeof holderSchema>;

function readHolder(path: string): Holder | undefined {
  const content = readSmallFile(path);
  if (content === undefined) return undefined;
  try {
    return holderSchema.parse(JSON.parse(content));
  } catch {
    // Not a lock of ours: nobody who lives holds it.
    return { pid: 0, startTime: '', nonce: 'unreadable' };
  }
}

/** Creates `to` as another name of `from`; false when `to` exists or `from` does not. Atomic, with the whole content. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EEXIST', 'ENOENT')) return false;
    throw fileError(error, to);
  }
}

/**
 * Takes the lock of a dead holder away. Only who makes the marker named after that holder may do so, and only while the lock
 * is still that holder's: two who find the same dead holder can't both remove a lock, one of which would be the other's new one.
 */
function breakDeadLock(path: string, dead: Holder): void {
  const marker = `${path}.dead-${dead.nonce}`;
  if (!linked(path, marker)) {
    // Its maker may have died in between.
    try {
      if (Date.now() - statSync(marker).ctimeMs > MARKER_LIFE_MS) rmSync(marker, { force: true });
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw fileError(error, marker);
    }
    return;
  }
  if (readHolder(marker)?.nonce === dead.nonce) rmSync(path, { force: true });
  rmSync(marker, { force: true });
}

/**
 * Runs `work` while no other process does work under the same lock file. Waits up to `waitMs` for a living holder, then throws
 * ClusterBusy with its pid; the lock of a dead one is taken over.
 */
export async function withLock<Result>(
  path: string,
  waitMs: number,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const nonce = randomBytes(8).toString('hex');
  const own = `${path}.${nonce}`;
  const until = Date.now() + waitMs;
  try {
    writeFileSync(own, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '', nonce }), {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    throw fileError(error, own);
  }
  try {
    while (!linked(own, path)) {
      signal?.throwIfAborted();
      const holder = readHolder(path);
      if (holder !== undefined && !isAlive(holder)) breakDeadLock(path, holder);
      else if (holder !== undefined && Date.now() >= until) throw busy(holder);
      else await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await work();
  } finally {
    if (readHolder(path)?.nonce === nonce) rmSync(path, { force: true });
  }
}

function busy(holder: Holder): TestbedError {
  return new TestbedError(
    'ClusterBusy',
    text(
      `another command works on this cluster (process ${holder.pid})`,
      `다른 명령이 이 클러스터를 다루고 있습니다(프로세스 ${holder.pid})`,
    ),
    {
      hint: text(
        `wait until it is done, or look at it: ps -p ${holder.pid} -o args`,
        `끝날 때까지 기다리거나 확인하세요: ps -p ${holder.pid} -o args`,
      ),
    },
  );
}
