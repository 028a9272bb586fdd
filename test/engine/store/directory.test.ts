import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryStore } from '../../../engine/store/directory';
import { builtFile } from '../../support/built-file';
import { openSmallDisk } from '../../support/small-disk';
import { describeDocumentStore, versionOf, type StorePlace } from './document-store-behaviour';
import { keysOf } from './history';

describeDocumentStore({ title: 'a directory', histories: 60, place: ownPlace });

async function ownPlace(): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
  return {
    open: async () => openDirectoryStore(join(folder, 'store')),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  };
}

describe('a store in a directory', () => {
  let folder = '';
  let directory = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
    directory = join(folder, 'a', 'store');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The file with the content of `states/a`. */
  function contentFile(): string {
    const own = join(directory, 'states', 'a.doc');
    const name = readdirSync(own).find((each) => /^\d/.test(each)) ?? '';
    return join(own, name);
  }

  it('makes nothing before the first writing, and all of it for its owner alone', async () => {
    const store = openDirectoryStore(directory);
    expect([await store.read('states/a'), await keysOf(store, '')]).toEqual([undefined, []]);
    expect(readdirSync(folder)).toEqual([]);
    await store.write('states/a', Buffer.from('one'), 'absent');
    const modes = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => [
      entry.isDirectory(),
      statSync(join(entry.parentPath, entry.name)).mode & 0o777,
    ]);
    expect(new Set(modes.map(String))).toEqual(new Set(['true,448', 'false,384']));
  });

  it('keeps a few old contents and no more, and leaves nothing of a document that ended', async () => {
    const store = openDirectoryStore(directory);
    let version = versionOf(await store.write('states/a', Buffer.from('0'), 'absent'));
    for (let time = 1; time < 10; time += 1)
      version = versionOf(await store.write('states/a', Buffer.from(String(time)), version));
    expect(readdirSync(join(directory, 'states', 'a.doc'))).toHaveLength(4);
    await store.end('states/a', version);
    expect(readdirSync(join(directory, 'states'))).toEqual([]);
    expect(readdirSync(join(directory, 'halves.tmp'))).toEqual([]);
  });

  it('removes half-made folders of the dead after an hour', async () => {
    const store = openDirectoryStore(directory);
    await store.write('states/a', Buffer.from('one'), 'absent');
    const halves = join(directory, 'halves.tmp');
    for (const name of ['old', 'new']) mkdirSync(join(halves, name));
    writeFileSync(join(halves, 'old', '1-x'), 'a part');
    const before = Date.now() / 1000 - 3700;
    utimesSync(join(halves, 'old'), before, before);
    await store.write('states/b', Buffer.from('one'), 'absent');
    expect(readdirSync(halves)).toEqual(['new']);
  });

  it('is full: says so, keeps what is there, and goes on when there is room', async () => {
    await using disk = await openSmallDisk();
    const place = join(disk.outside, 'store');
    const store = openDirectoryStore(place);
    const first = versionOf(await store.write('states/a', Buffer.from('one'), 'absent'));
    disk.fill();
    const full = { code: 'NoSpace', message: `no space left on the disk to write ${place}` };
    await expect(store.write('states/a', Buffer.alloc(100_000, 1), first)).rejects.toMatchObject(full);
    await expect(store.write('states/b', Buffer.alloc(100_000, 1), 'absent')).rejects.toMatchObject(full);
    expect(await store.read('states/a')).toEqual({ content: Buffer.from('one'), version: first });
    expect(await keysOf(store, '')).toEqual(['states/a']);
    disk.makeRoom();
    expect((await store.write('states/a', Buffer.alloc(100_000, 2), first)).kind).toBe('written');
    expect(readdirSync(join(place, 'halves.tmp'))).toEqual([]);
  });

  it.each([
    ['a link in place of its content', () => replace(contentFile(), (file) => symlinkSync('/etc/hostname', file))],
    ['a folder in place of its content', () => replace(contentFile(), (file) => mkdirSync(file))],
    ['a pipe in place of its content', () => replace(contentFile(), (file) => spawnSync('mkfifo', [file]))],
    ['content of 65 MiB', () => truncateSync(contentFile(), 65 * 1024 * 1024)],
    ['a link in place of its folder', () => moveAndLink(dirname(contentFile()))],
    ['a link in place of a folder above', () => moveAndLink(join(directory, 'states'))],
    ['no content any more', () => unlinkSync(contentFile())],
  ])('refuses a document with %s', async (_, spoil) => {
    const store = openDirectoryStore(directory);
    await store.write('states/a', Buffer.from('one'), 'absent');
    spoil();
    await expect(store.read('states/a')).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining(join(directory, 'states')),
    });
  });

  it('goes past foreign files, wherever they lie', async () => {
    const store = openDirectoryStore(directory);
    const first = versionOf(await store.write('states/a', Buffer.from('one'), 'absent'));
    for (const foreign of [
      '.DS_Store',
      'states/README.md',
      'states/b.doc',
      'states/a.doc/notes',
      'states/a.doc/head-x',
    ])
      writeFileSync(join(directory, foreign), 'foreign');
    symlinkSync('/', join(directory, 'records'));
    expect(await keysOf(store, '')).toEqual(['states/a']);
    const second = versionOf(await store.write('states/a', Buffer.from('two'), first));
    expect(await store.end('states/a', second)).toBe('ended');
    expect(await store.read('states/a')).toBeUndefined();
    await expect(store.write('states/b', Buffer.from('x'), 'absent')).rejects.toMatchObject({
      code: 'StateUnreadable',
    });
  });

  it('that others may write to is refused with what to do', async () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o777);
    await expect(openDirectoryStore(directory).write('states/a', Buffer.from('one'), 'absent')).rejects.toMatchObject({
      code: 'NoPermission',
      hint: { en: `chmod 700 '${directory}'` },
    });
  });

  it('of another user is refused by name', async () => {
    await openDirectoryStore(directory).write('states/a', Buffer.from('one'), 'absent');
    const asRoot = process.getuid?.() === 0;
    // The folders above may be entered by all, so that it is the store which refuses.
    if (asRoot) for (const each of [folder, join(folder, 'a')]) chmodSync(each, 0o755);
    else chmodSync(directory, 0);
    const program = join(__dirname, 'fixtures', 'stopping-writer.cjs');
    const uid = asRoot ? '65534' : String(process.getuid?.());
    const words = [builtFile('engine', 'store', 'directory.js'), directory, 'states/a', 'read-as', '', '', uid];
    const { stdout } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
    chmodSync(directory, 0o700);
    expect(stdout).toContain(`NoPermission: the store ${directory} lets nobody in as you are: EACCES`);
  });
});

function replace(file: string, by: (file: string) => void): void {
  unlinkSync(file);
  by(file);
}

function moveAndLink(folder: string): void {
  renameSync(folder, `${folder}-moved`);
  symlinkSync(`${folder}-moved`, folder);
}
