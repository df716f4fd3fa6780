import { ScimError } from '../../../shared/scim/errors.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import type { CursorPaging } from '../../../shared/scim/messages/paging.ts';
import type { Exchange } from '../exchange.ts';
import { type Found, indexPage } from './index-page.ts';
import { queryDigest } from './query-digest.ts';
import { isScannedEnough } from './scan-limit.ts';
import { comparison, type Order, type Ranked, sortedEntries } from './sorted-entries.ts';
import type { Entry, Source } from './source.ts';
import type { Span } from './sources-of.ts';

/** Where a page ended, kept as JSON: the next one begins after it. */
interface Position extends Ranked {
  readonly count: number;
}

/** A part of the walk; without `last` there is nothing after it. */
interface Walked {
  readonly entries: readonly Entry[];
  readonly last?: Ranked | undefined;
  /** All matches, where their number is known. */
  readonly total?: number | undefined;
}

/**
 * A page by cursor: RFC 9865 §2. A place in the order of the list, not a number, is where the next page begins: resources that are
 * deleted or created meanwhile neither repeat nor skip another.
 * @throws ScimError invalidCursor, expiredCursor, invalidCount; sorted: tooMany
 */
export async function cursorPage(
  exchange: Exchange,
  span: Span,
  sources: readonly Source[],
  query: ListQuery,
  paging: CursorPaging,
  order?: Order,
): Promise<Found> {
  const { connection, dependencies } = exchange;
  const { count } = paging;
  const digest = queryDigest(span, query, order !== undefined);
  const from = paging.cursor === '' ? undefined : await positionOf(exchange, paging, digest);
  // "A value of "0" indicates that no resource results are to be returned except for "totalResults"": of such a page there is no next.
  if (count === 0) return indexPage(exchange, sources, { method: 'index', startIndex: 1, count: 0 });

  const { entries, last, total } = await (order === undefined
    ? walkCounted(exchange, sources, count, from)
    : walkSorted(exchange, sources, count, from, order));
  const position: Position | undefined = last && { count, entry: last.entry, key: last.key };
  const nextCursor =
    position && (await dependencies.cursors.save(connection, { query: digest, position: JSON.stringify(position) }, dependencies.now()));
  return { entries, totalResults: total, nextCursor };
}

/** @throws ScimError invalidCursor, expiredCursor, invalidCount */
async function positionOf({ connection, dependencies }: Exchange, { cursor, count }: CursorPaging, digest: string): Promise<Position> {
  const state = await dependencies.cursors.read(connection, cursor, dependencies.now());
  if (state === 'expired') throw new ScimError('expiredCursor', 'The cursor has expired. Begin again with an empty cursor.');
  // RFC 9865 §5.2: "the service provider should respond with identical error messages", whether it was forged, belongs to another
  // connection or to another query.
  if (state === undefined || state.query !== digest) {
    throw new ScimError(
      'invalidCursor',
      'The cursor is not one of this query. Begin with an empty cursor, then send each nextCursor with all other parameters unchanged.',
    );
  }
  const position = JSON.parse(state.position) as Position;
  // §2.1: count "must be equal to the count value of the initial query".
  if (position.count !== count)
    throw new ScimError('invalidCount', `The walk of this cursor was begun with count ${position.count}; send the same.`);
  return position;
}

/**
 * RFC 9865 §2: "Service providers implementing cursor pagination that are unable to estimate totalResults MAY choose to omit" it: that is
 * so of a filter, unless the first page is all of it.
 */
async function walkCounted(exchange: Exchange, sources: readonly Source[], count: number, from: Ranked | undefined): Promise<Walked> {
  if (sources.some(({ isFiltered }) => isFiltered)) {
    const walked = await walk(exchange, sources, count, from);
    const isWhole = from === undefined && walked.last === undefined;
    return { ...walked, total: isWhole ? walked.entries.length : undefined };
  }
  const [walked, ...totals] = await Promise.all([walk(exchange, sources, count, from), ...sources.map((source) => source.total())]);
  return { ...walked, total: totals.reduce((sum, total) => sum + total, 0) };
}

/**
 * Goes on from a place in order of creation until the page is full and one more match is known, so that the last page can be told. A
 * filter that finds little ends a page early: "the service provider MUST NOT return more, although it MAY return fewer, results".
 */
async function walk(exchange: Exchange, sources: readonly Source[], count: number, from: Ranked | undefined): Promise<Walked> {
  const entries: Entry[] = [];
  let scanned = 0;
  let last: Ranked | undefined;
  for (const source of sources) {
    // Users come first: who is among the groups has seen them.
    if (source.type === 'User' && from?.entry.type === 'Group') continue;
    const after = source.type === from?.entry.type ? from.entry : undefined;
    const missing = count + 1 - entries.length;
    for await (const batch of source.scan(after, source.isFiltered ? undefined : missing)) {
      for (const { entry, isMatch } of batch) {
        if (isMatch && entries.length === count) return { entries, last };
        if (isMatch) entries.push(entry);
        last = { entry: { type: entry.type, created: entry.created, id: entry.id }, key: null };
      }
      scanned += batch.length;
      if (source.isFiltered && isScannedEnough(exchange, scanned)) return { entries, last };
    }
  }
  return { entries };
}

/** RFC 9865 §2.2: "cursor-paged results should be sorted". Each page looks at every match anew and begins after the last one's key. */
async function walkSorted(
  exchange: Exchange,
  sources: readonly Source[],
  count: number,
  from: Ranked | undefined,
  order: Order,
): Promise<Walked> {
  const all = await sortedEntries(exchange, sources, order);
  const compare = comparison(order);
  const start = from === undefined ? 0 : all.findIndex((each) => compare(each, from) > 0);
  const page = start < 0 ? [] : all.slice(start, start + count);
  const hasMore = start >= 0 && start + count < all.length;
  return { entries: page.map(({ entry }) => entry), total: all.length, last: hasMore ? bare(page.at(-1)) : undefined };
}

function bare(ranked: Ranked | undefined): Ranked | undefined {
  if (ranked === undefined) return undefined;
  const { type, created, id } = ranked.entry;
  return { entry: { type, created, id }, key: ranked.key };
}
