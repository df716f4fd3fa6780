import { groupEndpoint } from './endpoints/group-endpoint.ts';
import { userEndpoint } from './endpoints/user-endpoint.ts';
import type { Route } from './find-route.ts';
import { createResource } from './operations/create-resource.ts';
import { deleteResource } from './operations/delete-resource.ts';
import { getResource } from './operations/get-resource.ts';
import { listResources } from './operations/list-resources.ts';
import { patchResource } from './operations/patch-resource.ts';
import { replaceResource } from './operations/replace-resource.ts';

/** RFC 7644 §3.2: the endpoints of the resources, which an operation of a Bulk request may name too. */
export const RESOURCE_ROUTES: readonly Route[] = [
  { path: '/Users', methods: { GET: listResources('User'), POST: createResource(userEndpoint) } },
  {
    path: '/Users/:id',
    methods: {
      GET: getResource(userEndpoint),
      PUT: replaceResource(userEndpoint),
      PATCH: patchResource(userEndpoint),
      DELETE: deleteResource(userEndpoint),
    },
  },
  { path: '/Groups', methods: { GET: listResources('Group'), POST: createResource(groupEndpoint) } },
  {
    path: '/Groups/:id',
    methods: {
      GET: getResource(groupEndpoint),
      PUT: replaceResource(groupEndpoint),
      PATCH: patchResource(groupEndpoint),
      DELETE: deleteResource(groupEndpoint),
    },
  },
];
