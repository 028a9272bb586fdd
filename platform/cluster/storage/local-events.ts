import { createHash } from 'node:crypto';
import { isKubernetesError } from '../../../kubernetes/failures';
import type { KubernetesClient } from '../../../kubernetes/types';
import { LOCAL_PROVISIONER, type ClaimReference } from './local-claims';

/** The same about the same claim is told again after so long, while it holds: figures in the words may change all the time. */
const AGAIN_MS = 5 * 60_000;

export interface ClaimWords {
  /** One word for programs, such as `VolumeNoRoom`. */
  readonly reason: 'VolumeRefused' | 'VolumeNoRoom' | 'VolumeDamaged' | 'VolumeFailed' | 'VolumeOver' | 'WriterStopped';
  readonly message: string;
}

/** Tells those who look at a claim what is the matter with it, by Events of the cluster. */
export class ClaimEvents {
  readonly #told = new Map<string, number>();

  /** Makes an Event, unless one of this reason was told in the last five minutes; what was done to a pod is told each time. A refused one is left out: the namespace may be ending. */
  async tell(client: KubernetesClient, claim: ClaimReference, words: ClaimWords, signal: AbortSignal): Promise<void> {
    const key = `${claim.uid} ${words.reason}`;
    const now = Date.now();
    if (words.reason !== 'WriterStopped' && now - (this.#told.get(key) ?? 0) < AGAIN_MS) return;
    this.#told.set(key, now);
    const at = new Date(now).toISOString();
    const tag = createHash('sha256').update(`${key} ${at} ${words.message}`).digest('hex').slice(0, 12);
    try {
      await client.create(
        {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `${claim.uid}.${tag}`, namespace: claim.namespace },
          involvedObject: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...claim },
          type: 'Warning',
          reason: words.reason,
          message: words.message.slice(0, 1000),
          source: { component: LOCAL_PROVISIONER },
          reportingComponent: LOCAL_PROVISIONER,
          reportingInstance: LOCAL_PROVISIONER,
          firstTimestamp: at.replace(/\.\d+Z$/, 'Z'),
          lastTimestamp: at.replace(/\.\d+Z$/, 'Z'),
          count: 1,
        },
        { signal },
      );
    } catch (error) {
      if (!isKubernetesError(error) || error.failure.status < 400) throw error;
    }
  }

  /** Forgets claims that are gone; `living` are the uids of those that are there. */
  forget(living: ReadonlySet<string>): void {
    for (const key of this.#told.keys()) if (!living.has(key.split(' ')[0] ?? '')) this.#told.delete(key);
  }
}
