import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryStore } from '../../../engine/store/directory';
import type { DocumentStore } from '../../../engine/store/types';
import { builtFile } from '../../support/built-file';
import { versionOf } from './document-store-behaviour';
import { keysOf } from './history';

const KEY = 'states/tb-a';
const MINE = Buffer.alloc(300_000, 'mine ').toString();
/** More changes of the file system than any one act makes. */
const MOST = 60;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Writer = ChildProcessByStdio<null, Readable, null>;

function start(directory: string, ...words: readonly string[]): Writer {
  const program = join(__dirname, 'fixtures', 'stopping-writer.cjs');
  return spawn(process.execPath, [program, builtFile('engine', 'store', 'directory.js'), directory, KEY, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function toldBy(writer: Writer): Promise<string> {
  let told = '';
  writer.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await once(writer, 'close');
  return told;
}

/** What was there before an act begins. */
const BEFORE = {
  create: async () => undefined,
  write: async (store: DocumentStore) => {
    const first = versionOf(await store.write(KEY, Buffer.from('zero'), 'absent'));
    await store.write(KEY, Buffer.from('old'), first);
  },
  'write again': async (store: DocumentStore) => {
    const first = versionOf(await store.write(KEY, Buffer.from('zero'), 'absent'));
    await store.end(KEY, first);
  },
  end: async (store: DocumentStore) => {
    await store.write(KEY, Buffer.from('old'), 'absent');
  },
} as const;
type Act = keyof typeof BEFORE;
const ACTS: readonly Act[] = ['create', 'write', 'write again', 'end'];

const contentOf = async (store: DocumentStore): Promise<string | undefined> =>
  (await store.read(KEY))?.content.toString();

async function writeOver(store: DocumentStore, content: string): Promise<void> {
  const found = await store.read(KEY);
  versionOf(await store.write(KEY, Buffer.from(content), found?.version ?? 'absent'));
}

/** Calls `work` with 1, 2 and so on, until it says that the act was over before. Returns how often it was not. */
async function atEachChange(work: (count: number) => Promise<'over' | 'within'>): Promise<number> {
  for (let count = 1; count <= MOST; count += 1) if ((await work(count)) === 'over') return count - 1;
  throw new Error(`there are more than ${MOST} changes`);
}

describe('a document in a directory', () => {
  it.each(ACTS)('is whole, old or new, wherever kill -9 ends a %s, and is written on', async (act) => {
    const places = await atEachChange(async (count) => {
      const directory = join(folder, String(count));
      const store = openDirectoryStore(directory);
      await BEFORE[act](store);
      const old = await contentOf(store);
      const told = await toldBy(start(directory, act === 'end' ? 'end' : 'write', String(count), 'SIGKILL'));
      const over = !told.startsWith('here');
      const now = await contentOf(store);
      const wanted = act === 'end' ? undefined : MINE;
      expect(over ? [wanted] : [old, wanted]).toContain(now);
      expect(await keysOf(store, '')).toEqual(now === undefined ? [] : [KEY]);
      for (let time = 0; time < 5; time += 1) await writeOver(store, `later ${time}`);
      expect(await contentOf(store)).toBe('later 4');
      // What the dead one left goes as writing goes on.
      expect(readdirSync(join(directory, `${KEY}.doc`)).length).toBeLessThanOrEqual(5);
      return over ? 'over' : 'within';
    });
    expect(places).toBeGreaterThan(3);
  });

  it.each(ACTS)(
    'keeps what others wrote and pruned while a %s was stopped, wherever it was; it is told the truth when it wakes up',
    async (act) => {
      const places = await atEachChange(async (count) => {
        const directory = join(folder, String(count));
        const store = openDirectoryStore(directory);
        await BEFORE[act](store);
        const old = await contentOf(store);
        const writer = start(directory, act === 'end' ? 'end' : 'write', String(count), 'SIGSTOP');
        const told = toldBy(writer);
        if ((await once(writer.stdout, 'data')).toString() !== 'here\n') return 'over';
        await stopped(writer);
        const held = (await contentOf(store)) !== old;
        for (let time = 0; time < 6; time += 1) await writeOver(store, `later ${time}`);
        writer.kill('SIGCONT');
        const conflicted = (await told) === 'here\nconflict\n';
        expect(conflicted).toBe(!held);
        expect(await contentOf(store)).toBe('later 5');
        expect(await keysOf(store, '')).toEqual([KEY]);
        return 'within';
      });
      expect(places).toBeGreaterThan(3);
    },
  );

  it.each(ACTS)('that was ended and made again while a %s was stopped stays the new one', async (act) => {
    await atEachChange(async (count) => {
      const directory = join(folder, String(count));
      const store = openDirectoryStore(directory);
      await BEFORE[act](store);
      const writer = start(directory, act === 'end' ? 'end' : 'write', String(count), 'SIGSTOP');
      const told = toldBy(writer);
      if ((await once(writer.stdout, 'data')).toString() !== 'here\n') return 'over';
      await stopped(writer);
      for (let time = 0; time < 2; time += 1) {
        const found = await store.read(KEY);
        if (found !== undefined) await store.end(KEY, found.version);
        await writeOver(store, `again ${time}`);
      }
      writer.kill('SIGCONT');
      await told;
      expect(await contentOf(store)).toBe('again 1');
      return 'within';
    });
  });

  it('loses none of 200 increments of two processes', async () => {
    const writers = [start(folder, 'count', '100'), start(folder, 'count', '100')];
    expect(await Promise.all(writers.map(toldBy))).toEqual(['counted\n', 'counted\n']);
    expect(await contentOf(openDirectoryStore(folder))).toBe('200');
  });

  it('is never read in part while a process writes megabytes to it and is killed in between', async () => {
    const store = openDirectoryStore(folder);
    for (const writings of [1, 2, 3, 4]) {
      const writer = start(folder, 'fill');
      const ended = once(writer, 'close');
      for (let seen = 0; seen < writings;) {
        seen += (await once(writer.stdout, 'data')).toString().length;
        const content = (await store.read(KEY))?.content ?? Buffer.alloc(0);
        expect([content.length, content.every((byte) => byte === content[0])]).toEqual([3_000_000, true]);
      }
      writer.kill('SIGKILL');
      await ended;
    }
    await writeOver(store, 'after all');
    expect(await contentOf(store)).toBe('after all');
  });
});

/** Resolves when the process is stopped; it said before that it would be. */
async function stopped(writer: Writer): Promise<void> {
  while (!/\) T /.test(readFileSync(`/proc/${writer.pid}/stat`, 'utf8'))) await delay(1);
}
