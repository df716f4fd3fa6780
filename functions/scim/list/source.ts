import type { Listing, Lookup, Place, Stored } from '../../../shared/directory/directory.ts';
import { inBatches } from '../../../shared/directory/in-batches.ts';
import { compileFilter } from '../../../shared/scim/filter/compile-filter.ts';
import type { Filter } from '../../../shared/scim/filter/filter.ts';
import { keyLookup } from '../../../shared/scim/filter/key-lookup.ts';
import { mentions } from '../../../shared/scim/filter/narrow-filter.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import { project, wantsAttribute } from '../../../shared/scim/resources/project.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { projectionOf } from '../operations/representation.ts';

/** So many resources are rendered at once with their relation: a group may have 290,000 members; users' groups are read together. */
const WITH_RELATION_AT_ONCE = { groups: 100, members: 2 } as const;
const WITHOUT_RELATION_AT_ONCE = 100;

/** One resource of a list. */
export interface Entry extends Place {
  readonly type: Source['type'];
  /** As it was read: for the source that found it. */
  readonly stored: Stored<string>;
}

export interface Scanned {
  readonly entry: Entry;
  readonly isMatch: boolean;
}

/** The resources of one type that a query can find. */
export interface Source {
  readonly type: 'User' | 'Group';
  readonly relation: 'groups' | 'members';
  /** False if every resource of the type matches: the total is known then, and a page is read without looking at the others. */
  readonly isFiltered: boolean;
  /** The number of resources of the type. */
  readonly total: () => Promise<number>;
  /** Resources from a position (1-based) on, whether they match or not. */
  readonly page: (startIndex: number, count: number) => Promise<Entry[]>;
  /** In order of creation what a key finds, else every resource: those after a place, `atATime` of them read at once. */
  readonly scan: (after?: Place, atATime?: number) => AsyncIterable<readonly Scanned[]>;
  /** How many are best rendered at once. */
  readonly atOnce: (withRelation: boolean) => number;
  /** Entries of this source with every attribute, as a filter or a sort sees them; undefined for one that was deleted since. */
  readonly render: (entries: readonly Entry[], withRelation: boolean) => Promise<(ScimObject | undefined)[]>;
  /** Entries of this source as the client wants them; undefined for one that was deleted since. */
  readonly show: (entries: readonly Entry[]) => Promise<(ScimObject | undefined)[]>;
  readonly shownAtOnce: number;
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
  const resourceType = resourceTypeOf(exchange, endpoint);
  const projection = projectionOf(exchange, endpoint, query);
  const isRelationShown = wantsAttribute(projection, relation);
  const atOnce = (withRelation: boolean) => (withRelation ? WITH_RELATION_AT_ONCE[relation] : WITHOUT_RELATION_AT_ONCE);
  const toEntry = (stored: R): Entry => ({ type, id: stored.id, created: stored.created, stored });
  // An entry comes back to the source that made it of an R.
  const storedOf = (entries: readonly Entry[]) => entries.map(({ stored }) => stored as R);
  const render: Source['render'] = async (entries, withRelation) =>
    (await endpoint.render(exchange, storedOf(entries), withRelation)).map((rendered) => rendered?.resource);
  return {
    type,
    relation,
    isFiltered: filter !== undefined,
    total: () => listing.count(connection),
    page: async (startIndex, count) => (await listing.page(connection, startIndex, count, dependencies.now())).map(toEntry),
    scan: filter === undefined ? scanAll(exchange, listing, toEntry) : scanFor(exchange, endpoint, filter, { toEntry, atOnce, render }),
    atOnce,
    render,
    show: async (entries) => {
      const rendered = await endpoint.render(exchange, storedOf(entries), isRelationShown, projection);
      return rendered.map((each) => each && project(resourceType, each.resource, projection));
    },
    shownAtOnce: atOnce(isRelationShown),
  };
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
  { toEntry, atOnce, render }: Pick<Source, 'atOnce' | 'render'> & { readonly toEntry: (stored: R) => Entry },
): Source['scan'] {
  const resourceType = resourceTypeOf(exchange, endpoint);
  const isMatch = compileFilter(resourceType, filter);
  const lookup: Lookup = keyLookup(resourceType, filter) ?? { by: 'all' };
  // A single comparison of a member is answered by the key itself: no group's members are read to check it again.
  const isKeyExact = lookup.by === 'member' && (filter.kind === 'valuePath' ? filter.filter : filter).kind === 'compare';
  const withRelation = mentions(filter, endpoint.relation);
  return async function* scan(after, atATime) {
    const found = endpoint.listing(exchange).find(exchange.connection, lookup, after, atATime);
    for await (const batch of inBatches(found, atOnce(withRelation && !isKeyExact))) {
      const entries = batch.map(toEntry);
      const resources = isKeyExact ? [] : await render(entries, withRelation);
      yield entries.map((entry, i) => {
        const resource = resources[i];
        return { entry, isMatch: isKeyExact || (resource !== undefined && isMatch(resource)) };
      });
    }
  };
}
