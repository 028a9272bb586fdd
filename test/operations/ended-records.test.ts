import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDirectoryStore } from '../../engine/store/directory';
import type { DocumentStore } from '../../engine/store/types';
import { openRecords } from '../../operations/records';
import { testbedRecord } from '../support/testbed-record';

let home: string;
let store: DocumentStore;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'testbed-ended-records-'));
  store = openDirectoryStore(join(home, 'store'));
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const [SLEEPER, FOLLOWER] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
/** More than one end asks. */
const MOST_CALLS = 12;

/** Ends a testbed as a `down` does that follows another one; does nothing where it has ended. */
async function follow(): Promise<boolean> {
  const records = openRecords(store);
  const found = await records.find('raced');
  if (found === undefined) return false;
  await records.save({ ...found, changedAt: FOLLOWER });
  await records.end({ ...found, infrastructure: 'destroyed', changedAt: FOLLOWER });
  return true;
}

async function everything(): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const key of store.list('records/')) {
    const found = await store.read(key);
    lines.push(`${key} ${found?.version ?? ''} ${found?.content.toString('utf8') ?? ''}`);
  }
  return lines.toSorted();
}

it.each([false, true])(
  'of a run that slept before any step of its end, nothing is written once another one has ended it (an end was killed before: %s)',
  async (isHalfEnded) => {
    let overtaken = 0;
    for (let sleepsBefore = 1; sleepsBefore <= MOST_CALLS; sleepsBefore += 1) {
      const id = `tb-aaaa${String(sleepsBefore).padStart(2, '0')}`;
      const made = await openRecords(store).reserve(testbedRecord('raced', id));
      if (isHalfEnded) await store.write(`records/ended/${id}`, Buffer.from(`${JSON.stringify(made)}\n`), 'absent');
      let calls = 0;
      let after: readonly string[] | undefined;
      const sleeping = async <T>(work: () => Promise<T>): Promise<T> => {
        if (isEnding && (calls += 1) === sleepsBefore && (await follow())) after = await everything();
        return work();
      };
      const slow: DocumentStore = {
        ...store,
        read: (key) => sleeping(() => store.read(key)),
        write: (key, content, seen) => sleeping(() => store.write(key, content, seen)),
        end: (key, seen) => sleeping(() => store.end(key, seen)),
      };
      let isEnding = false;
      const records = openRecords(slow);
      const found = await records.find('raced');
      if (found === undefined) throw new Error('it was reserved');
      isEnding = true;
      const ended: unknown = await records
        .end({ ...found, infrastructure: 'destroyed', changedAt: SLEEPER })
        .catch((error: unknown) => error);
      if (after !== undefined) overtaken += 1;
      const refused: unknown = expect.objectContaining({ code: 'OperationRunning' });
      expect([ended, await everything()]).toEqual(
        after === undefined ? [undefined, await everything()] : [refused, after],
      );
      expect(await openRecords(store).find('raced')).toBeUndefined();
    }
    // Before its first step, and up to the one that ends the live record.
    expect(overtaken).toBeGreaterThanOrEqual(3);
  },
);
