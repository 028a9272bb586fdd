import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hasErrorCode } from '../../../host/error-code';
import { ensurePrivateFolder } from '../private-files';
import {
  dataFolder,
  halfImageFile,
  imageFile,
  mountPoint,
  plainFolder,
  templateFolder,
  volumeOf,
  type VolumePlace,
} from './local-place';

/** Makes the folders that volumes lie in; other users of the host see nothing of them. */
export async function preparePlace(place: VolumePlace): Promise<void> {
  ensurePrivateFolder(place.volumes);
  ensurePrivateFolder(place.mounts);
  await mkdir(dataFolder(templateFolder(place)), { recursive: true, mode: 0o755 });
}

/** Begins an image: an empty file of that size, which takes no room yet. What an earlier try left is ended first. */
export async function beginImage(place: VolumePlace, name: string, bytes: number): Promise<string> {
  const half = halfImageFile(place, name);
  await rm(half, { force: true });
  const handle = await open(half, 'wx', 0o600);
  try {
    await handle.truncate(bytes);
  } finally {
    await handle.close();
  }
  return half;
}

/** Gives a finished image its name; after a power cut it is there whole or not at all. */
export async function finishImage(place: VolumePlace, name: string): Promise<void> {
  const half = halfImageFile(place, name);
  await synced(half);
  await rename(half, imageFile(place, name));
  await synced(place.volumes);
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function makePlainFolder(place: VolumePlace, name: string): Promise<string> {
  const folder = plainFolder(place, name);
  await mkdir(dataFolder(folder), { recursive: true, mode: 0o755 });
  await synced(place.volumes);
  return folder;
}

/** How a volume is kept, undefined when there is none. */
export async function kindOf(place: VolumePlace, name: string): Promise<'image' | 'folder' | undefined> {
  if ((await statOrNothing(imageFile(place, name)))?.isFile() === true) return 'image';
  if ((await statOrNothing(plainFolder(place, name)))?.isDirectory() === true) return 'folder';
  return undefined;
}

/** What `losetup` calls the file behind a device: `<major>:<minor> <inode>`. */
export async function identityOf(file: string): Promise<string | undefined> {
  const found = await statOrNothing(file);
  if (found === undefined) return undefined;
  const device = BigInt(found.dev);
  // The layout of a device number in Linux: twelve bits of the major and eight of the minor below the rest of each.
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor} ${found.ino}`;
}

/** Ends everything of an unmounted volume. */
export async function removeVolume(place: VolumePlace, name: string): Promise<void> {
  await removeMountPoint(place, name);
  await rm(halfImageFile(place, name), { force: true });
  await rm(imageFile(place, name), { force: true });
  await rm(plainFolder(place, name), { recursive: true, force: true });
}

/** Never more than the empty folder: what is mounted there, by anybody, is not ours to end. */
export async function removeMountPoint(place: VolumePlace, name: string): Promise<void> {
  try {
    await rmdir(mountPoint(place, name));
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
}

/** The names of all volumes of which there is anything, half or whole. */
export async function volumesOnDisk(place: VolumePlace): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const entry of await readdir(place.volumes)) {
    const name = volumeOf(entry);
    if (name !== undefined) names.add(name);
  }
  return [...names].toSorted();
}

async function statOrNothing(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
