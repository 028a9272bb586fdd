import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { openRecords } from '../../operations/records';
import { builtFile } from '../support/built-file';
import { testbedRecord } from '../support/testbed-record';

/** A real process on a real store, killed between the two documents of a record. */
let directory: string;
let store: DocumentStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'testbed-half-'));
  store = openDirectoryStore(directory);
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

const half = testbedRecord('half', 'tb-aaaaaa');

/** Reserves, or ends, `half` in a process that dies when it is about to write, or end, what begins with `before`, all else being done. */
async function killedBefore(before: string, doing: 'reserve' | 'end'): Promise<void> {
  const script = `
    const { openDirectoryStore } = require(${JSON.stringify(builtFile('engine/store/directory.js'))});
    const { openRecords } = require(${JSON.stringify(builtFile('operations/records.js'))});
    const store = openDirectoryStore(${JSON.stringify(directory)});
    const other = Promise.withResolvers();
    const dying = (change) => async (key, ...rest) => {
      if (key.startsWith(${JSON.stringify(before)})) {
        await other.promise;
        process.kill(process.pid, 'SIGKILL');
      }
      const outcome = await change(key, ...rest);
      other.resolve();
      return outcome;
    };
    const { write, end } = store;
    const records = openRecords({
      place: store.place,
      read: (key) => store.read(key),
      list: (prefix) => store.list(prefix),
      close: () => store.close(),
      write: dying(write.bind(store)),
      end: dying(end.bind(store)),
    });
    const half = ${JSON.stringify(half)};
    records.find('half').then(() => records.${doing}(half)).catch((error) => console.error(error));
  `;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

async function allKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list('records/')) keys.push(key);
  return keys;
}

it('a record whose id was not written is found by its id, and is whole from then on', async () => {
  await openRecords(store).reserve(testbedRecord('other', 'tb-bbbbbb'));
  await killedBefore('records/ids/', 'reserve');
  expect(await allKeys()).toEqual(['records/ids/tb-bbbbbb', 'records/live/half', 'records/live/other']);
  expect((await openRecords(store).find('tb-aaaaaa'))?.name).toBe('half');
  expect(await allKeys()).toContain('records/ids/tb-aaaaaa');
  // Found as if by name: it can be written, and ended with both of its documents.
  const records = openRecords(store);
  const found = await records.find('tb-aaaaaa');
  if (found === undefined) throw new Error('it was found before');
  await records.save({ ...found, infrastructure: 'ready' });
  await records.end({ ...found, infrastructure: 'destroyed' });
  expect(await allKeys()).toEqual(['records/ended/tb-aaaaaa', 'records/ids/tb-bbbbbb', 'records/live/other']);
});

it('an id whose record was not written names nobody, and stands in the way of nobody', async () => {
  await killedBefore('records/live/', 'reserve');
  expect(await allKeys()).toEqual(['records/ids/tb-aaaaaa']);
  const records = openRecords(store);
  expect([await records.find('half'), await records.find('tb-aaaaaa')]).toEqual([undefined, undefined]);
  await records.reserve(testbedRecord('half', 'tb-cccccc'));
  expect([(await records.find('tb-cccccc'))?.name, await records.find('tb-aaaaaa')]).toEqual(['half', undefined]);
});

it('an id left of a record that ended names nobody', async () => {
  await openRecords(store).reserve(half);
  await killedBefore('records/ids/', 'end');
  expect(await allKeys()).toEqual(['records/ended/tb-aaaaaa', 'records/ids/tb-aaaaaa']);
  expect(await openRecords(store).find('tb-aaaaaa')).toBeUndefined();
});
