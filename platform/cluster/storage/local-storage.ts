import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../../errors';
import { isKubernetesError } from '../../../kubernetes/failures';
import type { KubernetesClient, KubernetesObject } from '../../../kubernetes/types';
import { judgeClaim, volumeObject, type WantedVolume } from './local-claims';
import { ClaimEvents } from './local-events';
import { Measuring } from './local-measure';
import { orphans } from './local-orphans';
import { claimOf } from './local-place';
import { RESERVE_BYTES, freeBytes, noRoom } from './local-room';
import type { LocalStore } from './local-store';
import { knownVolume, type KnownVolume } from './local-volumes';
import { KeyedWork } from './local-work';
import { collect, runRounds, type StorageStatus } from './rounds';

/** A round ends by then and starts with a fresh look at everything, so that nothing missed stays missed. */
const ROUND_SECONDS = 240;
const AT_ONCE = 4;
/** How often the disk is looked at where volumes have no quota, and how much less room is a reason to measure them at once. */
const FAST_LOOK_MS = 1000;
const FAST_BYTES = 256 * 2 ** 20;
/** So many failures in a row are worth telling those who wait for the claim. */
const PATIENCE = 3;

export interface LocalStorageOptions {
  readonly store: LocalStore;
  /** A client as the user `localStorage`, made anew for each round. */
  readonly connect: () => KubernetesClient;
  /** Default 2 GiB. */
  readonly reserveBytes?: number;
  /** Default 10. */
  readonly measureEverySeconds?: number;
}

/** One round's view of claims and volumes, by the uid of the claim, and what is done about them. */
class Round {
  readonly #options: LocalStorageOptions;
  readonly #client: KubernetesClient;
  readonly #events: ClaimEvents;
  readonly #measuring: Measuring;
  readonly #signal: AbortSignal;
  readonly #claims = new Map<string, KubernetesObject>();
  readonly #volumes = new Map<string, KnownVolume>();
  readonly #work: KeyedWork;
  #isAllMounted = true;

  constructor(
    options: LocalStorageOptions,
    client: KubernetesClient,
    told: { readonly events: ClaimEvents; readonly measuring: Measuring },
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#client = client;
    this.#events = told.events;
    this.#measuring = told.measuring;
    this.#signal = signal;
    this.#work = new KeyedWork(
      AT_ONCE,
      signal,
      (uid) => this.#settle(uid),
      (uid, error, failures) => this.#failed(uid, error, failures),
    );
  }

  async run(onRunning: () => void): Promise<void> {
    await this.#look();
    onRunning();
    const watching = new AbortController();
    const ticking = this.#tick(AbortSignal.any([watching.signal, this.#signal]));
    try {
      // A watch without a version begins with all that is there, so nothing is lost between list and watch.
      await Promise.all([
        this.#follow('PersistentVolumeClaim', (object, isGone) => this.#keepClaim(object, isGone)),
        this.#follow('PersistentVolume', (object, isGone) => this.#keepVolume(object, isGone)),
      ]);
    } finally {
      watching.abort();
      await ticking;
    }
  }

  /** Resolves when nothing of this round runs any more; its signal must have ended. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  async #look(): Promise<void> {
    const { store } = this.#options;
    const client = this.#client;
    const signal = this.#signal;
    // Files first, then volumes, then claims: what comes while we look is in the later list.
    const names = await store.names();
    const volumes = await collect(client.list('v1', 'PersistentVolume', { signal }));
    const claims = await collect(client.list('v1', 'PersistentVolumeClaim', { signal }));
    // Nothing is done about them yet: the watches tell them again.
    for (const object of volumes) this.#keepVolume(object, false);
    for (const object of claims) this.#keepClaim(object, false);
    this.#events.forget(new Set(this.#claims.keys()));
    for (const name of await orphans(client, store.place, names, { volumes, claims }, signal))
      await store.end(name, signal);
    await this.#mount();
    await store.quota(signal);
  }

  /** Mounts what should be; what can't be is told to those who wait for it, and tried again. */
  async #mount(): Promise<void> {
    const problems = await this.#options.store.prepare(this.#signal);
    for (const { name, why } of problems) {
      process.stderr.write(`${new Date().toISOString()} volume ${name}: ${why}\n`);
      const volume = this.#volumes.get(claimOf(name) ?? '');
      const message = `the volume can't be mounted and was left as it is: a pod that still has it must end first, or its data is damaged; the operator finds which in the supervisor's log`;
      if (volume !== undefined)
        await this.#events.tell(this.#client, volume.claim, { reason: 'VolumeDamaged', message }, this.#signal);
    }
    this.#isAllMounted = problems.length === 0;
  }

  async #follow(kind: string, keep: (object: KubernetesObject, isGone: boolean) => string | undefined): Promise<void> {
    for await (const event of this.#client.watch('v1', kind, { timeoutSeconds: ROUND_SECONDS, signal: this.#signal })) {
      if (event.type === 'BOOKMARK') continue;
      const uid = keep(event.object, event.type === 'DELETED');
      if (uid !== undefined) this.#work.touch(uid);
    }
  }

  #keepClaim(object: KubernetesObject, isGone: boolean): string | undefined {
    const { uid } = object.metadata;
    if (uid === undefined) return undefined;
    if (isGone) this.#claims.delete(uid);
    else this.#claims.set(uid, object);
    return this.#volumes.has(uid) || judgeClaim(object).kind !== 'none' ? uid : undefined;
  }

  #keepVolume(object: KubernetesObject, isGone: boolean): string | undefined {
    const volume = knownVolume(object);
    if (volume === undefined) return undefined;
    const { uid } = volume.claim;
    if (isGone) this.#volumes.delete(uid);
    else this.#volumes.set(uid, volume);
    return uid;
  }

  /** Brings one claim and its volume to where they should be. */
  async #settle(uid: string): Promise<void> {
    const volume = this.#volumes.get(uid);
    if (volume !== undefined) return this.#release(volume);
    const claim = this.#claims.get(uid);
    const verdict = claim === undefined ? { kind: 'none' as const } : judgeClaim(claim);
    if (verdict.kind === 'refused')
      await this.#events.tell(
        this.#client,
        verdict.claim,
        { reason: 'VolumeRefused', message: verdict.why },
        this.#signal,
      );
    if (verdict.kind === 'wanted') await this.#provide(verdict.volume);
  }

  async #provide(wanted: WantedVolume): Promise<void> {
    const { store, reserveBytes = RESERVE_BYTES } = this.#options;
    const message = noRoom(wanted.bytes, await freeBytes(store.place.volumes), reserveBytes);
    if (message !== undefined)
      return this.#events.tell(this.#client, wanted.claim, { reason: 'VolumeNoRoom', message }, this.#signal);
    const { path, quota } = await store.make(wanted, this.#signal);
    try {
      // Only now: who sees the volume can use it.
      await this.#client.create(volumeObject(wanted, path, quota), { signal: this.#signal });
    } catch (error) {
      // Made before, and not yet seen.
      if (!isKubernetesError(error, 'AlreadyExists')) throw error;
    }
  }

  /** Ends a volume whose claim is gone: its data first, so that what is left over after a crash is still known by name. */
  async #release({ name, uid, claim, isReleased, isRetained }: KnownVolume): Promise<void> {
    if (isRetained || (!isReleased && this.#claims.has(claim.uid))) return;
    const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: claim.namespace, name: claim.name };
    // The server itself is asked before data is ended.
    const present = await this.#client.get(reference, this.#signal);
    if (present?.metadata.uid === claim.uid) return;
    await this.#options.store.end(name, this.#signal);
    await this.#client.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name }, { uid, signal: this.#signal });
  }

  async #failed(uid: string, error: unknown, failures: number): Promise<void> {
    process.stderr.write(`${new Date().toISOString()} volume of claim ${uid}: ${reasonOf(error)}\n`);
    const claim = this.#claims.get(uid);
    const verdict = claim === undefined ? undefined : judgeClaim(claim);
    if (failures !== PATIENCE || verdict?.kind !== 'wanted') return;
    const message = `the volume can't be made yet, it is tried further; the operator finds why in the supervisor's log`;
    await this.#events
      .tell(this.#client, verdict.volume.claim, { reason: 'VolumeFailed', message }, this.#signal)
      // The next failure says the same of the server.
      .catch(() => undefined);
  }

  /** Looks again at what waits, and measures, until `signal`. */
  async #tick(signal: AbortSignal): Promise<void> {
    const every = (this.#options.measureEverySeconds ?? 10) * 1000;
    while (!signal.aborted) {
      try {
        for (const uid of this.#claims.keys()) if (!this.#volumes.has(uid)) this.#work.touch(uid);
        if (!this.#isAllMounted) await this.#mount();
        await this.#measuring.measure(this.#client, [...this.#volumes.values()], signal);
      } catch (error) {
        if (!signal.aborted)
          process.stderr.write(`${new Date().toISOString()} measuring volumes: ${reasonOf(error)}\n`);
      }
      await this.#pause(every, signal);
    }
  }

  /** Waits `milliseconds`, less while the disk fills fast and something on it has no quota. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    const until = Date.now() + milliseconds;
    const { volumes } = this.#options.store.place;
    const before = await freeBytes(volumes);
    while (!signal.aborted && Date.now() < until) {
      await delay(Math.min(FAST_LOOK_MS, until - Date.now()), undefined, { signal }).catch(() => undefined);
      const isWatched = [...this.#volumes.values()].some(({ quota }) => quota === 'unenforced');
      if (isWatched && before - (await freeBytes(volumes)) > FAST_BYTES) return;
    }
  }
}

/**
 * Makes volumes for claims of the class `local`, ends them with their claims and watches how full they are, until `signal`. Resolves when nothing of it runs any more.
 * Whatever was left halfway by an earlier run is finished or ended. `status` is kept up to date.
 */
export async function runLocalStorage(
  options: LocalStorageOptions,
  status: StorageStatus,
  signal: AbortSignal,
): Promise<void> {
  const events = new ClaimEvents();
  const measuring = new Measuring(options.store, events);
  await runRounds(options.connect, status, signal, async (client, within, onRunning) => {
    const ending = new AbortController();
    const round = new Round(options, client, { events, measuring }, AbortSignal.any([within, ending.signal]));
    try {
      await round.run(onRunning);
    } finally {
      ending.abort();
      await round.settled();
    }
  });
}
