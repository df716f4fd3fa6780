import { processBulk } from './bulk/process-bulk.ts';
import type { Route } from './find-route.ts';
import { getResourceType, getSchema, getServiceProviderConfig, listResourceTypes, listSchemas } from './operations/discovery.ts';
import { getRoot } from './operations/get-root.ts';
import { searchResources } from './operations/list-resources.ts';
import { notImplemented } from './operations/not-implemented.ts';
import { RESOURCE_ROUTES } from './resource-routes.ts';

/** RFC 7644 §3.2: the endpoints and what each may be asked. */
export const ROUTES: readonly Route[] = [
  // RFC 7644 §3.4.3: "/.search" below an endpoint is a query. Before the resources: no resource has it for an id.
  { path: '/Users/.search', methods: { POST: searchResources('User') } },
  { path: '/Groups/.search', methods: { POST: searchResources('Group') } },
  // "A query against a server root indicates that all resources within the server SHALL be included".
  { path: '/.search', methods: { POST: searchResources('User', 'Group') } },
  ...RESOURCE_ROUTES,
  { path: '/ServiceProviderConfig', methods: { GET: getServiceProviderConfig } },
  { path: '/ResourceTypes', methods: { GET: listResourceTypes } },
  { path: '/ResourceTypes/:id', methods: { GET: getResourceType } },
  { path: '/Schemas', methods: { GET: listSchemas } },
  { path: '/Schemas/:id', methods: { GET: getSchema } },
  { path: '/', methods: { GET: getRoot } },
  { path: '/Bulk', methods: { POST: processBulk } },
  // RFC 7644 §3.11: "A service provider that does NOT support this feature SHOULD respond with HTTP status code 501".
  {
    path: '/Me',
    methods: Object.fromEntries(
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, notImplemented('/Me', 'A bearer token stands for no person.')]),
    ),
  },
];
