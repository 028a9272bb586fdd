import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { isNoSpace, noSpace } from '../errors';
import { makeProcessFolder, sweepProcessFolders } from '../host/process-folder';

export interface WorkDirectory {
  /** Where the CLI runs; holds the project's settings. */
  readonly path: string;
  /** The CLI's home: its caches end with the operation, and it cannot log there. */
  readonly home: string;
  readonly temporary: string;
  /** The CLI's store: it holds a copy of the one state that the operation works on. */
  readonly state: string;
  remove(): void;
}

const PREFIX = 'testbed-operation-';

/** A folder of one operation, mode 0700, outside any repository. Throws NoSpace and leaves nothing then. */
export function makeWorkDirectory(): WorkDirectory {
  const path = orNoSpace(tmpdir(), () => makeProcessFolder(tmpdir(), PREFIX));
  const directory: WorkDirectory = {
    path,
    home: join(path, 'home'),
    temporary: join(path, 'tmp'),
    state: join(path, 'state'),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  };
  try {
    orNoSpace(path, () => {
      for (const folder of [directory.home, directory.temporary, directory.state]) mkdirSync(folder, { mode: 0o700 });
      // The CLI logs every command, values included, and has no switch against it; where its folder cannot be made it goes on without.
      writeFileSync(join(directory.home, 'logs'), '', { mode: 0o400 });
      writeFileSync(join(path, 'Pulumi.yaml'), `name: ${PULUMI_PROJECT}\nruntime: nodejs\n`, { mode: 0o600 });
    });
  } catch (error) {
    directory.remove();
    throw error;
  }
  return directory;
}

/** Removes the folders of processes that are provably gone. */
export function sweepWorkDirectories(): void {
  sweepProcessFolders(tmpdir(), PREFIX, 'keep');
}

function orNoSpace<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(path, cause) : cause;
  }
}
