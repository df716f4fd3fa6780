import type { Endpoint } from '../http/rest-client.ts';

/**
 * Every call of the Organizations API that the adapter can send. Its lists are searches by POST: those by GET end on 30 June 2027. What is
 * assumed of their answers, because no document tells it, is listed in docs/decisions/0023.
 */
export const ENDPOINTS = {
  organization: { method: 'GET', path: '/admin/v1/orgs/{orgId}' },
  directories: { method: 'GET', path: '/admin/v2/orgs/{orgId}/directories' },
  searchUsers: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/users/search' },
  /** 200, or 206 where it worked for some only; 402 without a paid plan. */
  invite: { method: 'POST', path: '/admin/v2/orgs/{orgId}/users/invite' },
  /** Suspended in all apps of the directory; keeps groups and roles. A POST without content is answered by 415. */
  suspend: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/users/{accountId}/suspend' },
  restore: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/users/{accountId}/restore' },
  /** 202: queued. */
  removeUser: { method: 'DELETE', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/users/{accountId}' },
  searchGroups: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups/search' },
  createGroup: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups' },
  deleteGroup: { method: 'DELETE', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups/{groupId}' },
  addMember: { method: 'POST', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups/{groupId}/memberships' },
  removeMember: { method: 'DELETE', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups/{groupId}/memberships/{accountId}' },
  /** What a group grants: asked by `target test` only. */
  rolesOfGroup: { method: 'GET', path: '/admin/v2/orgs/{orgId}/directories/{directoryId}/groups/{groupId}/role-assignments' },
} as const satisfies Record<string, Endpoint>;

/** Of Confluence itself (REST API v1), on the site's own address with a site administrator's token: read only, to compare with. */
export const CONFLUENCE_ENDPOINTS = {
  group: { method: 'GET', path: '/wiki/rest/api/group/by-id' },
  /** For a group that it does not know it answers 200 and an empty page. */
  members: { method: 'GET', path: '/wiki/rest/api/group/{groupId}/membersByGroupId' },
} as const satisfies Record<string, Endpoint>;
