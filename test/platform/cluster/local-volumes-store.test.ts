import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  openSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WantedVolume } from '../../../platform/cluster/storage/local-claims';
import {
  imageFile,
  mountPoint,
  volumeName,
  volumePlace,
  type VolumePlace,
} from '../../../platform/cluster/storage/local-place';
import { LocalStore } from '../../../platform/cluster/storage/local-store';
import { usedOfMounted } from '../../../platform/cluster/storage/local-use';
import { needMounts, openMountNamespace, type MountNamespace } from '../../support/mount-namespace';

const MEBIBYTE = 2 ** 20;
const areMounted = needMounts();
const { signal } = new AbortController();

function wanted(mebibytes = 16): WantedVolume {
  const uid = randomUUID();
  const claim = { namespace: 'x', name: 'data', uid };
  return { name: volumeName(uid), claim, bytes: mebibytes * MEBIBYTE, accessModes: ['ReadWriteOnce'] };
}

/** The files behind all loop devices of the machine that lie below a folder. */
function loopFiles(folder: string): string[] {
  return readdirSync('/sys/block')
    .filter((name) => /^loop\d+$/.test(name))
    .flatMap((name) => {
      const file = `/sys/block/${name}/loop/backing_file`;
      try {
        return [readFileSync(file, 'utf8').trim()];
      } catch {
        // Free, or freed between two looks.
        return [];
      }
    })
    .filter((file) => file.startsWith(`${folder}/`));
}

describe('volumes of the node on disk', () => {
  let folder: string;
  let place: VolumePlace;
  let node: MountNamespace;
  let store: LocalStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-volumes-'));
    place = volumePlace({ directory: folder });
    node = await openMountNamespace();
    store = new LocalStore(place, node.run);
    await store.prepare(signal);
  });

  afterEach(async () => {
    if (!areMounted) return;
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sh = async (script: string): Promise<string> => (await node.run(['sh', '-c', script], { signal })).stdout;

  it('keep a writer within the size of its claim, and nobody else notices', async () => {
    const { path, quota } = await store.make(wanted(16), signal);
    const other = await store.make(wanted(16), signal);
    expect(quota).toBe('enforced');
    expect(await sh(`ls -A ${path}`)).toBe('');
    await expect(sh(`head -c 17M /dev/zero > ${path}/full`)).rejects.toThrow(/No space left on device/);
    const written = Number(await sh(`stat -c %s ${path}/full`));
    expect(written).toBeGreaterThan(12 * MEBIBYTE);
    expect(written).toBeLessThan(16 * MEBIBYTE);
    await sh(`echo fine > ${other.path}/file && sync ${other.path}/file`);
    expect(existsSync(path)).toBe(false);
  });

  it('take room on the host only as they fill', async () => {
    const volume = wanted(10 * 1024);
    await store.make(volume, signal);
    const { size, blocks } = statSync(imageFile(place, volume.name));
    expect(size).toBe(10 * 1024 * MEBIBYTE);
    expect(blocks * 512).toBeLessThan(2 * MEBIBYTE);
  });

  it('let nobody use a device or another user’s rights in them', async () => {
    const { path } = await store.make(wanted(), signal);
    const options = (await sh(`grep ' ${mountPoint(place, '')}' /proc/self/mountinfo`)).split(' ')[5]?.split(',');
    expect(options).toEqual(expect.arrayContaining(['nosuid', 'nodev', 'noatime']));
    await sh(`mknod ${path}/null c 1 3`);
    await expect(sh(`echo x > ${path}/null`)).rejects.toThrow(/Permission denied/);
  });

  it('tell how full they are', async () => {
    const volume = wanted(64);
    const { path } = await store.make(volume, signal);
    const before = (await usedOfMounted(node.run, place, [volume.name, 'local-none'], signal)).get(volume.name) ?? 0;
    await sh(`head -c 20M /dev/zero > ${path}/x && sync ${path}/x`);
    const after = (await usedOfMounted(node.run, place, [volume.name], signal)).get(volume.name) ?? 0;
    expect(after - before).toBeGreaterThanOrEqual(20 * MEBIBYTE);
    expect(after - before).toBeLessThan(21 * MEBIBYTE);
  });

  it('leave nothing when they end: no file, no mount, no loop device, over and over', async () => {
    const clean = readdirSync(place.volumes).toSorted();
    for (let cycle = 0; cycle < 5; cycle++) {
      const volume = wanted();
      const { path } = await store.make(volume, signal);
      await sh(`echo x > ${path}/file`);
      await store.end(volume.name, signal);
      await store.end(volume.name, signal);
    }
    expect(readdirSync(place.volumes).toSorted()).toEqual(clean);
    expect(readdirSync(place.mounts)).toEqual([]);
    expect(await sh(`grep -c ${folder} /proc/self/mountinfo || true`)).toBe('0\n');
    expect(loopFiles(folder)).toEqual([]);
  });

  it('come back with their data after a stop and after the end of the node', async () => {
    const volumes = [wanted(), wanted(32), wanted(600)];
    for (const [index, volume] of volumes.entries()) {
      const { path } = await store.make(volume, signal);
      await sh(`echo ${index} > ${path}/file && sync ${path}/file`);
    }
    const kept = async (): Promise<string[]> =>
      Promise.all(volumes.map(({ name }) => sh(`cat ${mountPoint(place, name)}/data/file`)));
    expect(await store.unmountAll(signal)).toEqual([]);
    expect(loopFiles(folder)).toEqual([]);
    expect(await store.prepare(signal)).toEqual([]);
    expect(await kept()).toEqual(['0\n', '1\n', '2\n']);
    await node.close();
    node = await openMountNamespace();
    expect(await new LocalStore(place, node.run).prepare(signal)).toEqual([]);
    expect(await kept()).toEqual(['0\n', '1\n', '2\n']);
  });

  it('come back from what was on the disk at the moment of a power cut', async () => {
    const volume = wanted();
    const { path } = await store.make(volume, signal);
    await sh(`echo kept > ${path}/file && sync ${path}/file ${path} && echo later > ${path}/other`);
    const copy = volumePlace({ directory: join(folder, 'after') });
    const after = new LocalStore(copy, node.run);
    await after.prepare(signal);
    // Nobody unmounted it: its journal is as the cut left it.
    await sh(`cp ${imageFile(place, volume.name)} ${copy.volumes}/`);
    expect(await sh(`dumpe2fs -h ${imageFile(copy, volume.name)} 2>&1`)).toContain('needs_recovery');
    expect(await after.prepare(signal)).toEqual([]);
    expect(await sh(`cat ${mountPoint(copy, volume.name)}/data/file`)).toBe('kept\n');
  });

  it('are made whole when the maker was killed at any point', async () => {
    const volume = wanted();
    const aborted = async (stopAt: string): Promise<void> => {
      const stopping = new LocalStore(place, (argv, options) =>
        argv[0] === stopAt ? Promise.reject(new Error('killed')) : node.run(argv, options),
      );
      // It has tried out the loop devices before.
      await expect(stopping.make(volume, signal)).rejects.toThrow('killed');
    };
    await aborted('mkfs.ext4');
    expect((await store.make(volume, signal)).quota).toBe('enforced');
    await store.unmountAll(signal);
    // Killed between the file's name and its mount: the next run finds the file and mounts it.
    expect(await store.prepare(signal)).toEqual([]);
    const { path } = await store.make(volume, signal);
    expect(await sh(`ls -A ${path}`)).toBe('');
  });

  it('are mended where that is safe, and named and left as they are where it is not', async () => {
    const [good, bad] = [wanted(), wanted()];
    await store.make(good, signal);
    await store.make(bad, signal);
    await store.unmountAll(signal);
    const broken = imageFile(place, bad.name);
    const handle = openSync(broken, 'r+');
    writeSync(handle, Buffer.alloc(4 * MEBIBYTE, 0xa5), 0, 4 * MEBIBYTE, 0);
    closeSync(handle);
    const content = readFileSync(broken);
    const problems = await store.prepare(signal);
    expect(problems.map(({ name }) => name)).toEqual([bad.name]);
    expect(readFileSync(broken).equals(content)).toBe(true);
    // Without its mount there is no folder that a pod could write into.
    expect(readdirSync(place.mounts)).toEqual([good.name]);
  });

  it('can be written again after an error of the disk, once no pod holds them', async () => {
    const volume = wanted();
    const { path } = await store.make(volume, signal);
    await sh(`echo kept > ${path}/file && sync ${path}/file`);
    // What the kernel does by itself when the host's disk is full or broken.
    const device = (await sh(`findmnt --noheadings --output SOURCE ${mountPoint(place, volume.name)}`)).trim();
    await sh(`echo broken > /sys/fs/ext4/${basename(device)}/trigger_fs_error`);
    await expect(sh(`echo more > ${path}/file`)).rejects.toThrow(/Read-only file system/);
    expect(await store.prepare(signal)).toEqual([]);
    await sh(`echo more >> ${path}/file`);
    expect(await sh(`cat ${path}/file`)).toBe('kept\nmore\n');
  });

  it('are not mounted twice while an older node still holds them, nor ended', async () => {
    const volume = wanted();
    const { path } = await store.make(volume, signal);
    await sh(`echo x > ${path}/file`);
    const pod = await node.fork();
    const fast = new AbortController();
    try {
      const ending = store.end(volume.name, fast.signal);
      await expect.poll(async () => sh(`grep -c ${folder} /proc/self/mountinfo || true`)).toBe('0\n');
      fast.abort();
      await expect(ending).rejects.toThrow(/abort/i);
      expect(loopFiles(folder)).toEqual([imageFile(place, volume.name)]);
    } finally {
      await pod.close();
    }
    await store.end(volume.name, signal);
    expect(loopFiles(folder)).toEqual([]);
    expect(existsSync(imageFile(place, volume.name))).toBe(false);
  });
});
