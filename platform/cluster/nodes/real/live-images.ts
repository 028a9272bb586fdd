import { isDeepStrictEqual } from 'node:util';
import { clusterDnsFacts } from '../../bootstrap/cluster-dns';
import type { ClusterLayout } from '../../layout';
import { writeRecord, type ClusterRecord } from '../../record/cluster-record';
import { importImage, type NodeImage } from './import-images';

/**
 * The record with other images, when nothing else of the cluster differs and nothing of its own is made of one that changed: such images can be
 * imported while all runs. undefined when it takes a restart.
 */
export function withOtherImages(
  known: ClusterRecord,
  wanted: object,
  images: readonly NodeImage[] | undefined,
): ClusterRecord | undefined {
  if (known.nodes.kind !== 'real' || known.realNode === undefined || images === undefined) return undefined;
  const next = { ...known, realNode: { ...known.realNode, images: images.map((image) => ({ ...image })) } };
  const isSameCluster =
    isDeepStrictEqual(next, wanted) && isDeepStrictEqual(clusterDnsFacts(next), clusterDnsFacts(known));
  return isSameCluster ? next : undefined;
}

/** Imports into the running node what it does not have, and remembers it. Those of before stay: testbeds may still run them. */
export async function importLive(layout: ClusterLayout, next: ClusterRecord, signal: AbortSignal): Promise<void> {
  for (const image of next.realNode?.images ?? []) await importImage(layout, image, signal);
  writeRecord(layout, next);
}
