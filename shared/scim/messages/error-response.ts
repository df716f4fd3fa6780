import type { ScimError } from '../errors.ts';
import type { ScimObject } from '../resources/resource.ts';

/** The body of an error: RFC 7644 §3.12. */
export function errorResponse(error: ScimError): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    // "status: The HTTP status code … expressed as a JSON string. REQUIRED."
    status: String(error.status),
    // "scimType: A SCIM detail error keyword. See Table 9. OPTIONAL."
    ...(error.scimType !== undefined && { scimType: error.scimType }),
    detail: error.message,
  };
}
