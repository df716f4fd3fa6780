import { isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { isScimObject, soleValue } from '../resources/own-value.ts';
import type { ScimObject, ScimValue } from '../resources/resource.ts';
import { type ListQuery, listQuery, type QueryOptions } from './list-query.ts';

export const SEARCH_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** A URL holds 10 KB; a list of names in a body is no longer than this, in characters. */
const MAX_NAMES = 64 * 1024;

/**
 * The query in the body of POST /.search: RFC 7644 §3.4.3, RFC 9865 §3. Members that are null are not given; others are not looked at.
 * @throws ScimError invalidSyntax for what is no SearchRequest, naming the member of a wrong type or given twice; else what `listQuery` throws
 */
export function parseSearchRequest(json: unknown, options: QueryOptions): ListQuery {
  if (!isScimObject(json)) throw new ScimError('invalidSyntax', 'The body must be a JSON object: a SearchRequest message');
  checkSchemas(json, options);
  return listQuery(
    {
      filter: text(json, 'filter'),
      sortBy: text(json, 'sortBy'),
      sortOrder: text(json, 'sortOrder'),
      startIndex: integer(json, 'startIndex'),
      count: integer(json, 'count'),
      cursor: text(json, 'cursor'),
      attributes: names(json, 'attributes'),
      excludedAttributes: names(json, 'excludedAttributes'),
    },
    options,
  );
}

/**
 * "Query requests MUST be identified using the following URI". T14: a tolerant connection adds it where nothing is named; who names
 * another message means another request.
 * @throws ScimError invalidSyntax
 */
function checkSchemas(json: ScimObject, { mode, onTolerance }: QueryOptions): void {
  const schemas = soleValue(json, 'schemas') ?? [];
  const isList = Array.isArray(schemas);
  if (isList && schemas.some((urn: ScimValue) => typeof urn === 'string' && isSameName(urn, SEARCH_REQUEST_SCHEMA))) return;
  if (mode === 'strict' || !isList || schemas.length > 0)
    throw new ScimError('invalidSyntax', `schemas must list ${SEARCH_REQUEST_SCHEMA}`);
  onTolerance('T14', 'schemas');
}

function text(json: ScimObject, name: string): string | undefined {
  const value = soleValue(json, name) ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrongType(name, 'a string');
  return value;
}

function integer(json: ScimObject, name: string): number | undefined {
  const value = soleValue(json, name) ?? undefined;
  if (value !== undefined && !(typeof value === 'number' && Number.isInteger(value))) throw wrongType(name, 'an integer');
  return value;
}

/** "A multi-valued list of strings", which is one text with commas in a URL. */
function names(json: ScimObject, name: string): string | undefined {
  const value = soleValue(json, name) ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((each: ScimValue) => typeof each === 'string')) throw wrongType(name, 'an array of strings');
  const list = value.join(',');
  if (list.length > MAX_NAMES) throw new ScimError('invalidValue', `${name} is longer than ${MAX_NAMES} characters`);
  return list;
}

function wrongType(name: string, expected: string): ScimError {
  return new ScimError('invalidSyntax', `${name} must be ${expected}`);
}
