import type { Listing, Lookup, Place, Stored } from '../../../shared/directory/directory.ts';
import { compileFilter } from '../../../shared/scim/filter/compile-filter.ts';
import type { Filter } from '../../../shared/scim/filter/filter.ts';
import { keyLookup } from '../../../shared/scim/filter/key-lookup.ts';
import { mentions } from '../../../shared/scim/filter/narrow-filter.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import { project, wantsAttribute } from '../../../shared/scim/resources/project.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { type Endpoint, resourceTypeOf } from '../endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { inBatches } from '../in-batches.ts';
import { projectionOf } from '../representation.ts';

/** So many resources are rendered at once: a group may have 290,000 members, a user's groups are few. */
const RENDERED_AT_ONCE = { groups: 10, members: 2 } as const;

/** One resource of a list. */
export interface Entry extends Place {
  readonly type: Source['type'];
  /** With every attribute, as a filter or a sort sees it; undefined if it was deleted since. */
  readonly render: (withRelation: boolean) => Promise<ScimObject | undefined>;
  /** As the client wants it; undefined if it was deleted since. */
  readonly show: () => Promise<ScimObject | undefined>;
}

export interface Scanned {
  readonly entry: Entry;
  readonly isMatch: boolean;
}

/** The resources of one type that a query can find. */
export interface Source {
  readonly type: 'User' | 'Group';
  readonly relation: 'groups' | 'members';
  readonly renderedAtOnce: number;
  /** False if every resource of the type matches: the total is known then, and a page is read without looking at the others. */
  readonly isFiltered: boolean;
  /** The number of resources of the type. */
  readonly total: () => Promise<number>;
  /** Resources from a position (1-based) on, whether they match or not. */
  readonly page: (startIndex: number, count: number) => Promise<Entry[]>;
  /** In order of creation what a key finds, else every resource: those after a place, `atATime` of them read at once. */
  readonly scan: (after?: Place, atATime?: number) => AsyncIterable<readonly Scanned[]>;
}

/** The resources of an endpoint that the filter may match; all of them if there is none. @throws ScimError invalidFilter */
export function sourceOf<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  query: ListQuery,
  filter: Filter | undefined,
): Source {
  const { type, relation } = endpoint;
  const { connection, dependencies } = exchange;
  const listing = endpoint.listing(exchange);
  const toEntry = entriesOf(exchange, endpoint, query);
  return {
    type,
    relation,
    renderedAtOnce: RENDERED_AT_ONCE[relation],
    isFiltered: filter !== undefined,
    total: () => listing.count(connection),
    page: async (startIndex, count) => (await listing.page(connection, startIndex, count, dependencies.now())).map(toEntry),
    scan: filter === undefined ? scanAll(exchange, listing, toEntry) : scanFor(exchange, endpoint, filter, toEntry),
  };
}

function entriesOf<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>, query: ListQuery): (stored: R) => Entry {
  const resourceType = resourceTypeOf(exchange, endpoint);
  const projection = projectionOf(exchange, endpoint, query);
  const withRelation = wantsAttribute(projection, endpoint.relation);
  return (stored) => ({
    type: endpoint.type,
    id: stored.id,
    created: stored.created,
    render: async (wanted) => (await endpoint.render(exchange, stored, wanted))?.resource,
    show: async () => {
      const rendered = await endpoint.render(exchange, stored, withRelation, projection);
      return rendered && project(resourceType, rendered.resource, projection);
    },
  });
}

function scanAll<R>({ connection }: Exchange, listing: Listing<R>, toEntry: (stored: R) => Entry): Source['scan'] {
  return async function* scan(after, atATime) {
    for await (const stored of listing.find(connection, { by: 'all' }, after, atATime)) yield [{ entry: toEntry(stored), isMatch: true }];
  };
}

/** The filter is bound to the tables, and a key looked for, before anything is read. */
function scanFor<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  filter: Filter,
  toEntry: (stored: R) => Entry,
): Source['scan'] {
  const resourceType = resourceTypeOf(exchange, endpoint);
  const isMatch = compileFilter(resourceType, filter);
  const lookup: Lookup = keyLookup(resourceType, filter) ?? { by: 'all' };
  // A single comparison of a member is answered by the key itself: no group's members are read to check it again.
  const isKeyExact = lookup.by === 'member' && (filter.kind === 'valuePath' ? filter.filter : filter).kind === 'compare';
  const withRelation = mentions(filter, endpoint.relation);
  const matches = async (entry: Entry) => {
    const resource = isKeyExact ? undefined : await entry.render(withRelation);
    return { entry, isMatch: isKeyExact || (resource !== undefined && isMatch(resource)) };
  };
  return async function* scan(after, atATime) {
    const found = endpoint.listing(exchange).find(exchange.connection, lookup, after, atATime);
    for await (const batch of inBatches(found, RENDERED_AT_ONCE[endpoint.relation])) {
      yield await Promise.all(batch.map((stored) => matches(toEntry(stored))));
    }
  };
}
