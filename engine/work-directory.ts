import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PULUMI_PROJECT } from '../components/vocabulary';
import { isNoSpace, noSpace } from '../errors';
import { currentProcess, livenessOf } from './process-identity';

export interface WorkDirectory {
  /** Where the CLI runs; holds the project's settings. */
  readonly path: string;
  /** The CLI's home: its caches end with the operation, and it cannot log there. */
  readonly home: string;
  readonly temporary: string;
  remove(): void;
}

/** Process number, its start and its namespace stand in the name, so that what a killed process left can be told. */
const NAME = /^testbed-operation-(\d+)-(\d*)-(\d*)-[A-Za-z0-9]{6}$/;

/** A folder of one operation, mode 0700, outside any repository. Throws NoSpace and leaves nothing then. */
export function makeWorkDirectory(): WorkDirectory {
  const { pid, startedAt, pidNamespace } = currentProcess();
  const namespace = digitsOf(pidNamespace);
  const prefix = join(tmpdir(), `testbed-operation-${pid}-${startedAt ?? ''}-${namespace}-`);
  const path = orNoSpace(prefix, () => mkdtempSync(prefix));
  const directory: WorkDirectory = {
    path,
    home: join(path, 'home'),
    temporary: join(path, 'tmp'),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  };
  try {
    orNoSpace(path, () => {
      for (const folder of [directory.home, directory.temporary]) mkdirSync(folder, { mode: 0o700 });
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
  const here = currentProcess();
  for (const name of readdirSync(tmpdir())) {
    const [, pid, startedAt, namespace] = NAME.exec(name) ?? [];
    if (pid === undefined || namespace !== digitsOf(here.pidNamespace)) continue;
    const identity = { ...here, pid: Number(pid), startedAt: startedAt === '' ? undefined : startedAt };
    if (livenessOf(identity) !== 'dead') continue;
    const path = join(tmpdir(), name);
    try {
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else swept it, or it is not ours to remove: either way there is nothing to do.
      continue;
    }
  }
}

function orNoSpace<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw isNoSpace(cause) ? noSpace(path, cause) : cause;
  }
}

function digitsOf(namespace: string | undefined): string {
  return /\d+/.exec(namespace ?? '')?.[0] ?? '';
}
