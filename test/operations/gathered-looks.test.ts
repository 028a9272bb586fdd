import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatherLooks, type GatheredLooks } from '../../operations/gathered-looks';
import type { Inventory } from '../../kubernetes/inventory';

const EMPTY: Inventory = { objects: [], kindsChecked: 1, blind: [] };
const PATIENCE_MS = 1000;

/** Looks that come to their end one by one, as the test wants. */
function openLooks({ most = 8, signal = new AbortController().signal } = {}): {
  readonly looks: GatheredLooks;
  /** Whom each look was for. */
  readonly seen: string[];
  readonly end: (at: number, error?: Error) => void;
} {
  const seen: string[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const looks = gatherLooks(
    async (testbeds) => {
      seen.push(testbeds.join(' '));
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return new Map(testbeds.map((testbed) => [testbed, EMPTY]));
    },
    { most, patienceMs: PATIENCE_MS, signal },
  );
  const end = (at: number, error?: Error): void => {
    if (error === undefined) gates[at]?.resolve();
    else gates[at]?.reject(error);
  };
  return { looks, seen, end };
}

describe('gathered looks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('begin at once for one that is alone', async () => {
    const { looks, seen, end } = openLooks();
    looks.enter('a');
    const found = looks.of('a');
    expect(seen).toEqual(['a']);
    end(0);
    expect(await found).toEqual(EMPTY);
  });

  it('wait for all who are on the way to ask, and for none who left', async () => {
    const { looks, seen, end } = openLooks();
    for (const testbed of ['a', 'b', 'c']) looks.enter(testbed);
    const found = [looks.of('a'), looks.of('b')];
    expect(seen).toEqual([]);
    looks.leave('c');
    expect(seen).toEqual(['a b']);
    end(0);
    expect(await Promise.all(found)).toEqual([EMPTY, EMPTY]);
  });

  it('wait no longer than patience lasts', async () => {
    const { looks, seen } = openLooks();
    for (const testbed of ['a', 'b']) looks.enter(testbed);
    void looks.of('a');
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(['a']);
  });

  it('take no more than fit; who asks while a look goes on is in the next, for the same testbed too', async () => {
    const { looks, seen, end } = openLooks({ most: 2 });
    looks.enter('later');
    const found = ['a', 'b', 'c'].map((testbed) => looks.of(testbed));
    expect(seen).toEqual(['a b']);
    const again = looks.of('a');
    end(0);
    await Promise.all(found.slice(0, 2));
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['a b', 'c a']);
    end(1);
    expect(await Promise.all([found[2], again])).toEqual([EMPTY, EMPTY]);
  });

  it('that fail fail for those who asked, and the next begins', async () => {
    const { looks, seen, end } = openLooks({ most: 1 });
    const [first, second] = [looks.of('a'), looks.of('b')];
    end(0, new Error('out of reach'));
    await expect(first).rejects.toThrow('out of reach');
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual(['a', 'b']);
    end(1);
    expect(await second).toEqual(EMPTY);
  });

  it('keep nobody waiting once all is interrupted', () => {
    const stop = new AbortController();
    const { looks, seen } = openLooks({ signal: stop.signal });
    for (const testbed of ['a', 'b']) looks.enter(testbed);
    void looks.of('a');
    stop.abort();
    expect(seen).toEqual(['a']);
  });
});
