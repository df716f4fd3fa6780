import { isSameName } from '../attributes/find-attribute.ts';
import { tolerateSortOrder } from '../interoperability/tolerate-query.ts';
import type { ProjectionQuery } from '../resources/project.ts';
import type { Mode, OnTolerance } from '../resources/resource.ts';
import { type Paging, type PagingParameters, parsePaging } from './paging.ts';

/** The parameters of a query as a client sent them, in the URL or in the body of a search: RFC 7644 §3.4.2, table 2. */
export interface ListParameters extends PagingParameters, ProjectionQuery {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
}

/** What a client asks of a list. Names and the filter are not looked up yet: that takes the resource types of the endpoint. */
export interface ListQuery extends ProjectionQuery {
  readonly filter: string | undefined;
  readonly sort: { readonly by: string; readonly isDescending: boolean } | undefined;
  readonly paging: Paging;
}

export interface QueryOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/** The query of a GET, from its query string. @throws ScimError as `listQuery` does */
export function queryOfParameters(parameters: ReadonlyMap<string, string>, options: QueryOptions): ListQuery {
  const names = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor', 'attributes', 'excludedAttributes'] as const;
  return listQuery(Object.fromEntries(names.map((name) => [name, parameters.get(name)])), options);
}

/** @throws ScimError invalidValue (strict, sortOrder and paging), invalidCount */
export function listQuery(parameters: ListParameters, options: QueryOptions): ListQuery {
  const { filter, sortBy, attributes, excludedAttributes } = parameters;
  const isDescending = parseSortOrder(parameters.sortOrder, options);
  return {
    filter,
    sort: sortBy === undefined ? undefined : { by: sortBy, isDescending },
    paging: parsePaging(parameters, options),
    attributes,
    excludedAttributes,
  };
}

/** "If a value for "sortBy" is provided and no "sortOrder" is specified, "sortOrder" SHALL default to ascending." */
function parseSortOrder(order: string | undefined, { mode, onTolerance }: QueryOptions): boolean {
  if (order === undefined || isSameName(order, 'ascending')) return false;
  if (isSameName(order, 'descending')) return true;
  tolerateSortOrder(mode, onTolerance);
  return false;
}
