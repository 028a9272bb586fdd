import { statfs } from 'node:fs/promises';

/** The host keeps so much for itself and for what volumes were promised already. */
export const RESERVE_BYTES = 2 * 2 ** 30;

/** Bytes that the disk below `path` can still take from this process. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/**
 * Why there is no room for a volume of `bytes` on a disk with `free`; undefined when there is. Volumes take room as they fill, so all together may be promised more
 * than there is, but each must fit by itself beside the reserve.
 */
export function noRoom(bytes: number, free: number, reserve: number): string | undefined {
  const room = free - reserve;
  if (bytes <= room) return undefined;
  return `the node's disk has ${mebibytes(Math.max(room, 0))} for volumes beside its reserve of ${mebibytes(reserve)}, the claim asks for ${mebibytes(bytes)}: free some space on the host or claim less`;
}

export function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}
