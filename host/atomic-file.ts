import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from './error-code';

export interface AtomicWrite {
  /** Permissions of the file. Default 0600. */
  readonly mode?: number;
  /** Synced before it appears: after a power cut there is the old content or the new one. Default false. */
  readonly durable?: boolean;
  /** What becomes of a file that is there already. Default `replace`; `keep` needs a file system with hard links. */
  readonly existing?: 'replace' | 'keep';
  /** Where it is written first, on the same file system. Default beside the file, under a name of its own. */
  readonly half?: string;
}

/**
 * Writes a file whole or not at all: readers see the old content or the new one, never a part. With `keep`, of two who write at the same
 * time one wins, and the other is told that the file `exists`. Throws what the file system says, and leaves nothing of its own then.
 */
export function writeWhole(file: string, content: string, options: AtomicWrite = {}): 'written' | 'exists' {
  const { mode = 0o600, durable = false, existing = 'replace' } = options;
  const half = options.half ?? `${file}.${randomBytes(6).toString('hex')}.half`;
  const handle = openSync(half, 'wx', mode);
  try {
    try {
      // Unlike writeSync it goes on after a short write: on a nearly full disk a part would else pass for the whole.
      writeFileSync(handle, content);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    // link, unlike rename, fails when the name is taken.
    if (existing === 'keep') linkSync(half, file);
    else renameSync(half, file);
    return 'written';
  } catch (error) {
    if (existing === 'keep' && hasErrorCode(error, 'EEXIST')) return 'exists';
    throw error;
  } finally {
    rmSync(half, { force: true });
  }
}
