import { reportOnce } from '../../../shared/scim/interoperability/report-once.ts';
import { type ListQuery, queryOfParameters } from '../../../shared/scim/messages/list-query.ts';
import { listResponseText } from '../../../shared/scim/messages/list-response.ts';
import { parseSearchRequest } from '../../../shared/scim/messages/search-request.ts';
import { compileSort } from '../../../shared/scim/sort/compile-sort.ts';
import type { Exchange, Operation } from '../exchange.ts';
import { cursorPage } from '../list/cursor-page.ts';
import { indexPage } from '../list/index-page.ts';
import { showEntries } from '../list/show-entries.ts';
import type { Order } from '../list/sorted-entries.ts';
import { type Span, sourcesOf } from '../list/sources-of.ts';
import { readJson } from '../request/read-body.ts';
import { type ScimResponse, textResponse } from '../response/response.ts';

/** GET of /Users and /Groups: RFC 7644 §3.4.2. A query without a hit is an empty list, never 404. */
export function listResources(...span: Span): Operation {
  return async (exchange) => list(exchange, span, queryOfParameters(exchange.request.query, exchange));
}

/**
 * POST of /.search below an endpoint, or at the root: RFC 7644 §3.4.3. The same query in a body, where no log of addresses has it; it
 * writes nothing, and gives no other list than GET does.
 */
export function searchResources(...span: Span): Operation {
  return async (exchange) => list(exchange, span, parseSearchRequest(readJson(exchange), exchange));
}

async function list(given: Exchange, span: Span, query: ListQuery): Promise<ScimResponse> {
  // At the root a query is read twice, once for each type; what is tolerated in it is one tolerance.
  const exchange = span.length > 1 ? { ...given, onTolerance: reportOnce(given.onTolerance) } : given;
  const { paging } = query;
  const order = orderOf(exchange, span, query);
  const sources = sourcesOf(exchange, span, query);
  const { entries, totalResults, nextCursor } =
    paging.method === 'index'
      ? await indexPage(exchange, sources, paging, order)
      : await cursorPage(exchange, span, sources, query, paging, order);
  const startIndex = paging.method === 'index' ? paging.startIndex : undefined;
  return textResponse(200, listResponseText({ totalResults, startIndex, nextCursor, resources: await showEntries(entries, sources) }));
}

/** @throws ScimError as compileSort does */
function orderOf({ resourceTypes, mode, onTolerance }: Exchange, span: Span, { sort }: ListQuery): Order | undefined {
  if (sort === undefined) return undefined;
  const types = span.map((type) => resourceTypes[type]);
  const compiled = compileSort(types, sort.by, { mode, onTolerance });
  return compiled && { sort: compiled, isDescending: sort.isDescending };
}
