import type { Lookup, Stored } from '../../../shared/directory/directory.ts';
import { isSameName } from '../../../shared/scim/attributes/find-attribute.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { compileFilter } from '../../../shared/scim/filter/compile-filter.ts';
import type { Filter } from '../../../shared/scim/filter/filter.ts';
import { keyLookup } from '../../../shared/scim/filter/key-lookup.ts';
import { parseFilter } from '../../../shared/scim/filter/parse-filter.ts';
import { listResponse } from '../../../shared/scim/messages/list-response.ts';
import { type Paging, parsePaging } from '../../../shared/scim/messages/paging.ts';
import { type Projection, project, wantsAttribute } from '../../../shared/scim/resources/project.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { type Endpoint, resourceTypeOf } from '../endpoint.ts';
import type { Exchange, Operation } from '../exchange.ts';
import { inBatches } from '../in-batches.ts';
import { projectionOf } from '../representation.ts';
import { jsonResponse, MAX_REPLY_BYTES, replyTooLarge } from '../response.ts';

/** A filter that no key serves looks at this many resources and no more. */
const MAX_SCANNED = 10_000;
/** So many resources are rendered at once: a group may have 290,000 members, a user's groups are few. */
const RENDERED_AT_ONCE = { groups: 10, members: 2 } as const;

/** GET of /Users and /Groups: RFC 7644 §3.4.2. A query without a hit is an empty list, never 404. */
export function listResources<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange) => {
    const { query } = exchange.request;
    const projection = projectionOf(exchange, endpoint);
    const paging = parsePaging({ startIndex: query.get('startIndex'), count: query.get('count') }, { mode: exchange.mode });
    const filter = query.get('filter');
    const { totalResults, page } =
      filter === undefined ? await pageOfAll(exchange, endpoint, paging) : await pageOfMatches(exchange, endpoint, paging, filter);
    const resources = await renderPage(exchange, endpoint, page, projection);
    return jsonResponse(200, listResponse({ resources, totalResults, startIndex: paging.startIndex }));
  };
}

interface Found<R> {
  /** "The total number of results … the number of resources returned may be a subset": exact, whatever the page. */
  readonly totalResults: number;
  readonly page: readonly R[];
}

async function pageOfAll<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>, paging: Paging): Promise<Found<R>> {
  const listing = endpoint.listing(exchange);
  const [totalResults, page] = await Promise.all([
    listing.count(exchange.connection),
    // "A value of "0" indicates that no resource results are to be returned except for "totalResults"."
    paging.count === 0 ? [] : listing.page(exchange.connection, paging.startIndex, paging.count, exchange.dependencies.now()),
  ]);
  return { totalResults, page };
}

async function pageOfMatches<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  { startIndex, count }: Paging,
  text: string,
): Promise<Found<R>> {
  const { mode, onTolerance } = exchange;
  const resourceType = resourceTypeOf(exchange, endpoint);
  const filter = parseFilter(text, { mode, onTolerance, resourceType });
  const isMatch = compileFilter(resourceType, filter);
  const lookup: Lookup = keyLookup(resourceType, filter) ?? { by: 'all' };
  // A single comparison of a member is answered by the key itself: no group's members are read to check it again.
  const isKeyExact = lookup.by === 'member' && isComparison(filter.kind === 'valuePath' ? filter.filter : filter);
  const matches: R[] = [];
  let scanned = 0;
  for await (const batch of inBatches(endpoint.listing(exchange).find(exchange.connection, lookup), RENDERED_AT_ONCE[endpoint.relation])) {
    scanned += batch.length;
    if (scanned > MAX_SCANNED) throw tooManyToScan(endpoint);
    matches.push(...(isKeyExact ? batch : await matching(exchange, endpoint, batch, mentions(filter, endpoint.relation), isMatch)));
  }
  return { totalResults: matches.length, page: matches.slice(startIndex - 1, startIndex - 1 + count) };
}

function isComparison(filter: Filter): boolean {
  return filter.kind === 'compare';
}

async function matching<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  batch: readonly R[],
  withRelation: boolean,
  isMatch: (resource: ScimObject) => boolean,
): Promise<R[]> {
  const rendered = await Promise.all(batch.map((stored) => endpoint.render(exchange, stored, withRelation)));
  return batch.filter((_, i) => {
    const resource = rendered[i]?.resource;
    return resource !== undefined && isMatch(resource);
  });
}

/** Whether a filter looks at an attribute anywhere; its depth is bounded by the parser. */
function mentions(filter: Filter, attribute: string): boolean {
  switch (filter.kind) {
    case 'compare':
    case 'present':
    case 'valuePath':
      return isSameName(filter.path.attribute, attribute);
    case 'not':
      return mentions(filter.term, attribute);
    default:
      return filter.terms.some((term) => mentions(term, attribute));
  }
}

/** The page as the client wants it. Stops as soon as the reply can't be returned, before more members are read. */
async function renderPage<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  page: readonly R[],
  projection: Projection,
): Promise<ScimObject[]> {
  const withRelation = wantsAttribute(projection, endpoint.relation);
  const resources: ScimObject[] = [];
  let characters = 0;
  for await (const batch of inBatches(page, RENDERED_AT_ONCE[endpoint.relation])) {
    for (const rendered of await Promise.all(batch.map((stored) => endpoint.render(exchange, stored, withRelation)))) {
      // Deleted between the list and its members: it is not there any more.
      if (!rendered) continue;
      const resource = project(resourceTypeOf(exchange, endpoint), rendered.resource, projection);
      characters += JSON.stringify(resource).length;
      if (characters > MAX_REPLY_BYTES) throw replyTooLarge();
      resources.push(resource);
    }
  }
  return resources;
}

/** RFC 7644 §3.12: "many more results than the server is willing to calculate or process". Never a part of the answer. */
function tooManyToScan<R extends Stored<string>>({ type }: Endpoint<R>): ScimError {
  const keys = type === 'User' ? 'id, userName, externalId or emails.value' : 'id, displayName, externalId or members.value';
  return new ScimError(
    'tooMany',
    `This filter would have to look at more than ${MAX_SCANNED} resources. Compare ${keys} with eq (others may be added with "and").`,
  );
}
