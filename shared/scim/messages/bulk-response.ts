import type { ScimObject } from '../resources/resource.ts';

/** What became of one operation: RFC 7644 §3.7.3. */
export interface BulkResult {
  readonly method: string;
  /** "The service provider MUST return the same "bulkId" together with the newly created resource." */
  readonly bulkId?: string;
  /** "REQUIRED in a response, except in the event of a POST failure." */
  readonly location?: string;
  /** The entity tag of what was written. */
  readonly version?: string;
  readonly status: number;
  /** "When indicating a response with an HTTP status other than a 200-series response, the response body MUST be included." */
  readonly error?: ScimObject;
}

/**
 * The answer to POST /Bulk: RFC 7644 §3.7.3. `status` is a string, as in the examples of that section from `"status": "201"` on; the
 * object with a `code` in §3.7.2 is left from SCIM 1.1. "For normal completion, the server MAY elect to omit the response body": it is.
 */
export function bulkResponse(results: readonly BulkResult[]): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
    Operations: results.map(({ method, bulkId, location, version, status, error }) => ({
      method,
      ...(bulkId !== undefined && { bulkId }),
      ...(location !== undefined && { location }),
      ...(version !== undefined && { version }),
      status: String(status),
      ...(error !== undefined && { response: error }),
    })),
  };
}
