import type { ScimObject } from '../resources/resource.ts';

export interface Page {
  /** All matches, not only those of this page. RFC 9865 §2: with a cursor a provider that can't tell "MAY choose to omit" it. */
  readonly totalResults?: number | undefined;
  /** 1-based, as the client asked after correction; only where pages are by index: the pages of RFC 9865 §2 have none. */
  readonly startIndex?: number | undefined;
  /** RFC 9865 §2: "MUST be omitted from a response only to indicate that there are no more result pages". */
  readonly nextCursor?: string | undefined;
  readonly resources: readonly ScimObject[];
}

/** The answer to a query: RFC 7644 §3.4.2. `Resources` is there when it is empty too: Entra ID and OneLogin look for it. */
export function listResponse({ totalResults, startIndex, nextCursor, resources }: Page): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...(totalResults !== undefined && { totalResults }),
    ...(startIndex !== undefined && { startIndex }),
    // RFC 7644 §3.4.2.4: itemsPerPage is "the number of resources returned in a list response page".
    itemsPerPage: resources.length,
    ...(nextCursor !== undefined && { nextCursor }),
    Resources: resources,
  };
}
