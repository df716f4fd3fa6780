import type { ResourceType } from '../../../shared/scim/attributes/attribute.ts';
import type { Filter } from '../../../shared/scim/filter/filter.ts';
import { checkFilter, checkNames, narrowFilter } from '../../../shared/scim/filter/narrow-filter.ts';
import { parseFilter } from '../../../shared/scim/filter/parse-filter.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import { groupEndpoint } from '../endpoints/group-endpoint.ts';
import { userEndpoint } from '../endpoints/user-endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { type Source, sourceOf } from './source.ts';

/** What a list spans: the resources of one type, or at the root those of both, users first. */
export type Span = readonly ResourceType['name'][];

/**
 * Where a query looks: one source for each type that has resources it can match, in the order of the list.
 * @throws ScimError invalidFilter, before anything is read
 */
export function sourcesOf(exchange: Exchange, span: Span, query: ListQuery): Source[] {
  const resourceTypes = span.map((type) => exchange.resourceTypes[type]);
  const filters = resourceTypes.map((resourceType) => filterFor(exchange, resourceTypes, resourceType, query));
  return span.flatMap((type, i) => {
    const filter = filters[i] ?? true;
    if (filter === false) return [];
    const wanted = filter === true ? undefined : filter;
    return type === 'User' ? sourceOf(exchange, userEndpoint, query, wanted) : sourceOf(exchange, groupEndpoint, query, wanted);
  });
}

/** What the filter comes to for one type. Which words are booleans or numbers is a question of its attributes, so it is parsed for it. */
function filterFor(
  { mode, onTolerance }: Exchange,
  resourceTypes: readonly ResourceType[],
  resourceType: ResourceType,
  { filter: text }: ListQuery,
): Filter | boolean {
  if (text === undefined) return true;
  const filter = parseFilter(text, { mode, onTolerance, resourceType });
  const narrowed = narrowFilter(resourceType, filter);
  // What is left as it was is checked where it is compiled; what is left out would be looked at by nobody.
  if (narrowed !== filter) {
    checkNames(resourceTypes, filter);
    checkFilter(resourceType, filter);
  }
  return narrowed;
}
