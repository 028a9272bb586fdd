/** Does `work` for every item, at most `limit` at the same time. The first failure stops the start of further ones and is thrown. */
export async function inParallel<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let broken = false;
  const runner = async (): Promise<void> => {
    for (const item of waiting) {
      if (broken) return;
      try {
        await work(item);
      } catch (error) {
        broken = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, runner));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
