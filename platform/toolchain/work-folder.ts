import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, ownIdentity } from './process-identity';

const LEFT_BEHIND = /^\.(?:work|lock)-(\d+)-([0-9a-f]{16})-[0-9a-f]+$/;

/** Runs `work` in a new folder inside `folder`, which bears this process's identity and is gone afterwards. */
export async function inWorkFolder<T>(folder: string, work: (workFolder: string) => Promise<T>): Promise<T> {
  const own = ownIdentity();
  const workFolder = join(folder, `.work-${own.pid}-${own.started}-${randomBytes(4).toString('hex')}`);
  await mkdir(workFolder, { mode: 0o700 });
  try {
    return await work(workFolder);
  } finally {
    await rm(workFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Ends what processes that are gone left in `folder`: half downloads, half builds. */
export async function sweepWorkFolders(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid, started] = LEFT_BEHIND.exec(name) ?? [];
    if (pid === undefined || started === undefined || isRunning({ pid: Number(pid), started })) continue;
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
