import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { StepEvent } from '../../../errors';
import { openImages } from '../../../platform/images';
import { builtFile } from '../../support/built-file';
import { emptyStore, workFolder } from './archives';
import { schemaErrors } from './cyclonedx-schema';

/** A program that comes from no package. */
const TOOL = { path: __filename, version: '24.0.0' };

// Real packages from the site's own mirror; the smallest image stands for all.
describe('a build', { timeout: 300_000 }, () => {
  test('of the same packages gives the same digest in another store, by day and by night', async () => {
    const day = openImages({ directory: workFolder(), now: () => new Date('2026-01-01T12:00:00Z') });
    const night = openImages({ directory: workFolder(), now: () => new Date('2026-07-01T00:00:00Z') });
    const first = await day.build('pause');
    const second = await night.build('pause');
    expect(second.digest).toBe(first.digest);
    expect(first).toMatchObject({
      name: 'pause',
      reference: 'localhost/testbed/pause:1',
      packages: 1,
      origin: 'built',
    });
    expect(day.sbom('pause')).toEqual(night.sbom('pause'));
    expect(schemaErrors(day.sbom('pause'))).toEqual([]);
    expect((await day.diff('pause')).changes).toEqual([]);
    expect(await day.ensure('pause')).toEqual(first);
  });

  test('tells what it is doing', async () => {
    const steps: StepEvent[] = [];
    const images = openImages({
      directory: workFolder(),
      onProgress: (step) => void steps.push(step),
      tool: async () => TOOL,
    });
    await images.build('coredns', { index: 2, total: 5 });
    const ends = steps.filter(({ state }) => state !== 'update');
    expect(ends.map(({ id, state, index, total }) => [id, state, index, total])).toEqual([
      ['image:coredns', 'start', 2, 5],
      ['image:coredns', 'done', 2, 5],
    ]);
  });

  test('takes a program by name, and lists it in the bill of materials', async () => {
    const images = openImages({ directory: workFolder(), tool: async () => TOOL });
    const image = await images.build('coredns');
    expect(image.packages).toBe(0);
    expect(images.sbom('coredns').components).toMatchObject([{ name: 'coredns', version: '24.0.0' }]);
    expect(schemaErrors(images.sbom('coredns'))).toEqual([]);
    await expect(emptyStore().images.build('coredns')).rejects.toThrow('the image needs the program coredns');
  });

  test('that is changed says what changed, and the old one stays to be named by digest', async () => {
    const directory = workFolder();
    const before = await openImages({ directory, tool: async () => TOOL }).build('coredns');
    const images = openImages({ directory, tool: async () => ({ ...TOOL, version: '24.0.1' }) });
    const after = await images.build('coredns');
    expect(after.digest).not.toBe(before.digest);
    expect(await images.diff(`coredns@${before.digest}`, 'coredns')).toEqual({
      name: 'coredns',
      from: before.digest,
      to: after.digest,
      changes: [{ name: 'coredns', kind: 'changed', from: '24.0.0', to: '24.0.1' }],
    });
    expect(images.digests('coredns')).toEqual([after.digest, before.digest]);
  });

  test('keeps three images of a name, and no part of older ones', async () => {
    const directory = workFolder();
    let minute = 0;
    const digests: string[] = [];
    for (const version of ['1', '2', '3', '4', '5']) {
      const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, (minute += 1)));
      const image = await openImages({ directory, now, tool: async () => ({ ...TOOL, version }) }).build('coredns');
      digests.unshift(image.digest);
    }
    expect(openImages({ directory }).digests('coredns')).toEqual(digests.slice(0, 3));
    // One layer for all, a config and a manifest each.
    expect(readdirSync(join(directory, 'blobs/sha256'))).toHaveLength(7);
  });

  test('does not take a package that was changed after it came', async () => {
    const { images, directory } = emptyStore();
    const { digest } = await images.build('pause');
    const archives = join(directory, 'apt/bookworm/archives');
    const [name = ''] = readdirSync(archives).filter((each) => each.endsWith('.deb'));
    const bytes = readFileSync(join(archives, name));
    bytes[bytes.length - 1] = 0xff;
    writeFileSync(join(archives, name), bytes);
    expect((await images.build('pause')).digest).toBe(digest);
  });

  test('takes nothing from a mirror that nobody signed', async () => {
    const mirror = join(workFolder(), 'debian');
    for (const suite of ['bookworm', 'bookworm-updates']) {
      const folder = join(mirror, 'dists', suite);
      mkdirSync(join(folder, 'main/binary-amd64'), { recursive: true });
      writeFileSync(join(folder, 'Release'), `Suite: ${suite}\nCodename: ${suite}\nComponents: main\n`);
      writeFileSync(join(folder, 'main/binary-amd64/Packages.gz'), gzipSync('Package: catatonit\nVersion: 9\n\n'));
    }
    const images = openImages({
      directory: workFolder(),
      environment: {
        ...process.env,
        TESTBED_DEBIAN_MIRROR: `file://${mirror} file://${mirror}`,
        TESTBED_DEBIAN_KEYRING: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
    });
    await expect(images.build('pause')).rejects.toMatchObject({
      code: 'ImageBuildFailed',
      message: 'apt-get -q failed',
      details: expect.arrayContaining([expect.objectContaining({ en: expect.stringContaining('is not signed') })]),
    });
  });

  test('says what is missing on a machine without apt', async () => {
    const images = openImages({ directory: workFolder(), environment: { PATH: workFolder() } });
    await expect(images.build('pause')).rejects.toMatchObject({
      code: 'ImageBuildFailed',
      message: "apt-config is not on this machine: images are built with Debian's apt and dpkg",
    });
  });

  test('ends when it is interrupted', async () => {
    const ending = new AbortController();
    const images = openImages({
      directory: workFolder(),
      signal: ending.signal,
      tool: async () => {
        ending.abort(new Error('enough'));
        return TOOL;
      },
    });
    await expect(images.build('coredns')).rejects.toThrow('the work on images was interrupted');
    expect(images.list()).toEqual([]);
  });
});

describe('two builds', { timeout: 300_000 }, () => {
  test('at once, in two processes, give one image; a killed one leaves nothing half-made', async () => {
    const directory = workFolder();
    const first = child(directory);
    const second = child(directory);
    const [one, two] = await Promise.all([first.digest, second.digest]);
    expect(one).toBe(two);
    const killed = child(directory);
    await killed.began;
    killed.kill();
    await expect(killed.digest).rejects.toThrow('ended');
    const images = openImages({ directory });
    expect((await images.build('pause')).digest).toBe(one);
    expect(readdirSync(join(directory, 'work'))).toEqual([]);
    expect(images.digests('pause')).toEqual([one]);
    expect(readdirSync(join(directory, 'blobs/sha256'))).toHaveLength(3);
  });
});

/** A process that builds the smallest image into a store and says its digest. */
function child(directory: string): { digest: Promise<string>; began: Promise<void>; kill: () => void } {
  const program = `
    const { openImages } = require(${JSON.stringify(builtFile('platform/images/index'))});
    const onProgress = ({ state }) => { if (state === 'start') process.stdout.write('began\\n'); };
    openImages({ directory: ${JSON.stringify(directory)}, onProgress }).build('pause').then(
      ({ digest }) => process.stdout.write(digest),
      (error) => { process.stderr.write(String(error)); process.exitCode = 1; });`;
  const started = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const began = Promise.withResolvers<void>();
  let output = '';
  started.stdout.setEncoding('utf8').on('data', (words: string) => {
    output += words;
    if (output.includes('began\n')) began.resolve();
  });
  const digest = once(started, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`the build ended: ${String(code)}`);
    return output.replace('began\n', '');
  });
  return { digest, began: began.promise, kill: () => void started.kill('SIGKILL') };
}
