import type { Inventory } from '../kubernetes/inventory';

/** Looks at the whole cluster for many at once: a look costs nearly the same for one testbed as for several. */
export interface GatheredLooks {
  /** Says that one begins which will ask: it is waited for, until it asks or leaves. */
  enter(testbed: string): void;
  leave(testbed: string): void;
  /** What a look finds that begins after the call. */
  of(testbed: string): Promise<Inventory>;
}

export interface GatheringOptions {
  readonly signal: AbortSignal;
  /** More in one look would make those who ask first wait for the last. */
  readonly most?: number;
  /** The longest that one who asks waits for others to ask too, in milliseconds. */
  readonly patienceMs?: number;
}

/** Less than a namespace takes to end, so that who waits is not what all wait for. */
const PATIENCE_MS = 3000;
const MOST_IN_A_LOOK = 32;

/**
 * One look at a time; who asks while it goes on is in the next, because a proof must not be older than its question. A look begins when nobody is on the
 * way to ask any more, when as many ask as one look takes, or when patience is out.
 */
export function gatherLooks(
  look: (testbeds: readonly string[]) => Promise<ReadonlyMap<string, Inventory>>,
  { signal, most = MOST_IN_A_LOOK, patienceMs = PATIENCE_MS }: GatheringOptions,
): GatheredLooks {
  const coming = new Set<string>();
  const waiting: { readonly testbed: string; readonly answer: PromiseWithResolvers<Inventory> }[] = [];
  let looking = false;
  let patience: NodeJS.Timeout | undefined;

  const consider = (): void => {
    if (looking || waiting.length === 0) return;
    if (coming.size === 0 || waiting.length >= most || signal.aborted) void lookNow();
    else patience ??= setTimeout(() => void lookNow(), patienceMs);
  };
  const lookNow = async (): Promise<void> => {
    clearTimeout(patience);
    patience = undefined;
    looking = true;
    const asked = waiting.splice(0, most);
    try {
      const found = await look([...new Set(asked.map(({ testbed }) => testbed))]);
      for (const { testbed, answer } of asked) {
        const one = found.get(testbed);
        if (one === undefined) answer.reject(new Error(`no inventory was made of ${testbed}`));
        else answer.resolve(one);
      }
    } catch (error) {
      for (const { answer } of asked) answer.reject(error);
    }
    looking = false;
    consider();
  };
  signal.addEventListener('abort', consider, { once: true });

  return {
    enter: (testbed) => void coming.add(testbed),
    leave(testbed) {
      coming.delete(testbed);
      consider();
    },
    of(testbed) {
      const answer = Promise.withResolvers<Inventory>();
      coming.delete(testbed);
      waiting.push({ testbed, answer });
      consider();
      return answer.promise;
    },
  };
}
