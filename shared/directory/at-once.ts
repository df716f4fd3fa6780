/**
 * The results of `work` on each item, in the items' order, with at most `limit` under way together. After the first failure
 * nothing more is begun, and it is thrown once those under way are done.
 */
export async function atOnce<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const take = async (): Promise<void> => {
    while (next < items.length) {
      const position = next++;
      try {
        results[position] = await work(items[position] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const takers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, take));
  for (const taker of takers) if (taker.status === 'rejected') throw taker.reason;
  return results;
}
