import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTestbedError } from '../../../errors';
import type { DocumentStore, Version, WriteOutcome } from '../../../engine/store/types';
import { act, keysOf, runHistory } from './history';

/** A place of its own for one test, which several stores open as several processes would. */
export interface StorePlace extends AsyncDisposable {
  open(): Promise<DocumentStore>;
}

export interface StoreKind {
  readonly title: string;
  place(): Promise<StorePlace>;
  /** How many random histories are tried. */
  readonly histories: number;
}

/** What every store has to do, whatever it is made of. */
export function describeDocumentStore(kind: StoreKind): void {
  describe(`documents in ${kind.title}`, () => {
    it('are absent at first, hold what was written last, and are absent after their end', async () => {
      await using place = await kind.place();
      const store = await place.open();
      expect(await store.read('states/tb-a')).toBeUndefined();
      const first = versionOf(await store.write('states/tb-a', Buffer.from('one'), 'absent'));
      const second = versionOf(await store.write('states/tb-a', Buffer.from('two'), first));
      expect(await store.read('states/tb-a')).toEqual({ content: Buffer.from('two'), version: second });
      expect(await store.end('states/tb-a', first)).toBe('conflict');
      expect(await store.end('states/tb-a', second)).toBe('ended');
      expect(await store.read('states/tb-a')).toBeUndefined();
      expect(await store.end('states/tb-a', second)).toBe('conflict');
      await store.close();
      await store.close();
    });

    it('hold any bytes, none and megabytes of them too', async () => {
      await using place = await kind.place();
      const store = await place.open();
      const large = Buffer.alloc(
        5 * 1024 * 1024,
        Uint8Array.from({ length: 256 }, (_, byte) => byte),
      );
      for (const [key, content] of [
        ['states/empty', Buffer.alloc(0)],
        ['states/large', large],
      ] as const) {
        await store.write(key, content, 'absent');
        expect((await store.read(key))?.content.equals(content)).toBe(true);
      }
      await store.close();
    });

    it('larger than 64 MiB are refused by name before anything is written', async () => {
      await using place = await kind.place();
      const store = await place.open();
      await expect(store.write('states/huge', Buffer.alloc(64 * 1024 * 1024 + 1), 'absent')).rejects.toThrow(
        /states\/huge of .* has 67108865 bytes/,
      );
      expect(await store.read('states/huge')).toBeUndefined();
      await store.close();
    });

    it('have keys of lower-case letters, digits, hyphens and slashes only', async () => {
      await using place = await kind.place();
      const store = await place.open();
      for (const key of ['', '/', '../x', 'a/../b', 'A', 'a_b', 'a.b', 'a//b', '/a', 'a/', 'a\u0000b', 'x'.repeat(201)])
        await expect(store.read(key)).rejects.toSatisfy((error) => isTestbedError(error, 'UsageWrong'));
      await store.close();
    });

    it('are listed by prefix, in order, without those that ended', async () => {
      await using place = await kind.place();
      const store = await place.open();
      const keys = ['records/b', 'records/a', 'records/a-1', 'records/ended/x', 'records/ended', 'states/a'];
      for (const key of [...keys, 'records/gone']) await store.write(key, Buffer.from(key), 'absent');
      const gone = await store.read('records/gone');
      if (gone !== undefined) await store.end('records/gone', gone.version);
      expect(await keysOf(store, 'records/')).toEqual([
        'records/a',
        'records/a-1',
        'records/b',
        'records/ended',
        'records/ended/x',
      ]);
      expect(await keysOf(store, 'records/ended/')).toEqual(['records/ended/x']);
      expect(await keysOf(store, 'records/a')).toEqual(['records/a', 'records/a-1']);
      expect(await keysOf(store, 'keys/')).toEqual([]);
      expect(await keysOf(store, '')).toEqual([...keys].sort());
      await store.close();
    });

    it('of eight who write where the same version, or none, was seen take one', async () => {
      await using place = await kind.place();
      const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
      let seen: Version | 'absent' = 'absent';
      for (let round = 0; round < 6; round += 1) {
        const expected: Version | 'absent' = seen;
        const outcomes = await Promise.all(
          [...stores, ...stores].map((store, index) =>
            store.write('claims/tb-a', Buffer.from(`${round}-${index}`), expected),
          ),
        );
        const winners = outcomes.flatMap((outcome, index) => (outcome.kind === 'written' ? [index] : []));
        expect(winners).toHaveLength(1);
        const winner = outcomes[winners[0] ?? 0];
        const found = await stores[0]?.read('claims/tb-a');
        expect(found?.content.toString()).toBe(`${round}-${winners[0]}`);
        expect(winner).toEqual({ kind: 'written', version: found?.version });
        seen = found?.version ?? 'absent';
      }
      await Promise.all(stores.map((store) => store.close()));
    });

    it('are ended by one of four who saw the same version', async () => {
      await using place = await kind.place();
      const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
      const [store] = stores;
      if (store === undefined) throw new Error('there are four');
      for (let round = 0; round < 3; round += 1) {
        const version = versionOf(await store.write('claims/tb-a', Buffer.from('x'), 'absent'));
        const ends = await Promise.all(stores.map((store) => store.end('claims/tb-a', version)));
        expect(ends.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'ended']);
      }
      await Promise.all(stores.map((store) => store.close()));
    });

    it('lose no increment of four who count in one', async () => {
      await using place = await kind.place();
      const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
      await Promise.all(
        stores.map(async (store) => {
          for (let counted = 0; counted < 10;) {
            const found = await store.read('claims/count');
            const next = Number(found?.content.toString() ?? '0') + 1;
            const outcome = await store.write('claims/count', Buffer.from(String(next)), found?.version ?? 'absent');
            if (outcome.kind === 'written') counted += 1;
          }
        }),
      );
      expect((await stores[0]?.read('claims/count'))?.content.toString()).toBe('40');
      await Promise.all(stores.map((store) => store.close()));
    });

    it('behave as a table of versions does, whatever two writers do with what they saw whenever', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
          await using place = await kind.place();
          const stores = [await place.open(), await place.open()];
          const told = await runHistory(stores, acts);
          await Promise.all(stores.map((store) => store.close()));
          expect(told.map(({ store }) => store)).toEqual(told.map(({ model }) => model));
        }),
        { numRuns: kind.histories },
      );
    });
  });
}

export function versionOf(outcome: WriteOutcome): Version {
  if (outcome.kind === 'written') return outcome.version;
  throw new Error('another writer was first');
}

/** Lets another one write `theirs 1` and so on over what is there. */
export async function writeOften(store: DocumentStore, times: number): Promise<void> {
  for (let time = 1; time <= times; time += 1) {
    const found = await store.read('states/a');
    if (found === undefined) throw new Error('it is gone');
    versionOf(await store.write('states/a', Buffer.from(`theirs ${time}`), found.version));
  }
}
