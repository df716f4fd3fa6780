import { createHash } from 'node:crypto';
import type { AttributePath, Filter } from '../../../shared/scim/filter/filter.ts';
import { parseFilter } from '../../../shared/scim/filter/parse-filter.ts';
import { printFilter } from '../../../shared/scim/filter/print-filter.ts';
import type { ListQuery } from '../../../shared/scim/messages/list-query.ts';
import type { Span } from './sources-of.ts';

/** A cursor of another version of this code is none of ours: what its position means may have changed. */
const VERSION = 1;

/**
 * What all pages of a cursor must have in common. RFC 9865 §2: "the client MUST query the same service provider endpoint with all query
 * parameters and values being identical to the initial query with the exception of the cursor value". That section's own example asks for
 * `userName` first and for `username` then, so names are the same in any case, as everywhere (RFC 7643 §2.1). The count is compared apart:
 * it has an error of its own.
 * @param isSorted false where there is nothing to sort by: an attribute may be declared, or no longer be, while a walk goes on
 */
export function queryDigest(span: Span, { filter, sort, attributes, excludedAttributes }: ListQuery, isSorted: boolean): string {
  const parts = [
    VERSION,
    span,
    filter === undefined ? null : canonicalFilter(filter),
    sort === undefined ? null : [sort.by.toLowerCase(), sort.isDescending, isSorted],
    canonicalNames(attributes),
    canonicalNames(excludedAttributes),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function canonicalNames(list: string | undefined): string | null {
  return list === undefined ? null : list.toLowerCase().replaceAll(/\s/g, '');
}

/** The filter was parsed before, and whatever it tolerated was told then. */
function canonicalFilter(text: string): string {
  return printFilter(inLowerCase(parseFilter(text, { mode: 'tolerant', onTolerance: () => {} })));
}

function inLowerCase(filter: Filter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, terms: filter.terms.map(inLowerCase) };
    case 'not':
      return { kind: 'not', term: inLowerCase(filter.term) };
    case 'valuePath':
      return { ...filter, path: pathInLowerCase(filter.path), filter: inLowerCase(filter.filter) };
    default:
      return { ...filter, path: pathInLowerCase(filter.path) };
  }
}

function pathInLowerCase({ urn, attribute, subAttribute }: AttributePath): AttributePath {
  return {
    ...(urn !== undefined && { urn: urn.toLowerCase() }),
    attribute: attribute.toLowerCase(),
    ...(subAttribute !== undefined && { subAttribute: subAttribute.toLowerCase() }),
  };
}
