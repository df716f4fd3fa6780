import type { IndexPaging } from '../../../shared/scim/messages/paging.ts';
import type { Exchange } from '../exchange.ts';
import { isTooMuchToScan, type Scan, tooManyToFilter } from './scan-limit.ts';
import { type Order, sortedEntries } from './sorted-entries.ts';
import type { Entry, Source } from './source.ts';

/** One page of a list, before it is rendered. */
export interface Found {
  readonly entries: readonly Entry[];
  /** "The total number of results … the number of resources returned may be a subset": exact, whatever the page, or not told. */
  readonly totalResults?: number | undefined;
  readonly nextCursor?: string | undefined;
}

/** Of one source: how many match in all, and those of them that are asked for. */
interface Part {
  readonly total: number;
  readonly entries: readonly Entry[];
}

/** A page by index: RFC 7644 §3.4.2.4. @throws ScimError tooMany */
export async function indexPage(
  exchange: Exchange,
  sources: readonly Source[],
  { startIndex, count }: IndexPaging,
  order?: Order,
): Promise<Found> {
  if (order !== undefined) {
    const all = await sortedEntries(exchange, sources, order);
    return { totalResults: all.length, entries: all.slice(startIndex - 1, startIndex - 1 + count).map(({ entry }) => entry) };
  }
  const scanned: Scan = { looked: 0 };
  const entries: Entry[] = [];
  let totalResults = 0;
  for (const source of sources) {
    const from = Math.max(1, startIndex - totalResults);
    const wanted = count - entries.length;
    const part = source.isFiltered
      ? await partOfMatches(exchange, sources, source, from, wanted, scanned)
      : await partOfAll(source, from, wanted, sources.length === 1);
    totalResults += part.total;
    entries.push(...part.entries);
  }
  return { totalResults, entries };
}

/** `atOnce`: the page is read beside the total, not after it. Of two sources the first is often past before the page begins. */
async function partOfAll(source: Source, from: number, wanted: number, atOnce: boolean): Promise<Part> {
  // "A value of "0" indicates that no resource results are to be returned except for "totalResults"."
  const page = async () => (wanted === 0 ? [] : source.page(from, wanted));
  if (atOnce) {
    const [total, entries] = await Promise.all([source.total(), page()]);
    return { total, entries };
  }
  const total = await source.total();
  return { total, entries: from > total ? [] : await page() };
}

async function partOfMatches(
  exchange: Exchange,
  sources: readonly Source[],
  source: Source,
  from: number,
  wanted: number,
  scanned: Scan,
): Promise<Part> {
  const entries: Entry[] = [];
  let total = 0;
  for await (const batch of source.scan()) {
    scanned.looked += batch.length;
    if (isTooMuchToScan(exchange, scanned)) throw tooManyToFilter(sources);
    for (const { entry, isMatch } of batch) if (isMatch && ++total >= from && entries.length < wanted) entries.push(entry);
  }
  return { total, entries };
}
