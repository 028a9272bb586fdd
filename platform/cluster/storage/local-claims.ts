import { z } from 'zod';
import { bytesOf } from '../../../components/quantity';
import { ANNOTATIONS, REAL_NODE, STORAGE_CLASSES } from '../../../components/vocabulary';
import type { KubernetesObject } from '../../../kubernetes/types';
import { claimOf, volumeName } from './local-place';

/** The provisioner's name of the storage class `local`. */
export const LOCAL_PROVISIONER = 'testbed.io/local';

const MEBIBYTE = 2 ** 20;
/** A file system with a journal needs so much; a smaller claim gets it. */
const SMALLEST = 16 * MEBIBYTE;
/** Nobody means more on one node; the bound keeps a slip of the pen from the tools. */
const LARGEST = 2 ** 40;

/** Modes that one node can keep. */
const ACCESS_MODES: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod'];

const claimSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().refine((uid) => claimOf(volumeName(uid)) === uid),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    storageClassName: z.literal(STORAGE_CLASSES.local),
    volumeName: z.string().optional(),
    accessModes: z.array(z.string()).optional(),
    volumeMode: z.string().optional(),
    dataSource: z.unknown().optional(),
    dataSourceRef: z.unknown().optional(),
    selector: z.unknown().optional(),
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
  }),
});

/** One claim, by all its names. */
export interface ClaimReference {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The volume that a claim waits for. */
export interface WantedVolume {
  readonly name: string;
  readonly claim: ClaimReference;
  /** Whole mebibytes, in bytes. */
  readonly bytes: number;
  readonly accessModes: readonly string[];
}

export type ClaimVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly claim: ClaimReference; readonly why: string }
  | { readonly kind: 'wanted'; readonly volume: WantedVolume };

/** What a claim wants of us: nothing, a volume, or something that this class does not give, with the reason for an Event. */
export function judgeClaim(object: KubernetesObject): ClaimVerdict {
  const parsed = claimSchema.safeParse(object);
  if (!parsed.success) return { kind: 'none' };
  const { metadata, spec } = parsed.data;
  if ((spec.volumeName ?? '') !== '' || metadata.deletionTimestamp !== undefined) return { kind: 'none' };
  const claim: ClaimReference = { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
  const refuse = (why: string): ClaimVerdict => ({ kind: 'refused', claim, why });
  const { accessModes = ['ReadWriteOnce'], volumeMode = 'Filesystem', resources } = spec;
  const otherMode = accessModes.find((mode) => !ACCESS_MODES.includes(mode));
  if (otherMode !== undefined)
    return refuse(`access mode ${otherMode} is not offered: ask for ReadWriteOnce or ReadWriteOncePod`);
  if (volumeMode !== 'Filesystem') return refuse(`volume mode ${volumeMode} is not offered: ask for Filesystem`);
  if (isGiven(spec.dataSource) || isGiven(spec.dataSourceRef))
    return refuse('a volume begins empty: leave dataSource and dataSourceRef out');
  if (isGiven(spec.selector)) return refuse('a volume is made for its claim: leave selector out');
  const asked = bytesOf(resources.requests.storage);
  if (asked === undefined || asked <= 0n || asked > BigInt(LARGEST))
    return refuse(`${resources.requests.storage.slice(0, 40)} is no size that is offered: ask for 16Mi to 1Ti`);
  const bytes = Math.max(SMALLEST, Math.ceil(Number(asked) / MEBIBYTE) * MEBIBYTE);
  return { kind: 'wanted', volume: { name: volumeName(claim.uid), claim, bytes, accessModes } };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whether the file system keeps a volume within its size. */
export type VolumeQuota = 'enforced' | 'unenforced';

/** The object of a volume that pods reach at `path` on the node. */
export function volumeObject(wanted: WantedVolume, path: string, quota: VolumeQuota): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: wanted.name,
      annotations: { 'pv.kubernetes.io/provisioned-by': LOCAL_PROVISIONER, [ANNOTATIONS.quota]: quota },
    },
    spec: {
      capacity: { storage: `${wanted.bytes / MEBIBYTE}Mi` },
      accessModes: [...wanted.accessModes],
      volumeMode: 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: STORAGE_CLASSES.local,
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [REAL_NODE] }] },
          ],
        },
      },
      // Bound to exactly this claim: the uid keeps a later claim of the same name away.
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...wanted.claim },
    },
  };
}
