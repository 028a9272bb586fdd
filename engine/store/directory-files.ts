import { constants, lstatSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { MAX_DOCUMENT_BYTES, requireSize } from './document';
import { documentUnreadable } from './store-errors';

/** A half-made folder of this age is a dead process's; removing a living one's only makes that begin again. */
const HALF_MS = 3_600_000;

/** Whether there is a folder; throws StateUnreadable for a link or a file in its place. */
export function isFolder(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw documentUnreadable(folder, new Error('it is a link or a file instead of a folder'));
}

export async function writeSynced(file: string, content: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function readBounded(file: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw documentUnreadable(file, new Error('it is no plain file'));
    if (found.size > MAX_DOCUMENT_BYTES) requireSize(file, found.size, 'the store');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

export async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function discard(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Gone already, or in nobody's way.
  }
}

/** Removes a half-made folder of a dead process. */
export function removeDeadHalf(half: string): void {
  try {
    if (Date.now() - lstatSync(half).mtimeMs < HALF_MS) return;
    // Under another name first: a living one's rename then fails, instead of bringing a folder of which a part is gone.
    const gone = `${half}.gone`;
    renameSync(half, gone);
    rmSync(gone, { recursive: true, force: true });
  } catch {
    // Another one removes it, or nobody can: it is in nobody's way.
  }
}
