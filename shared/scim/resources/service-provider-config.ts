import { BULK_MAX_OPERATIONS, BULK_MAX_PAYLOAD_SIZE } from '../messages/bulk-request.ts';
import { CURSOR_TIMEOUT_SECONDS, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../messages/paging.ts';
import type { ScimObject } from './resource.ts';

/**
 * GET /ServiceProviderConfig: RFC 7643 §5. Each number is the one that the code checks with. authentik splits its PATCH requests by
 * `bulk.maxOperations` (SCIM.md §2.3), so a Bulk request and a PATCH have the same one.
 */
export function serviceProviderConfig(baseUrl: string): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: BULK_MAX_OPERATIONS, maxPayloadSize: BULK_MAX_PAYLOAD_SIZE },
    filter: { supported: true, maxResults: MAX_PAGE_SIZE },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    // RFC 9865 §4. §2.4: who "previously supported only index-based pagination … should use index as the default pagination method".
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: DEFAULT_PAGE_SIZE,
      maxPageSize: MAX_PAGE_SIZE,
      cursorTimeout: CURSOR_TIMEOUT_SECONDS,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token, made by the administrator of this service for one identity provider.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
