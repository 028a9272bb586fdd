import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { currentProcess, livenessOfTag, tagOf } from './process-identity';

/** `PREFIX<tag>-<six of mkdtemp>` */
const SUFFIX = /^(?<tag>.+)-[A-Za-z0-9]{6}$/;

/** Makes a folder of mode 0700 in `parent` whose name tells which process it belongs to. Throws what the disk says. */
export function makeProcessFolder(parent: string, prefix: string): string {
  return mkdtempSync(join(parent, `${prefix}${tagOf(currentProcess())}-`));
}

/**
 * Removes what processes that are gone left in `parent` under that prefix. `whenUnsure`: folders of another host or process namespace,
 * of which nobody can tell; to be removed only where the caller alone may work in `parent`.
 */
export function sweepProcessFolders(parent: string, prefix: string, whenUnsure: 'keep' | 'remove'): void {
  for (const name of readdirSync(parent)) {
    const tag = name.startsWith(prefix) ? SUFFIX.exec(name.slice(prefix.length))?.groups?.['tag'] : undefined;
    const liveness = tag === undefined ? undefined : livenessOfTag(tag);
    if (liveness !== 'dead' && !(liveness === 'unknown' && whenUnsure === 'remove')) continue;
    const folder = join(parent, name);
    try {
      if (statSync(folder).uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Somebody else swept it, or it is not ours to remove: either way there is nothing to do.
      continue;
    }
  }
}
