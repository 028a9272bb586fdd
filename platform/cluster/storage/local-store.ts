import { mkdir, rm, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { TestbedError, reasonOf, text } from '../../../errors';
import { inParallel } from '../../../kubernetes/concurrency';
import type { VolumeQuota, WantedVolume } from './local-claims';
import {
  beginImage,
  finishImage,
  identityOf,
  kindOf,
  makePlainFolder,
  preparePlace,
  removeMountPoint,
  removeVolume,
  volumesOnDisk,
} from './local-files';
import { attachedFiles, inNode, makeFileSystem, mountImage, mountedVolumes } from './local-node';
import { dataFolder, halfImageFile, imageFile, mountPoint, type NodeCommand, type VolumePlace } from './local-place';

/** So many commands of volumes run in the node at the same time. */
const AT_ONCE = 4;
/** A pod's end and its mounts' end are some hundred milliseconds apart. */
const DETACH_LOOKS = 50;
const DETACH_LOOK_MS = 100;
const PROBE = '.probe';
const PROBE_AGAIN_MS = 4 * 60_000;
const PROBE_UUID = '00000000-0000-4000-8000-000000000000';

export interface VolumeProblem {
  readonly name: string;
  readonly why: string;
}

/** The volumes of one node as files and mounts; knows nothing of claims. One object a node: it keeps those who use it from acting on one volume at once. */
export class LocalStore {
  readonly place: VolumePlace;
  readonly run: NodeCommand;
  readonly #mode: 'auto' | 'folders';
  readonly #turns = new Map<string, Promise<unknown>>();
  #probed: { readonly quota: VolumeQuota; readonly at: number } | undefined;

  /** `mode` `folders` makes plain folders even where loop devices work. */
  constructor(place: VolumePlace, run: NodeCommand, mode: 'auto' | 'folders' = 'auto') {
    this.place = place;
    this.run = run;
    this.#mode = mode;
  }

  /**
   * Mounts all volumes that there are, before kubelet starts: after a stop, a crash or a power cut their file systems are mended first. One that can't be is left
   * as it is, unmounted, and named in the answer: its pods wait. One that turned read-only after an error of the disk is mended as soon as no pod
   * holds it. Changes nothing where all is mounted and sound.
   */
  async prepare(signal: AbortSignal): Promise<readonly VolumeProblem[]> {
    await preparePlace(this.place);
    const mounted = await mountedVolumes(this.run, this.place, signal);
    const problems: VolumeProblem[] = [];
    const waiting = (await volumesOnDisk(this.place)).filter((name) => mounted.get(name)?.isSound !== true);
    await inParallel(AT_ONCE, waiting, async (name) => {
      try {
        await this.#inTurn(name, () => this.#remount(name, signal));
      } catch (error) {
        signal.throwIfAborted();
        problems.push({ name, why: reasonOf(error) });
      }
    });
    return problems;
  }

  /** Makes a volume and resolves with the folder that pods get; one that is there already stays as it is. */
  async make(
    wanted: WantedVolume,
    signal: AbortSignal,
  ): Promise<{ readonly path: string; readonly quota: VolumeQuota }> {
    const { name, bytes, claim } = wanted;
    return this.#inTurn(name, async () => {
      const kind = (await kindOf(this.place, name)) ?? ((await this.quota(signal)) === 'enforced' ? 'new' : 'folder');
      if (kind === 'folder') return this.#makeFolder(name);
      if (kind === 'image') await this.#remount(name, signal);
      else {
        await this.#makeImage(name, { uuid: claim.uid, bytes }, signal);
        try {
          await mountImage(this.run, this.place, name, signal);
        } catch (error) {
          signal.throwIfAborted();
          this.#probed = undefined;
          if ((await this.quota(signal)) === 'enforced') throw error;
          // The last loop device is taken.
          await removeVolume(this.place, name);
          return this.#makeFolder(name);
        }
      }
      return { path: dataFolder(mountPoint(this.place, name)), quota: 'enforced' as const };
    });
  }

  /** Ends a volume and its data: mount, loop device, file. Idempotent. Rejects while somebody still has it open. */
  async end(name: string, signal: AbortSignal): Promise<void> {
    await this.#inTurn(name, async () => {
      await this.#unmount(name, signal);
      await removeVolume(this.place, name);
    });
  }

  /** Unmounts all volumes, so that the node's end finds nothing to write; nothing is lost. What can't be is named. */
  async unmountAll(signal: AbortSignal): Promise<readonly VolumeProblem[]> {
    const problems: VolumeProblem[] = [];
    const names = [...(await mountedVolumes(this.run, this.place, signal)).keys()];
    await inParallel(AT_ONCE, names, async (name) => {
      try {
        await this.#inTurn(name, () => this.#unmount(name, signal));
      } catch (error) {
        signal.throwIfAborted();
        problems.push({ name, why: reasonOf(error) });
      }
    });
    return problems;
  }

  /** The names of all volumes of which there is anything. */
  async names(): Promise<readonly string[]> {
    await preparePlace(this.place);
    return volumesOnDisk(this.place);
  }

  /** Whether new volumes get a quota: tried out by a small one, once while it works and every few minutes while it does not. */
  async quota(signal: AbortSignal): Promise<VolumeQuota> {
    if (this.#mode === 'folders') return 'unenforced';
    return this.#inTurn(PROBE, async () => {
      const isFresh = this.#probed?.quota === 'enforced' || Date.now() - (this.#probed?.at ?? 0) < PROBE_AGAIN_MS;
      if (!isFresh || this.#probed === undefined) this.#probed = { quota: await this.#probe(signal), at: Date.now() };
      return this.#probed.quota;
    });
  }

  async #makeFolder(name: string): Promise<{ readonly path: string; readonly quota: VolumeQuota }> {
    return { path: dataFolder(await makePlainFolder(this.place, name)), quota: 'unenforced' };
  }

  async #probe(signal: AbortSignal): Promise<VolumeQuota> {
    await preparePlace(this.place);
    try {
      // Of a try that was stopped halfway.
      await this.#unmount(PROBE, signal);
      await this.#makeImage(PROBE, { uuid: PROBE_UUID, bytes: 2 ** 20 }, signal);
      try {
        await mountImage(this.run, this.place, PROBE, signal);
      } catch (error) {
        signal.throwIfAborted();
        process.stderr.write(`new volumes have no quota: ${reasonOf(error)}\n`);
        return 'unenforced';
      }
      await this.#unmount(PROBE, signal);
      return 'enforced';
    } finally {
      await removeVolume(this.place, PROBE).catch(() => undefined);
    }
  }

  /** An image with its file system and its mount point, whole or not at all. */
  async #makeImage(
    name: string,
    identity: { readonly uuid: string; readonly bytes: number },
    signal: AbortSignal,
  ): Promise<void> {
    const half = await beginImage(this.place, name, identity.bytes);
    await makeFileSystem(this.run, this.place, half, identity, signal);
    await finishImage(this.place, name);
    await mkdir(mountPoint(this.place, name), { recursive: true, mode: 0o700 });
  }

  /** Mends and mounts what is not mounted. Whoever made it may have been stopped at any point. */
  async #remount(name: string, signal: AbortSignal): Promise<void> {
    await rm(halfImageFile(this.place, name), { force: true });
    if ((await kindOf(this.place, name)) !== 'image') return;
    // Somebody else may have had an earlier turn.
    const mounted = (await mountedVolumes(this.run, this.place, signal)).get(name);
    if (mounted?.isSound === true) return;
    try {
      // Its pods, who can't write any more, hold it until they end.
      if (mounted !== undefined) await inNode(this.run, ['umount', mountPoint(this.place, name)], signal);
      // A mount of before that still ends elsewhere: two at once would destroy the data.
      await this.#untilDetached(name, signal);
      await this.#mend(imageFile(this.place, name), signal);
      await mkdir(mountPoint(this.place, name), { recursive: true, mode: 0o700 });
      await mountImage(this.run, this.place, name, signal);
    } catch (error) {
      await rmdir(mountPoint(this.place, name)).catch(() => undefined);
      throw error;
    }
  }

  /** Replays the journal and mends what can be mended without a choice. */
  async #mend(file: string, signal: AbortSignal): Promise<void> {
    const argv = ['e2fsck', '-p', file];
    try {
      await inNode(this.run, argv, signal);
    } catch {
      signal.throwIfAborted();
      // The first run ends with a code of its own when it mended something; then the second has nothing to say.
      await inNode(this.run, argv, signal);
    }
  }

  async #unmount(name: string, signal: AbortSignal): Promise<void> {
    if ((await mountedVolumes(this.run, this.place, signal)).has(name))
      await inNode(this.run, ['umount', mountPoint(this.place, name)], signal);
    await this.#untilDetached(name, signal);
    await removeMountPoint(this.place, name);
  }

  /** Waits until no loop device has the file open; a pod that just ended may be the last to let go. */
  async #untilDetached(name: string, signal: AbortSignal): Promise<void> {
    const file = imageFile(this.place, name);
    for (let look = 0; ; look++) {
      const identity = await identityOf(file);
      if (identity === undefined || !(await attachedFiles(this.run, signal)).has(identity)) return;
      if (look >= DETACH_LOOKS)
        throw new TestbedError(
          'VolumeFailed',
          text(`${file} is still mounted somewhere`, `${file} 파일이 아직 다른 곳에 마운트되어 있습니다`),
          {
            hint: text(`who has it: losetup --associated ${file}`, `사용 중인 장치 확인: losetup --associated ${file}`),
          },
        );
      await delay(DETACH_LOOK_MS, undefined, { signal });
    }
  }

  /** One after the other for each volume. */
  async #inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }
}
