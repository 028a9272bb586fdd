import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { takeUpOldRecords } from '../../operations/old-records';
import { openRecords } from '../../operations/records';
import { testbedRecord } from '../support/testbed-record';

// On the store of a directory; that the others compare as it does is tested beside them.

let home: string;
let store: DocumentStore;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'testbed-records-'));
  store = openDirectoryStore(join(home, 'store'));
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** The store, counting what is read. */
function counting(): { readonly store: DocumentStore; readonly reads: string[] } {
  const reads: string[] = [];
  const read: DocumentStore['read'] = (key) => {
    reads.push(key);
    return store.read(key);
  };
  return { store: { ...store, read }, reads };
}

async function allKeys(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list('records/')) keys.push(key);
  return keys;
}

describe('records', () => {
  it('are found by name and by id, without any other record being read', async () => {
    const records = openRecords(store);
    for (const [name, id] of [
      ['one', 'tb-aaaaaa'],
      ['two', 'tb-bbbbbb'],
      ['three', 'tb-cccccc'],
    ] as const)
      await records.reserve(testbedRecord(name, id));
    const counted = counting();
    const other = openRecords(counted.store);
    expect((await other.find('two'))?.id).toBe('tb-bbbbbb');
    expect(counted.reads).toEqual(['records/live/two']);
    expect((await other.find('tb-cccccc'))?.name).toBe('three');
    expect(counted.reads.slice(1)).toEqual(['records/live/tb-cccccc', 'records/ids/tb-cccccc', 'records/live/three']);
    expect((await other.list()).map(({ name }) => name)).toEqual(['one', 'three', 'two']);
    for (const nobody of ['nobody', 'tb-zzzzzz', '../one', 'One', '']) expect(await other.find(nobody)).toBeUndefined();
  });

  it('give a name out once: whoever comes second gets the record of the first', async () => {
    const tries = Array.from({ length: 8 }, (_, at) => testbedRecord('wanted', `tb-aaaaa${at}`));
    const given = await Promise.all(tries.map((one) => openRecords(store).reserve(one)));
    expect(new Set(given.map(({ id }) => id)).size).toBe(1);
    const [winner] = given;
    expect(await allKeys()).toEqual([`records/ids/${winner?.id}`, 'records/live/wanted']);
  });

  it('give an id out once', async () => {
    const records = openRecords(store);
    await records.reserve(testbedRecord('one', 'tb-aaaaaa'));
    await expect(records.reserve(testbedRecord('two', 'tb-aaaaaa'))).rejects.toMatchObject({
      code: 'OperationRunning',
    });
    expect(await records.find('two')).toBeUndefined();
    expect((await records.find('tb-aaaaaa'))?.name).toBe('one');
  });

  it('are not written over what another run recorded meanwhile, and the loser is told', async () => {
    const [first, second] = [openRecords(store), openRecords(store)];
    const made = await first.reserve(testbedRecord('raced', 'tb-aaaaaa'));
    const seen = await second.find('raced');
    await first.save({ ...made, infrastructure: 'ready' });
    // Looking at all of them is no reading of this one.
    await second.list();
    const late = { ...made, ...seen, infrastructure: 'failed' as const };
    await expect(second.save(late)).rejects.toMatchObject({
      code: 'OperationRunning',
      message: expect.stringContaining("'raced'"),
    });
    await expect(second.end(late)).rejects.toMatchObject({ code: 'OperationRunning' });
    expect(await second.ended()).toEqual([]);
    expect((await second.find('raced'))?.infrastructure).toBe('ready');
    await second.save({ ...made, infrastructure: 'failed' });
    expect((await first.find('raced'))?.infrastructure).toBe('failed');
  });

  it('stay when they have ended, and give their names free but not their ids', async () => {
    const records = openRecords(store);
    const made = await records.reserve(testbedRecord('ended', 'tb-aaaaaa'));
    await records.end({ ...made, infrastructure: 'destroyed' });
    expect([await records.find('ended'), await records.find('tb-aaaaaa'), await records.list()]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect(await records.ended()).toEqual([{ ...made, infrastructure: 'destroyed' }]);
    expect((await records.reserve(testbedRecord('ended', 'tb-bbbbbb'))).id).toBe('tb-bbbbbb');
    const ids = await Promise.all(Array.from({ length: 50 }, () => records.newId()));
    expect(ids.filter((id) => !/^tb-[a-z0-9]{6}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(50);
  });

  it.each(['', '{', '{"version":1}', '[]', 'x'.repeat(1000)])(
    'that are damaged (%j) are refused by name, whoever asks',
    async (content) => {
      await store.write('records/live/broken', Buffer.from(content), 'absent');
      const refused = { code: 'StateUnreadable', message: expect.stringContaining('records/live/broken') };
      await expect(openRecords(store).find('broken')).rejects.toMatchObject(refused);
      await expect(openRecords(store).list()).rejects.toMatchObject(refused);
      expect(await openRecords(store).find('other')).toBeUndefined();
    },
  );
});

describe('records in files of an earlier version', () => {
  const directory = (): string => join(home, 'records');
  const write = (file: string, content: string): void => {
    mkdirSync(join(directory(), 'ended'), { recursive: true });
    writeFileSync(join(directory(), file), content);
  };

  it('are taken up once, live and ended ones, by however many runs at a time', async () => {
    const live = testbedRecord('old', 'tb-aaaaaa', { infrastructure: 'ready' });
    const gone = testbedRecord('gone', 'tb-bbbbbb', { infrastructure: 'destroyed' });
    write('old.json', JSON.stringify(live));
    write('ended/tb-bbbbbb.json', JSON.stringify(gone));
    await Promise.all(Array.from({ length: 4 }, () => takeUpOldRecords({ recordsDirectory: directory() }, store)));
    const records = openRecords(store);
    expect([await records.list(), await records.ended()]).toEqual([[live], [gone]]);
    expect((await records.find('tb-aaaaaa'))?.name).toBe('old');
    expect(
      readdirSync(directory(), { recursive: true })
        .map(String)
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['ended', 'ended/tb-bbbbbb.json.moved', 'old.json.moved']);
    await records.save({ ...live, infrastructure: 'destroying' });
    await takeUpOldRecords({ recordsDirectory: directory() }, store);
    expect((await records.find('old'))?.infrastructure).toBe('destroying');
  });

  it('never replace what the store has, nor bring back what was ended since', async () => {
    const live = testbedRecord('old', 'tb-aaaaaa', { infrastructure: 'ready' });
    const records = openRecords(store);
    const made = await records.reserve({ ...live, size: 'large' });
    write('old.json', JSON.stringify(live));
    await takeUpOldRecords({ recordsDirectory: directory() }, store);
    expect((await records.find('old'))?.size).toBe('large');
    await records.end({ ...made, infrastructure: 'destroyed' });
    write('old.json', JSON.stringify(live));
    await takeUpOldRecords({ recordsDirectory: directory() }, store);
    expect(await records.list()).toEqual([]);
  });

  it('that are damaged are named', async () => {
    write('old.json', '{');
    await expect(takeUpOldRecords({ recordsDirectory: directory() }, store)).rejects.toMatchObject({
      code: 'StateUnreadable',
      message: expect.stringContaining(join(directory(), 'old.json')),
    });
  });
});
