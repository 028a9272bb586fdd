import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inPool } from '../../operations/in-pool';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a pool', () => {
  it('does everything once, in order, never more at once than asked for, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ turns: fc.nat(4), fails: fc.boolean() }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (pieces, atOnce) => {
          let working = 0;
          let most = 0;
          const begun: number[] = [];
          const ends = await inPool(
            [...pieces.entries()],
            { atOnce, signal: never },
            async ([at, { turns, fails }]) => {
              begun.push(at);
              working += 1;
              most = Math.max(most, working);
              for (let left = turns; left > 0; left -= 1) await turn();
              working -= 1;
              if (fails) throw new Error(`piece ${at}`);
              return at;
            },
          );
          expect(begun).toEqual(pieces.map((_, at) => at));
          expect(most).toBeLessThanOrEqual(atOnce);
          expect(ends.map(({ state }) => state)).toEqual(pieces.map(({ fails }) => (fails ? 'failed' : 'done')));
        },
      ),
    );
  });

  it('begins the next when one only waits, but only so many wait', async () => {
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const ends = inPool(
      [...gates.entries()],
      { atOnce: 1, waiting: 2, signal: never },
      async ([at, gate], giveUpPlace) => {
        begun.push(at);
        giveUpPlace();
        await gate.promise;
      },
    );
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(begun).toEqual([0, 1, 2]);
    gates[1]?.resolve();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const gate of gates) gate.resolve();
    expect((await ends).map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'done'));
  });

  it('begins nothing more once aborted, and waits for what is under way', async () => {
    const stop = new AbortController();
    const gate = Promise.withResolvers<string>();
    const ends = inPool(['a', 'b', 'c'], { atOnce: 1, signal: stop.signal }, () => gate.promise);
    stop.abort();
    gate.resolve('came to its end');
    expect(await ends).toEqual([
      { item: 'a', state: 'done', result: 'came to its end' },
      { item: 'b', state: 'not-begun' },
      { item: 'c', state: 'not-begun' },
    ]);
  });
});
