import type { Route } from './find-route.ts';
import { getResourceType, getSchema, getServiceProviderConfig, listResourceTypes, listSchemas } from './operations/discovery.ts';
import { notImplemented } from './operations/not-implemented.ts';
import { RESOURCE_ROUTES } from './resource-routes.ts';

/** RFC 7644 §3.2: the endpoints and what each may be asked. */
export const ROUTES: readonly Route[] = [
  ...RESOURCE_ROUTES,
  { path: '/ServiceProviderConfig', methods: { GET: getServiceProviderConfig } },
  { path: '/ResourceTypes', methods: { GET: listResourceTypes } },
  { path: '/ResourceTypes/:id', methods: { GET: getResourceType } },
  { path: '/Schemas', methods: { GET: listSchemas } },
  { path: '/Schemas/:id', methods: { GET: getSchema } },
  // A client that tries the base URL alone (SCIM.md E1) learns what this is.
  { path: '/', methods: { GET: getServiceProviderConfig } },
  { path: '/.search', methods: { POST: notImplemented('POST /.search', 'Use GET on /Users or /Groups.') } },
  { path: '/Bulk', methods: { POST: notImplemented('/Bulk', 'Send the operations one by one.') } },
  // RFC 7644 §3.11: "A service provider that does NOT support this feature SHOULD respond with HTTP status code 501".
  {
    path: '/Me',
    methods: Object.fromEntries(
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, notImplemented('/Me', 'A bearer token stands for no person.')]),
    ),
  },
];
