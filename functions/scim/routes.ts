import { ScimError } from '../../shared/scim/errors.ts';
import type { Operation } from './exchange.ts';
import { groupEndpoint } from './group-endpoint.ts';
import { createResource } from './operations/create-resource.ts';
import { deleteResource } from './operations/delete-resource.ts';
import { getResourceType, getSchema, getServiceProviderConfig, listResourceTypes, listSchemas } from './operations/discovery.ts';
import { getResource } from './operations/get-resource.ts';
import { listResources } from './operations/list-resources.ts';
import { notImplemented } from './operations/not-implemented.ts';
import { patchResource } from './operations/patch-resource.ts';
import { replaceResource } from './operations/replace-resource.ts';
import type { ScimRequest } from './request.ts';
import { userEndpoint } from './user-endpoint.ts';

interface Route {
  /** Segments below the base URL; `:id` is any one segment. The first route that fits is taken. */
  readonly path: string;
  readonly methods: Readonly<Record<string, Operation>>;
}

/** RFC 7644 §3.2: the endpoints and what each may be asked. */
const ROUTES: readonly Route[] = [
  { path: '/Users', methods: { GET: listResources(userEndpoint), POST: createResource(userEndpoint) } },
  { path: '/Users/.search', methods: { POST: notImplemented('POST /.search', 'Use GET with the same parameters.') } },
  {
    path: '/Users/:id',
    methods: {
      GET: getResource(userEndpoint),
      PUT: replaceResource(userEndpoint),
      PATCH: patchResource(userEndpoint),
      DELETE: deleteResource(userEndpoint),
    },
  },
  { path: '/Groups', methods: { GET: listResources(groupEndpoint), POST: createResource(groupEndpoint) } },
  { path: '/Groups/.search', methods: { POST: notImplemented('POST /.search', 'Use GET with the same parameters.') } },
  {
    path: '/Groups/:id',
    methods: {
      GET: getResource(groupEndpoint),
      PUT: replaceResource(groupEndpoint),
      PATCH: patchResource(groupEndpoint),
      DELETE: deleteResource(groupEndpoint),
    },
  },
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

/** @throws ScimError 404 for a path that is none of ours, 405 with `Allow` for a method it does not take */
export function findRoute({ method, path }: Pick<ScimRequest, 'method' | 'path'>): { operation: Operation; id: string } {
  const route = ROUTES.find((candidate) => isMatch(candidate.path, path));
  if (!route) throw new ScimError(404, 'There is no such SCIM endpoint here. Resources are at /Users and /Groups below the base URL.');
  const operation = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
  if (!operation) {
    const allowed = Object.keys(route.methods).join(', ');
    throw new ScimError(405, `This endpoint takes ${allowed}.`, { headers: { Allow: allowed } });
  }
  return { operation, id: path.at(-1) ?? '' };
}

function isMatch(pattern: string, path: readonly string[]): boolean {
  const segments = pattern.split('/').filter((segment) => segment !== '');
  return segments.length === path.length && segments.every((segment, i) => segment === ':id' || segment === path[i]);
}
