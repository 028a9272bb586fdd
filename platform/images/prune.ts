import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Blobs } from './blobs';
import type { ImageRecords } from './records';
import { endRoot } from './unpack';

/** Of each name the present image and the two before it. */
const KEPT = 3;

/**
 * Forgets the oldest images of each name, and ends blobs and unpacked folders that no image has any more. Only for who holds the store's lock:
 * blobs of an image that is being made have no record yet. A folder that a node still has mounted stays.
 */
export function pruneStore(directory: string, records: ImageRecords, blobs: Blobs): void {
  const kept = new Set<string>();
  const images = new Set<string>();
  for (const name of records.names()) {
    const current = records.current(name)?.image.digest;
    const [...all] = records.all(name).sort((a) => (a.image.digest === current ? -1 : 0));
    for (const old of all.slice(KEPT)) records.forget(old);
    for (const { image, blobs: parts } of all.slice(0, KEPT)) {
      images.add(image.digest.slice('sha256:'.length));
      for (const part of parts) kept.add(part);
    }
  }
  blobs.keepOnly(kept);
  const roots = join(directory, 'roots');
  if (!existsSync(roots)) return;
  for (const name of readdirSync(roots)) {
    if (name.startsWith('.ending-')) rmSync(join(roots, name), { recursive: true, force: true, maxRetries: 3 });
    else if (!images.has(name) && !isMounted(name)) endRoot(join(roots, name));
  }
}

/** Whether any process that we may look at sees a mount with this digest in it, such as the lower layer of a node's root. */
function isMounted(hex: string): boolean {
  if (!existsSync('/proc/self/mountinfo')) return false;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/mountinfo`, 'latin1').includes(hex);
      } catch {
        // It has ended meanwhile, or is somebody else's, who could not mount what is ours.
        return false;
      }
    });
}
