import type { ResourceType } from '../../../shared/scim/attributes/attribute.ts';
import type { Filter } from '../../../shared/scim/filter/filter.ts';
import { checkFilter, checkNames, narrowFilter } from '../../../shared/scim/filter/narrow-filter.ts';
import { parseFilter } from '../../../shared/scim/filter/parse-filter.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import type { Exchange } from '../exchange.ts';
import { groupEndpoint } from '../group-endpoint.ts';
import { userEndpoint } from '../user-endpoint.ts';
import { type Source, sourceOf } from './source.ts';

/** What a list spans: the resources of one type, or at the root those of both, users first. */
export type Span = readonly ResourceType['name'][];

/**
 * Where a query looks: one source for each type that has resources it can match, in the order of the list.
 * @throws ScimError invalidFilter, before anything is read
 */
export function sourcesOf(exchange: Exchange, span: Span, query: ListQuery): Source[] {
  const resourceTypes = span.map((type) => exchange.resourceTypes[type]);
  const parsed = new Map(resourceTypes.map((resourceType) => [resourceType.name, parse(exchange, resourceType, query)]));
  const [any] = parsed.values();
  if (any !== undefined) checkNames(resourceTypes, any);
  return resourceTypes.flatMap((resourceType) => {
    const whole = parsed.get(resourceType.name);
    const filter = whole === undefined || narrowFilter(resourceType, whole);
    if (filter === false) return [];
    const wanted = filter === true ? undefined : filter;
    return resourceType.name === 'User'
      ? sourceOf(exchange, userEndpoint, query, wanted)
      : sourceOf(exchange, groupEndpoint, query, wanted);
  });
}

/** The filter as one type reads it: which words are booleans or numbers is a question of its attributes. */
function parse({ mode, onTolerance }: Exchange, resourceType: ResourceType, { filter: text }: ListQuery): Filter | undefined {
  if (text === undefined) return undefined;
  const filter = parseFilter(text, { mode, onTolerance, resourceType });
  checkFilter(resourceType, filter);
  return filter;
}
