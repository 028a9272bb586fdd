import { ANNOTATIONS } from '../../../components/vocabulary';
import { isKubernetesError } from '../../../kubernetes/failures';
import type { KubernetesClient } from '../../../kubernetes/types';
import type { ClaimEvents } from './local-events';
import { mebibytes } from './local-room';
import type { LocalStore } from './local-store';
import { usedOfFolder, usedOfMounted } from './local-use';
import type { KnownVolume } from './local-volumes';
import { WriterStop } from './local-writers';

/** One folder is measured so long at most. */
const FOLDER_MS = 20_000;
/** A folder that can't be measured so often in a row holds too many files to be left alone. */
const UNMEASURED = 3;
/** Volumes with a quota are safe: how full they are is looked at every so many times only. */
const RARELY = 6;
/** Use is told again when it changed by so much of the size. */
const CHANGE = 0.01;

/** Tells how full volumes are, and stops those who write more than their claim into one without a quota. */
export class Measuring {
  readonly #store: LocalStore;
  readonly #events: ClaimEvents;
  readonly #writers = new WriterStop();
  readonly #unmeasured = new Map<string, number>();
  #times = 0;

  constructor(store: LocalStore, events: ClaimEvents) {
    this.#store = store;
    this.#events = events;
  }

  /** Looks at all volumes once. Rejects when the API server or the node does not answer. */
  async measure(client: KubernetesClient, volumes: readonly KnownVolume[], signal: AbortSignal): Promise<void> {
    const living = volumes.filter(({ isReleased }) => !isReleased);
    for (const volume of living) if (volume.quota === 'unenforced') await this.#measureFolder(client, volume, signal);
    const names = new Set(living.map(({ name }) => name));
    for (const name of this.#unmeasured.keys()) if (!names.has(name)) this.#unmeasured.delete(name);
    if (this.#times++ % RARELY !== 0) return;
    const images = living.filter(({ quota }) => quota === 'enforced');
    const { run, place } = this.#store;
    const named = images.map(({ name }) => name);
    const used = await usedOfMounted(run, place, named, signal);
    for (const volume of images) {
      const bytes = used.get(volume.name);
      if (bytes !== undefined) await tell(client, volume, { used: bytes, over: false }, signal);
    }
  }

  async #measureFolder(client: KubernetesClient, volume: KnownVolume, signal: AbortSignal): Promise<void> {
    let used: number | undefined;
    try {
      const { run, place } = this.#store;
      used = await usedOfFolder(run, place, volume.name, FOLDER_MS, signal);
      this.#unmeasured.delete(volume.name);
    } catch {
      signal.throwIfAborted();
      const times = (this.#unmeasured.get(volume.name) ?? 0) + 1;
      this.#unmeasured.set(volume.name, times);
      if (times < UNMEASURED) return;
    }
    const over = used === undefined || used > volume.bytes;
    await tell(client, volume, { used, over }, signal);
    if (!over) return;
    const stopped = await this.#writers.stop(client, volume.claim, signal);
    const holds = used === undefined ? 'more files than can be counted' : mebibytes(used);
    const message = `the volume holds ${holds}, its claim is ${mebibytes(volume.bytes)} and nothing on this node enforces it`;
    const advice = 'write less or claim more';
    const words =
      stopped.length === 0
        ? { reason: 'VolumeOver' as const, message: `${message}: pods that use it are stopped; ${advice}` }
        : {
            reason: 'WriterStopped' as const,
            message: `${message}; stopped: ${stopped.slice(0, 10).join(', ')}; ${advice}`,
          };
    await this.#events.tell(client, volume.claim, words, signal);
  }
}

async function tell(
  client: KubernetesClient,
  volume: KnownVolume,
  { used, over }: { readonly used: number | undefined; readonly over: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { told } = volume;
  const changed = used !== undefined && Math.abs(used - (told.used ?? Infinity)) >= volume.bytes * CHANGE;
  if (!changed && over === told.over) return;
  const annotations = {
    ...(used === undefined ? {} : { [ANNOTATIONS.used]: `${used}` }),
    ...(over === told.over ? {} : { [ANNOTATIONS.over]: over ? new Date().toISOString() : null }),
  };
  try {
    await client.mergePatch(
      { apiVersion: 'v1', kind: 'PersistentVolume', name: volume.name },
      { metadata: { annotations, uid: volume.uid } },
      { signal },
    );
  } catch (error) {
    // Its end was faster.
    if (!isKubernetesError(error, 'NotFound') && !isKubernetesError(error, 'Conflict')) throw error;
  }
}
