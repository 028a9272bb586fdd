import { describe, expect, it } from 'vitest';
import { KeyedWork } from '../../../platform/cluster/storage/local-work';

/** Work that ends when the test says so, and the most of it that ran at once. */
function heldWork(limit: number) {
  const ending = new AbortController();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = new KeyedWork(
    limit,
    ending.signal,
    async (key) => {
      begun.push(key);
      await new Promise<void>((resolve) => ends.push(resolve));
    },
    () => Promise.resolve(),
  );
  const endNext = async (): Promise<void> => {
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
  };
  return { work, begun, endNext, ending };
}

describe('work by keys', () => {
  it('is never done twice at once for a key, and once more when asked for meanwhile', async () => {
    const { work, begun, endNext } = heldWork(4);
    for (let times = 0; times < 5; times++) work.touch('a');
    expect(begun).toEqual(['a']);
    await endNext();
    await endNext();
    await work.settled();
    expect(begun).toEqual(['a', 'a']);
  });

  it('is done for a few keys at the same time, the others in their order', async () => {
    const { work, begun, endNext } = heldWork(2);
    for (const key of ['a', 'b', 'c', 'd']) work.touch(key);
    expect(begun).toEqual(['a', 'b']);
    await endNext();
    await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
    for (let times = 0; times < 3; times++) await endNext();
    await work.settled();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is done again when it failed, and told of with the number of failures', async () => {
    const failures: number[] = [];
    let tries = 0;
    const work = new KeyedWork(
      1,
      new AbortController().signal,
      async () => {
        tries++;
        if (tries < 3) throw new Error('not yet');
      },
      async (_key, _error, times) => void failures.push(times),
    );
    work.touch('a');
    await work.settled();
    expect({ tries, failures }).toEqual({ tries: 3, failures: [1, 2] });
  });

  it('begins nothing after its end', async () => {
    const { work, begun, endNext, ending } = heldWork(1);
    work.touch('a');
    work.touch('b');
    ending.abort();
    work.touch('c');
    await endNext();
    await work.settled();
    expect(begun).toEqual(['a']);
  });
});
