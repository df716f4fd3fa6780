import type { Endpoint } from '../http/rest-client.ts';

/** Every call the adapter can send. The vendor contract checks each of them against the vendor's documents. */
export const ENDPOINTS = {
  currentUser: { method: 'GET', path: '/rest/api/user/current' },
  /** From 10. */
  serverInformation: { method: 'GET', path: '/rest/api/server-information' },
  user: { method: 'GET', path: '/rest/api/user' },
  /** From 8.4. */
  allUsers: { method: 'GET', path: '/rest/api/user/list' },
  /** From 9.3: the only list with e-mail addresses. Made from the search index, so a new account may be missing for a while. */
  activeUsers: { method: 'GET', path: '/rest/api/admin/users/list/active' },
  groupsOfUser: { method: 'GET', path: '/rest/api/user/memberof' },
  /** From 8.4. */
  createUser: { method: 'POST', path: '/rest/api/admin/user' },
  /** From 9.4. */
  updateUser: { method: 'PUT', path: '/rest/api/admin/user/{username}' },
  enableUser: { method: 'PUT', path: '/rest/api/admin/user/{username}/enable' },
  disableUser: { method: 'PUT', path: '/rest/api/admin/user/{username}/disable' },
  /** Answers 202 with a long task. */
  deleteUser: { method: 'DELETE', path: '/rest/api/admin/user/{username}' },
  longTask: { method: 'GET', path: '/rest/api/longtask/{id}' },
  groups: { method: 'GET', path: '/rest/api/group' },
  group: { method: 'GET', path: '/rest/api/group/{groupName}' },
  groupMembers: { method: 'GET', path: '/rest/api/group/{groupName}/member' },
  createGroup: { method: 'POST', path: '/rest/api/admin/group' },
  deleteGroup: { method: 'DELETE', path: '/rest/api/admin/group/{groupName}' },
  addMember: { method: 'PUT', path: '/rest/api/user/{username}/group/{groupName}' },
  removeMember: { method: 'DELETE', path: '/rest/api/user/{username}/group/{groupName}' },
} as const satisfies Record<string, Endpoint>;

/** Asked only to find out the version; in no document of the vendor. */
export const PROBES = {
  /** The manifest for application links, which tells the version. */
  manifest: { method: 'GET', path: '/rest/applinks/1.0/manifest' },
  /** From 8.2 there is a POST: then GET is answered by 405, before by 404. */
  administration: { method: 'GET', path: '/rest/api/admin/group' },
} as const satisfies Record<string, Endpoint>;
