import { z } from 'zod';
import { bytesOf } from '../../../components/quantity';
import { ANNOTATIONS, STORAGE_CLASSES } from '../../../components/vocabulary';
import type { KubernetesObject } from '../../../kubernetes/types';
import { LOCAL_PROVISIONER, type ClaimReference, type VolumeQuota } from './local-claims';
import { claimOf } from './local-place';

const volumeSchema = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    annotations: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    storageClassName: z.literal(STORAGE_CLASSES.local),
    persistentVolumeReclaimPolicy: z.string(),
    capacity: z.object({ storage: z.string() }),
    claimRef: z.object({ namespace: z.string(), name: z.string(), uid: z.string() }),
  }),
  status: z.object({ phase: z.string().optional() }).optional(),
});

/** What the API server knows of a volume of ours. */
export interface KnownVolume {
  readonly name: string;
  readonly uid: string;
  readonly claim: ClaimReference;
  readonly bytes: number;
  readonly quota: VolumeQuota;
  /** Bytes used as last told, and whether that was more than the claim. */
  readonly told: { readonly used: number | undefined; readonly over: boolean };
  /** Its claim is gone. */
  readonly isReleased: boolean;
  /** Somebody asked that the data outlive the claim. */
  readonly isRetained: boolean;
}

/** A volume of ours as the API server tells it; undefined for every other. Its name and its claim must fit together. */
export function knownVolume(object: KubernetesObject): KnownVolume | undefined {
  const parsed = volumeSchema.safeParse(object);
  if (!parsed.success) return undefined;
  const { metadata, spec, status } = parsed.data;
  const { annotations } = metadata;
  if (annotations['pv.kubernetes.io/provisioned-by'] !== LOCAL_PROVISIONER) return undefined;
  if (claimOf(metadata.name) !== spec.claimRef.uid) return undefined;
  const used = annotations[ANNOTATIONS.used];
  return {
    name: metadata.name,
    uid: metadata.uid,
    claim: spec.claimRef,
    bytes: Number(bytesOf(spec.capacity.storage) ?? 0n),
    quota: annotations[ANNOTATIONS.quota] === 'enforced' ? 'enforced' : 'unenforced',
    told: {
      used: used === undefined || !/^\d{1,15}$/.test(used) ? undefined : Number(used),
      over: annotations[ANNOTATIONS.over] !== undefined,
    },
    isReleased: status?.phase === 'Released' || status?.phase === 'Failed',
    isRetained: spec.persistentVolumeReclaimPolicy !== 'Delete',
  };
}
