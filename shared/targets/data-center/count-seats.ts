import type { RestClient } from '../http/rest-client.ts';
import { ProvisioningError, type SeatCount } from '../target.ts';
import { Ignored, pageOf } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';

const PAGE = 100;

/**
 * Counts the active users that the licence counts, by their list (from 9.3). No call tells how many there are, so the last page is
 * searched for: by doubling, then by halving, about twenty requests for 100,000 users. The list is made from the search index: somebody
 * created or disabled just now may be counted wrongly. The licence's limit is told by no documented call.
 * @throws ProvisioningError 'unavailable' when that takes longer than `withinMs`
 */
export async function countSeats(client: RestClient, time: { now: () => number; withinMs: number }): Promise<SeatCount> {
  const end = time.now() + time.withinMs;
  const schema = pageOf(Ignored);
  const read = async (start: number) => {
    const timeoutMs = end - time.now();
    if (timeoutMs <= 0) throw new ProvisioningError('unavailable', 'Counting the active users of Confluence took too long.');
    return client.call(ENDPOINTS.activeUsers, { query: { start, limit: PAGE }, timeoutMs }, schema);
  };

  const first = await read(0);
  // Confluence may give fewer than asked for.
  const size = Math.min(first.limit ?? PAGE, PAGE);
  if (first.results.length < size) return { used: first.results.length };
  // Pages are numbered from 0: `full` is the last known to be full, `empty` the first known to be empty.
  let full = 0;
  let empty: number | undefined;
  while (empty === undefined || empty - full > 1) {
    const page: number = empty === undefined ? Math.max(1, full * 2) : Math.floor((full + empty) / 2);
    const { length } = (await read(page * size)).results;
    if (length >= size) full = page;
    else if (length === 0) empty = page;
    else return { used: page * size + length };
  }
  return { used: (full + 1) * size };
}
