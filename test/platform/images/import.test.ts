import { existsSync, readFileSync, readdirSync, renameSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { archiveOf, digestOf, emptyStore, tarOf, workFolder, type Entry } from './archives';

const STATUS = [
  'Package: libc6',
  'Status: install ok installed',
  'Source: glibc',
  'Version: 2.36-9+deb12u14',
  'Architecture: amd64',
  'Maintainer: Somebody <a@b.example>',
  'Depends: libgcc-s1, libcrypt1 (>= 1:4.4) | libcrypt2',
  'Description: GNU C Library',
  ' folded',
  '',
].join('\n');

/** Nothing of a refused archive may stay. */
function expectEmpty(directory: string): void {
  expect(existsSync(join(directory, 'blobs')) ? readdirSync(join(directory, 'blobs/sha256')) : []).toEqual([]);
  expect(existsSync(join(directory, 'records'))).toBe(false);
  expect(readdirSync(join(directory, 'work'))).toEqual([]);
}

describe('an archive', () => {
  test.each([
    ['as it is', {}],
    ['gzipped', { gzip: true }],
    ['with gzipped layers', { gzipLayers: true }],
  ])('is taken %s, with the packages of its own database', async (_title, how) => {
    const { images } = emptyStore();
    const { file, digest } = await archiveOf({
      ...how,
      layers: [[{ name: 'var/lib/dpkg/status', content: STATUS }], [{ name: 'hello', content: 'world' }]],
    });
    const image = await images.import(file);
    expect(image).toMatchObject({ name: 'foreign', version: '1', digest, packages: 1, origin: 'imported' });
    expect(images.list()).toEqual([image]);
    expect(images.sbom('foreign').components).toMatchObject([{ name: 'libc6', version: '2.36-9+deb12u14' }]);
  });

  test('is given out again with the same digest', async () => {
    const { images } = emptyStore();
    const { file, digest } = await archiveOf();
    await images.import(file);
    const out = join(workFolder(), 'out.tar');
    await images.export('foreign', out);
    const other = emptyStore();
    expect((await other.images.import(out)).digest).toBe(digest);
    const again = join(workFolder(), 'again.tar');
    await other.images.export('foreign', again);
    expect(digestOf(readFileSync(again))).toBe(digestOf(readFileSync(out)));
  });

  test('gets the name it is given, and one without a name of ours needs it', async () => {
    const { images } = emptyStore();
    const { file } = await archiveOf({ name: 'docker.io/library/postgres:15' });
    await expect(images.import(file)).rejects.toThrow('does not say which image of ours it is');
    await expect(images.import(file, '../x:1')).rejects.toThrow("an image can't be called '../x:1'");
    expect((await images.import(file, 'postgres:15')).reference).toBe('localhost/testbed/postgres:15');
  });

  const replaced =
    (name: RegExp, content: (old: Buffer) => Buffer | string) =>
    (entries: Entry[]): Entry[] =>
      entries.map((entry) =>
        name.test(entry.name) ? { ...entry, content: content(Buffer.from(entry.content ?? '')) } : entry,
      );

  test.each<[string, Parameters<typeof archiveOf>[0], string]>([
    [
      'with a part that is not what its name says',
      { change: replaced(/^blobs/, (old) => Buffer.concat([old, Buffer.from(' ')])) },
      'holds something else',
    ],
    ['that lacks a part', { change: (entries) => entries.slice(0, -1) }, 'the archive lacks sha256:'],
    ['without an index', { change: (entries) => entries.filter(({ name }) => name !== 'index.json') }, 'no index.json'],
    ['whose index is no JSON', { change: replaced(/index/, () => '{') }, 'index.json of the archive is no JSON'],
    [
      'whose index is something else',
      { change: replaced(/index/, () => '{"schemaVersion":2,"manifests":[]}') },
      'index.json of the archive is not what testbed takes: manifests',
    ],
    [
      'with a path that leaves it',
      { change: (entries) => [{ name: '../../etc/cron.d/x', content: 'x' }, ...entries] },
      'the archive has a path that leaves it',
    ],
    [
      'with an absolute path',
      { change: (entries) => [{ name: '/etc/cron.d/x', content: 'x' }, ...entries] },
      'the archive has a path that leaves it',
    ],
    [
      'with too many files',
      {
        change: (entries) => [
          ...Array.from({ length: 2_000 }, (_, at) => ({ name: `x${at}`, content: '' })),
          ...entries,
        ],
      },
      'the archive holds more than 2000 files',
    ],
    ['for another processor', { architecture: 's390x' }, 'the image is for the processor s390x'],
    ['whose layer unpacks to something else', { diffIds: [digestOf('')] }, "the image's config says"],
    [
      'whose config names another number of layers',
      { diffIds: [digestOf(''), digestOf('')] },
      'another number of layers',
    ],
    [
      'whose layer leaves its root',
      { layers: [[{ name: '../x', content: 'x' }]] },
      'a layer has a path that leaves its root',
    ],
  ])('%s is refused and leaves nothing', async (_title, how, message) => {
    const { images, directory } = emptyStore();
    const { file } = await archiveOf(how);
    await expect(images.import(file)).rejects.toThrow(message);
    expectEmpty(directory);
  });

  test('that is cut off is refused and leaves nothing', async () => {
    const { images, directory } = emptyStore();
    const { file } = await archiveOf();
    truncateSync(file, Math.floor(statSync(file).size / 2));
    await expect(images.import(file)).rejects.toMatchObject({ code: 'ImageDamaged' });
    expectEmpty(directory);
  });

  test('that is something else is refused', async () => {
    const { images } = emptyStore();
    const file = join(workFolder(), 'words.tar');
    writeFileSync(file, 'just words, '.repeat(200));
    await expect(images.import(file)).rejects.toThrow('is no archive, or half of one');
    await expect(images.import(join(workFolder(), 'none.tar'))).rejects.toMatchObject({ code: 'UsageWrong' });
  });
});

describe('unpacking', () => {
  async function unpacked(entries: readonly Entry[]): Promise<string> {
    const { images } = emptyStore();
    const { file } = await archiveOf({ layers: [entries] });
    await images.import(file);
    return images.unpack('foreign');
  }

  test('gives a folder with files, links, hard links, modes and times, once', async () => {
    const { images } = emptyStore();
    const { file, digest } = await archiveOf({
      layers: [
        [
          { name: 'bin/', type: 'directory', mode: 0o750, mtime: new Date(1_000_000) },
          { name: 'bin/a', mode: 0o4755, mtime: new Date(2_000_000), content: 'aaa' },
          { name: 'bin/b', type: 'link', linkname: 'bin/a' },
          { name: 'c', type: 'symlink', linkname: '/bin/a' },
        ],
      ],
    });
    await images.import(file);
    const folder = await images.unpack('foreign');
    expect(folder.endsWith(digest.slice('sha256:'.length))).toBe(true);
    expect(readFileSync(join(folder, 'bin/b'), 'utf8')).toBe('aaa');
    expect(statSync(join(folder, 'bin')).mode & 0o7777).toBe(0o750);
    expect(statSync(join(folder, 'bin')).mtimeMs).toBe(1_000_000);
    // Nobody gets another's rights by running it.
    expect(statSync(join(folder, 'bin/a')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(folder, 'bin/a')).ino).toBe(statSync(join(folder, 'bin/b')).ino);
    expect(await images.unpack('foreign')).toBe(folder);
  });

  test.each<[string, readonly Entry[]]>([
    [
      'writes through a link',
      [
        { name: 'out', type: 'symlink', linkname: '/tmp' },
        { name: 'out/evil', content: 'x' },
      ],
    ],
    [
      'turns a link into a folder',
      [
        { name: 'out', type: 'symlink', linkname: '/tmp' },
        { name: 'out/', type: 'directory' },
        { name: 'out/evil', content: 'x' },
      ],
    ],
    ['links to what is outside', [{ name: 'x', type: 'link', linkname: '../../../etc/passwd' }]],
    [
      'links through a link',
      [
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'x', type: 'link', linkname: 'out/passwd' },
      ],
    ],
    ['holds a device', [{ name: 'x', type: 'character-device', devmajor: 1, devminor: 3 }]],
    [
      'names a path twice',
      [
        { name: 'x', content: '1' },
        { name: 'x', content: '2' },
      ],
    ],
  ])('refuses a layer that %s', async (_title, entries) => {
    await expect(unpacked(entries)).rejects.toMatchObject({ code: 'ImageDamaged' });
  });

  test('refuses a blob that was changed in the store', async () => {
    const { images, directory } = emptyStore();
    const { file } = await archiveOf();
    await images.import(file);
    const layer = (await tarOf([{ name: 'hello', content: 'world' }])).length;
    const blobs = join(directory, 'blobs/sha256');
    const name = readdirSync(blobs).find((each) => statSync(join(blobs, each)).size === layer) ?? '';
    const bytes = readFileSync(join(blobs, name));
    bytes[600] = 0x21;
    writeFileSync(`${join(blobs, name)}.x`, bytes);
    renameSync(`${join(blobs, name)}.x`, join(blobs, name));
    await expect(images.unpack('foreign')).rejects.toMatchObject({ code: 'ImageDamaged' });
    expect(existsSync(join(directory, 'roots'))).toBe(false);
    const out = join(workFolder(), 'out.tar');
    await expect(images.export('foreign', out)).rejects.toMatchObject({ code: 'ImageDamaged' });
    expect(existsSync(out)).toBe(false);
  });
});
