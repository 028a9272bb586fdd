import { LABELS, STORAGE_CLASSES } from '../../../components/vocabulary';
import type { KubernetesObject } from '../../../kubernetes/types';
import { SIMULATED_CSI_DRIVER, SIMULATED_DRIVER } from '../bootstrap/objects';
import { z } from 'zod';

/** What is read of a claim. */
const claimSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    storageClassName: z.string().optional(),
    volumeName: z.string().optional(),
    accessModes: z.array(z.string()).optional(),
    volumeMode: z.string().optional(),
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
  }),
});

/** What is read of a volume. */
const volumeSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.object({
    storageClassName: z.string().optional(),
    csi: z.object({ driver: z.string() }).optional(),
    claimRef: z.object({ uid: z.string().optional() }).optional(),
  }),
  status: z.object({ phase: z.string().optional() }).optional(),
});

/** The volume that a claim of the class `simulated` waits for; undefined when it waits for none of ours. */
export function volumeFor(claim: KubernetesObject): KubernetesObject | undefined {
  const parsed = claimSchema.safeParse(claim);
  if (!parsed.success) return undefined;
  const { metadata, spec } = parsed.data;
  const isWaiting =
    spec.storageClassName === STORAGE_CLASSES.simulated &&
    (spec.volumeName ?? '') === '' &&
    metadata.deletionTimestamp === undefined;
  if (!isWaiting) return undefined;
  const name = `simulated-${metadata.uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      labels: { [LABELS.simulated]: 'true' },
      annotations: { 'pv.kubernetes.io/provisioned-by': SIMULATED_DRIVER },
    },
    spec: {
      capacity: { storage: spec.resources.requests.storage },
      accessModes: spec.accessModes ?? ['ReadWriteOnce'],
      volumeMode: spec.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: STORAGE_CLASSES.simulated,
      csi: { driver: SIMULATED_CSI_DRIVER, volumeHandle: name },
      // Bound to exactly this claim: the uid keeps a later claim of the same name away.
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
      },
    },
  };
}

/** Whether a volume is ours and nobody's any more; `claims` are the uids of all living claims when they are known. */
export function isLeft(
  volume: KubernetesObject,
  claims?: ReadonlySet<string>,
): { readonly name: string; readonly uid: string } | undefined {
  const parsed = volumeSchema.safeParse(volume);
  if (!parsed.success) return undefined;
  const { metadata, spec, status } = parsed.data;
  const isOurs =
    spec.csi?.driver === SIMULATED_CSI_DRIVER &&
    spec.storageClassName === STORAGE_CLASSES.simulated &&
    metadata.deletionTimestamp === undefined;
  if (!isOurs) return undefined;
  const claim = spec.claimRef?.uid;
  const isOrphan = claims !== undefined && (claim === undefined || !claims.has(claim));
  return status?.phase === 'Released' || isOrphan ? { name: metadata.name, uid: metadata.uid } : undefined;
}
