import { isKubernetesError } from '../kubernetes/failures';
import type { KubernetesClient } from '../kubernetes/types';
import { knownVolume } from '../platform/cluster/storage/local-volumes';

/** A volume of the embedded cluster's real node. */
export interface VolumeUse {
  readonly namespace: string;
  readonly claim: string;
  /** Its size in bytes. */
  readonly size: number;
  /** Bytes used when last measured; undefined when it was not yet. */
  readonly used: number | undefined;
  /** `enforced` by its file system; else it is measured, and who writes more than the size is stopped. */
  readonly quota: 'enforced' | 'unenforced';
  /** It held more than its size when last measured. */
  readonly over: boolean;
}

/** The local volumes of a namespace, or of all; none where this reader may not look, as on a foreign cluster. */
export async function volumesInUse(client: KubernetesClient, namespace?: string): Promise<readonly VolumeUse[]> {
  const volumes: VolumeUse[] = [];
  try {
    for await (const object of client.list('v1', 'PersistentVolume')) {
      const volume = knownVolume(object);
      if (volume === undefined || volume.isReleased) continue;
      const { claim, bytes, quota, told } = volume;
      if (namespace !== undefined && claim.namespace !== namespace) continue;
      volumes.push({ namespace: claim.namespace, claim: claim.name, size: bytes, quota, ...told });
    }
  } catch (error) {
    if (!isKubernetesError(error, 'Forbidden')) throw error;
  }
  return volumes;
}
