import type { ScimObject } from '../resources/resource.ts';

export interface Page {
  /** All matches, not only those of this page. */
  readonly totalResults: number;
  /** 1-based, as the client asked after correction. */
  readonly startIndex: number;
  readonly resources: readonly ScimObject[];
}

/** The answer to a query: RFC 7644 §3.4.2. `Resources` is there when it is empty too: Entra ID and OneLogin look for it. */
export function listResponse({ totalResults, startIndex, resources }: Page): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex,
    // RFC 7644 §3.4.2.4: itemsPerPage is "the number of resources returned in a list response page".
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
