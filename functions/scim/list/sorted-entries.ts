import { inBatches } from '../../../shared/directory/in-batches.ts';
import { isSameName } from '../../../shared/scim/attributes/find-attribute.ts';
import type { Sort } from '../../../shared/scim/sort/compile-sort.ts';
import { compareSortKeys, type SortKey } from '../../../shared/scim/sort/sort-key.ts';
import type { Exchange } from '../exchange.ts';
import { isTooMuchToScan, MAX_SCANNED, type Scan, tooManyToSort } from './scan-limit.ts';
import type { Entry, Source } from './source.ts';

/** An entry with what it is sorted by. */
export interface Ranked {
  readonly entry: Pick<Entry, 'type' | 'created' | 'id'>;
  readonly key: SortKey;
}

/** How the entries of one query are sorted. */
export interface Order {
  readonly sort: Sort;
  readonly isDescending: boolean;
}

/**
 * All matches in order: RFC 7644 §3.4.2.3. Equal ones are in the order of the list without a sort, by creation, in either direction: so
 * the pages of a list fit together.
 * @throws ScimError tooMany; never a part of the answer
 */
export async function sortedEntries(
  exchange: Exchange,
  sources: readonly Source[],
  order: Order,
): Promise<(Ranked & { readonly entry: Entry })[]> {
  await refuseTooMany(sources);
  const ranked: (Ranked & { readonly entry: Entry })[] = [];
  const scanned: Scan = { looked: 0 };
  for (const source of sources) {
    // Who sorts by members or groups has them read; nobody else.
    const withRelation = isSameName(order.sort.path.attribute, source.relation);
    for await (const batch of inBatches(matchesOf(exchange, source, scanned), source.atOnce(withRelation))) {
      const resources = await source.render(batch, withRelation);
      for (const [i, entry] of batch.entries()) {
        const resource = resources[i];
        if (resource !== undefined) ranked.push({ entry, key: order.sort.keyOf(source.type, resource) });
      }
    }
  }
  return ranked.sort(comparison(order));
}

/** Negative if `a` comes before `b`; never 0 for two resources. */
export function comparison({ isDescending }: Order): (a: Ranked, b: Ranked) => number {
  const sign = isDescending ? -1 : 1;
  return (a, b) => sign * compareSortKeys(a.key, b.key) || compareInList(a.entry, b.entry);
}

/** The order of a list that is not sorted: users before groups, then by creation. */
function compareInList(a: Ranked['entry'], b: Ranked['entry']): number {
  if (a.type !== b.type) return a.type === 'User' ? -1 : 1;
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

/** Where it is known before anything is read. @throws ScimError tooMany */
async function refuseTooMany(sources: readonly Source[]): Promise<void> {
  const totals = await Promise.all(sources.map((source) => (source.isFiltered ? 0 : source.total())));
  if (totals.reduce((sum, total) => sum + total, 0) > MAX_SCANNED) throw tooManyToSort();
}

async function* matchesOf(exchange: Exchange, source: Source, scanned: Scan): AsyncGenerator<Entry> {
  for await (const batch of source.scan()) {
    scanned.looked += batch.length;
    if (isTooMuchToScan(exchange, scanned)) throw tooManyToSort();
    for (const { entry, isMatch } of batch) if (isMatch) yield entry;
  }
}
