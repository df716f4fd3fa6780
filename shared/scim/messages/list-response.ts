import type { ScimObject } from '../resources/resource.ts';

interface Page<Resource> {
  /** All matches, not only those of this page. RFC 9865 §2: with a cursor a provider that can't tell "MAY choose to omit" it. */
  readonly totalResults?: number | undefined;
  /** 1-based, as the client asked after correction; only where pages are by index: the pages of RFC 9865 §2 have none. */
  readonly startIndex?: number | undefined;
  /** RFC 9865 §2: "MUST be omitted from a response only to indicate that there are no more result pages". */
  readonly nextCursor?: string | undefined;
  readonly resources: readonly Resource[];
}

/** The answer to a query: RFC 7644 §3.4.2. `Resources` is there when it is empty too: Entra ID and OneLogin look for it. */
export function listResponse(page: Page<ScimObject>): ScimObject {
  return { ...pageAttributes(page), Resources: page.resources };
}

/** The same as JSON text, of resources that are JSON already: a long page is made into text once. */
export function listResponseText(page: Page<string>): string {
  const attributes = JSON.stringify(pageAttributes(page));
  return `${attributes.slice(0, -1)},"Resources":[${page.resources.join(',')}]}`;
}

function pageAttributes({ totalResults, startIndex, nextCursor, resources }: Page<unknown>): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    ...(totalResults !== undefined && { totalResults }),
    ...(startIndex !== undefined && { startIndex }),
    // RFC 7644 §3.4.2.4: itemsPerPage is "the number of resources returned in a list response page".
    itemsPerPage: resources.length,
    ...(nextCursor !== undefined && { nextCursor }),
  };
}
