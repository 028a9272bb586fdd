import { rmSync } from 'node:fs';
import { makeProcessFolder, sweepProcessFolders } from '../../host/process-folder';

const PREFIX = '.work-';

/** Runs `work` in a new folder inside `folder`, which bears this process's identity and is gone afterwards. */
export async function inWorkFolder<T>(folder: string, work: (workFolder: string) => Promise<T>): Promise<T> {
  const workFolder = makeProcessFolder(folder, PREFIX);
  try {
    return await work(workFolder);
  } finally {
    rmSync(workFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Ends what processes that are gone left in `folder`: half downloads, half builds. Only for who holds the lock of `folder`. */
export function sweepWorkFolders(folder: string): void {
  sweepProcessFolders(folder, PREFIX, 'remove');
}
