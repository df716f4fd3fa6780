import type { Endpoint } from '../http/rest-client.ts';

/** Every call the adapter can send. The vendor contract checks each of them against the vendor's document of 2022. */
export const ENDPOINTS = {
  /** Filters: one `eq`, on userName or externalId. */
  users: { method: 'GET', path: '/scim/directory/{directoryId}/Users' },
  user: { method: 'GET', path: '/scim/directory/{directoryId}/Users/{userId}' },
  createUser: { method: 'POST', path: '/scim/directory/{directoryId}/Users' },
  /** PUT would clear every attribute that it does not name. */
  updateUser: { method: 'PATCH', path: '/scim/directory/{directoryId}/Users/{userId}' },
  /** Destroys the record for good, and deactivates the account. */
  deleteUser: { method: 'DELETE', path: '/scim/directory/{directoryId}/Users/{userId}' },
  /** Filter: one `eq`, on displayName. */
  groups: { method: 'GET', path: '/scim/directory/{directoryId}/Groups' },
  /** With all its members: they have no pages. */
  group: { method: 'GET', path: '/scim/directory/{directoryId}/Groups/{id}' },
  createGroup: { method: 'POST', path: '/scim/directory/{directoryId}/Groups' },
  /** Members only: the name can't be changed. */
  updateGroup: { method: 'PATCH', path: '/scim/directory/{directoryId}/Groups/{id}' },
  deleteGroup: { method: 'DELETE', path: '/scim/directory/{directoryId}/Groups/{id}' },
} as const satisfies Record<string, Endpoint>;
