/** How one piece of work of several came out. */
export type PoolEnd<T, R> =
  | { readonly item: T; readonly state: 'done'; readonly result: R }
  | { readonly item: T; readonly state: 'failed'; readonly error: unknown }
  /** The signal came first: it was never touched. */
  | { readonly item: T; readonly state: 'not-begun' };

export interface PoolOptions {
  /** How many work at the same time. */
  readonly atOnce: number;
  /** How many may still wait for something, beside those that work, after they gave their place up. Default: as many again, eight times. */
  readonly waiting?: number;
  /** Aborted: nothing more is begun; what is under way comes to its own end. */
  readonly signal: AbortSignal;
}

/**
 * Does pieces of work in their order, so many at once; one that fails touches no other. Work that only waits from some point on says so by
 * `giveUpPlace`, and the next begins. Never rejects: the ends are told in the order of the items.
 */
export async function inPool<T, R>(
  items: readonly T[],
  { atOnce, waiting = 8 * atOnce, signal }: PoolOptions,
  work: (item: T, giveUpPlace: () => void) => Promise<R>,
): Promise<readonly PoolEnd<T, R>[]> {
  const ends = items.map((item): PoolEnd<T, R> => ({ item, state: 'not-begun' }));
  const queue = items.entries();
  const under = new Set<Promise<void>>();
  let working = 0;
  let wake = Promise.withResolvers<void>();
  const changed = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const begin = (at: number, item: T): void => {
    let hasPlace = true;
    const giveUpPlace = (): void => {
      if (!hasPlace) return;
      hasPlace = false;
      working -= 1;
      changed();
    };
    working += 1;
    const run = (async (): Promise<void> => {
      try {
        ends[at] = { item, state: 'done', result: await work(item, giveUpPlace) };
      } catch (error) {
        ends[at] = { item, state: 'failed', error };
      }
    })();
    under.add(run);
    void run.then(() => {
      under.delete(run);
      giveUpPlace();
      changed();
    });
  };
  for (const [at, item] of queue) {
    while (!signal.aborted && (working >= atOnce || under.size >= atOnce + waiting)) await wake.promise;
    if (signal.aborted) break;
    begin(at, item);
  }
  await Promise.all(under);
  return ends;
}
