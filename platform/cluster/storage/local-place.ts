import { join } from 'node:path';
import type { ClusterLayout } from '../layout';

/**
 * Runs a command inside the node's namespaces and resolves when it ended with 0; rejects with its words otherwise. The arguments reach no shell.
 * Killed when `signal` is aborted.
 */
export type NodeCommand = (
  argv: readonly string[],
  options: { readonly signal: AbortSignal; readonly input?: string },
) => Promise<{ readonly stdout: string }>;

/** Where the node's volumes lie: the same absolute paths on the host and in the node. */
export interface VolumePlace {
  /** Holds a file (or, without loop devices, a folder) a volume. */
  readonly volumes: string;
  /** Holds a mount point a volume; what is mounted there is seen in the node only. */
  readonly mounts: string;
}

export function volumePlace({ directory }: Pick<ClusterLayout, 'directory'>): VolumePlace {
  const node = join(directory, 'node');
  return { volumes: join(node, 'volumes'), mounts: join(node, 'mounts') };
}

/**
 * What pods get is a folder in the volume: it exists only while the volume is mounted, so that nothing is ever written beside it, and it is empty at first,
 * without the file system's own `lost+found`.
 */
const DATA = 'data';

export function imageFile(place: VolumePlace, name: string): string {
  return join(place.volumes, `${name}.img`);
}

/** An image that is not whole yet. */
export function halfImageFile(place: VolumePlace, name: string): string {
  return join(place.volumes, `${name}.half`);
}

export function plainFolder(place: VolumePlace, name: string): string {
  return join(place.volumes, `${name}.folder`);
}

export function mountPoint(place: VolumePlace, name: string): string {
  return join(place.mounts, name);
}

/** What a new file system holds. */
export function templateFolder(place: VolumePlace): string {
  return join(place.volumes, '.template');
}

/** The folder that pods get, in a mounted volume, a plain folder or the template. */
export function dataFolder(volume: string): string {
  return join(volume, DATA);
}

const NAME = /^local-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A volume is named after its claim's uid, which is never used twice. */
export function volumeName(claimUid: string): string {
  return `local-${claimUid}`;
}

/** The uid of the claim whose volume bears this name; undefined when it is not a name of ours. */
export function claimOf(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** The name of the volume that a file or folder in `volumes` belongs to, half or whole; undefined for what is not ours. */
export function volumeOf(entry: string): string | undefined {
  const name = /^(.+)\.(?:img|half|folder)$/.exec(entry)?.[1];
  return name === undefined || claimOf(name) === undefined ? undefined : name;
}
