import * as z from 'zod';
import type { Answer } from '../simulator-server.ts';
import { AdminRefusal, adminError, unknownOrganization } from './admin-errors.ts';
import { pageOf, placeOf } from './admin-paging.ts';
import {
  GroupSearch,
  groupJson,
  Invitation,
  invitationJson,
  NewGroup,
  NewMembership,
  statusOf,
  UserSearch,
  userJson,
} from './admin-shapes.ts';
import type { Organization, OrganizationAccount, OrganizationGroup } from './organization.ts';
import { type ApiCall, type ApiRequest, findRoute, NO_CONTENT, type Route } from './routes.ts';

export interface AdminApiOptions {
  readonly organization: Organization;
  readonly organizationId: string;
  readonly directoryId: string;
  /** The base URL of the organisation's Confluence site. */
  readonly site: string;
  readonly missingScopes: readonly string[];
  readonly paid: boolean;
  readonly seats: number;
  /** E-mail addresses of the organisation's administrators. */
  readonly admins: readonly string[];
  readonly isManaged: (email: string) => boolean;
  /** Until when the key is good, ISO 8601. */
  readonly keyExpires: string;
  readonly maxPageSize: number;
  /** How long a removal is queued. */
  readonly removalTakesMs: number;
  readonly now: () => number;
  readonly isSettled: (made: { readonly madeAt: number }) => boolean;
}

/** What an API key with scopes must have for a call. Unverified: those of users, and those that write. */
type Scope =
  | 'read:orgs:admin'
  | 'read:directories:admin'
  | 'read:workspaces:admin'
  | 'read:users:admin'
  | 'write:users:admin'
  | 'read:groups:admin'
  | 'write:groups:admin'
  | 'read:keys:admin';

interface AdminRoute extends Route {
  readonly scope: Scope;
  /** May come without a body. A POST that may not, and has none, is 415. */
  readonly bodyless?: true;
}

/** The Confluence of the organisation, as roles and workspaces name it. */
const CONFLUENCE = 'ari:cloud:confluence::site/site-1';
const USERS_PER_PAGE = 50;
const GROUPS_PER_PAGE = 20;

/**
 * Atlassian's Organizations API, v2 and what is needed of v1, below /admin. No document of the vendor's says all of it; unverified, and
 * decided here:
 * - the scopes of each call, and that a missing one is 403 ADMIN-UAM-403-1; a wrong directory is 404 ADMIN-UAM-404-1;
 * - a new group is 201 without a body; a group of that name, synchronised ones included, is 409 ADMIN-UAM-409-2;
 * - adding who is a member, and removing who is not, is 204 (the first was seen; 409 ADMIN-UAM-409-2 too);
 * - a synchronised group is 403 to whoever would change it; a deactivated account joins nothing (400 ADMIN-UAM-400-2);
 * - an invitation of somebody who is there adds its groups; without groups and roles it only adds to the directory; one that can't be
 *   carried out in part is 206 with the reasons, and what could be done is done; no seat left is 409 for the whole of it; roles are
 *   answered as given, and give nothing: groups are what grants Confluence here;
 * - a removal is 202, and done after `removalTakesMs`;
 * - what was made is unknown to every call until it has settled, yet its name is taken at once.
 */
export function adminApi(options: AdminApiOptions): (request: ApiRequest) => Answer {
  const { organization, directoryId, isManaged, isSettled } = options;

  /** `-` stands for every directory, and for accounts of verified domains that are in none. Reads only. */
  const isVisible = (account: OrganizationAccount, directory: string) =>
    isSettled(account) && (account.inDirectory || (directory === '-' && isManaged(account.email)));

  function accountOf(accountId: string): OrganizationAccount {
    const account = organization.account(accountId);
    if (!account?.inDirectory || !isSettled(account)) throw new AdminRefusal('404-1', 'One or more user not found in the directory');
    return account;
  }
  function groupOf(id: string): OrganizationGroup {
    const group = organization.group(id);
    if (!group || !isSettled(group)) throw new AdminRefusal('404-3', `Group ${id} not found`);
    return group;
  }
  function ownGroupOf(id: string): OrganizationGroup {
    const group = groupOf(id);
    if (group.directory === 'native') return group;
    throw new AdminRefusal(
      '403-1',
      `Group ${group.name} is synced from an identity provider. Manage this group in your identity provider.`,
    );
  }
  /** Whoever would have Confluence then, and has not, needs a seat. */
  function assertSeats(accounts: readonly (OrganizationAccount | undefined)[]): void {
    const newcomers = accounts.filter(
      (account) => !account || (account.active && !account.suspended && !organization.hasConfluence(account)),
    );
    if (newcomers.length > 0 && Number.isFinite(options.seats) && organization.seatsInUse() + newcomers.length > options.seats) {
      throw new AdminRefusal('409-3', 'You have exceeded the user limit for Confluence');
    }
  }

  /** In the one directory that there is: `directoryIds` may narrow a search to it, or to nothing. */
  const isHere = (directoryIds: readonly string[] | undefined) => directoryIds?.includes(directoryId) ?? true;

  function searchUsers({ names: [directory = ''], body }: ApiCall): Answer {
    const place = placeOf(body);
    const wish = parsed(UserSearch, place.of);
    const term = wish.searchTerm?.toLowerCase();
    const named = wish.emails && [...new Set(wish.emails.flatMap((email) => organization.accountOfEmail(email) ?? []))];
    const found = (named ?? organization.accounts()).filter((account) => {
      const { status, accountStatus, membershipStatus } = statusOf(account);
      return (
        isVisible(account, directory) &&
        (wish.directoryIds === undefined || (isHere(wish.directoryIds) && account.inDirectory)) &&
        (wish.accountIds?.includes(account.accountId) ?? true) &&
        (wish.groupIds?.some((id) => organization.isMember(id, account.accountId)) ?? true) &&
        (term === undefined || `${account.fullName}\n${account.email}`.toLowerCase().includes(term)) &&
        (wish.status?.includes(status) ?? true) &&
        (wish.accountStatus?.includes(accountStatus) ?? true) &&
        (wish.membershipStatus?.includes(membershipStatus) ?? true)
      );
    });
    const withGroups = wish.expand?.includes('groups') ?? false;
    const limit = Math.min(wish.limit ?? USERS_PER_PAGE, options.maxPageSize);
    return pageOf(found, place, limit, (account) => userJson(organization, account, isManaged(account.email), withGroups));
  }

  function searchGroups({ body }: ApiCall): Answer {
    const place = placeOf(body);
    const wish = parsed(GroupSearch, place.of);
    const term = wish.searchTerm?.toLowerCase();
    const named = wish.groupNames && [...new Set(wish.groupNames.flatMap((name) => organization.groupOfName(name) ?? []))];
    const found = (named ?? organization.groups()).filter((group) => {
      return (
        isSettled(group) &&
        isHere(wish.directoryIds) &&
        (wish.groupIds?.includes(group.id) ?? true) &&
        (wish.accountIds?.some((id) => organization.isMember(group.id, id)) ?? true) &&
        (term === undefined || group.name.toLowerCase().includes(term))
      );
    });
    const withUsers = wish.expand?.includes('counts.users') ?? false;
    const limit = Math.min(wish.limit ?? GROUPS_PER_PAGE, options.maxPageSize);
    return pageOf(found, place, limit, (group) => groupJson(organization, group, directoryId, withUsers));
  }

  function lookAtUser({ names: [directory = '', accountId = ''] }: ApiCall): Answer {
    const account = organization.account(accountId);
    if (!account || !isVisible(account, directory)) throw new AdminRefusal('404-1', `User ${accountId} not found`);
    return { status: 200, body: { data: userJson(organization, account, isManaged(account.email), false) } };
  }

  function invite({ body }: ApiCall): Answer {
    const { emails, additionalGroups = [], permissionRules = [] } = parsed(Invitation, body);
    if (!options.paid) throw new AdminRefusal('402-1', 'This API is only available to organizations with at least one paid subscription');
    const groups = additionalGroups.map((id) => ({ id, group: organization.group(id) }));
    const grants = groups.some(({ group }) => group && organization.grantsConfluence(group));
    if (grants) assertSeats(emails.map((email) => organization.accountOfEmail(email)));
    let failed = false;
    const data = emails.map((email) => {
      // Nobody's name is known before they sign in for the first time.
      const account = organization.accountOfEmail(email) ?? organization.createAccount({ email, fullName: email });
      if (account.active) organization.changeAccount(account.accountId, { inDirectory: true, leavesAt: 0 });
      const results = groups.map(({ id, group }) => {
        const error = !account.active
          ? 'Inactive user'
          : !group || !isSettled(group)
            ? 'Group not found'
            : group.directory === 'scim'
              ? 'Group is synced'
              : undefined;
        if (error === undefined) organization.addMember(id, account.accountId);
        else failed = true;
        return { group: id, ...(error !== undefined && { error }) };
      });
      if (!account.active) failed = true;
      return invitationJson(account, results, permissionRules);
    });
    return { status: failed ? 206 : 200, body: { data } };
  }

  function suspend({ names: [, accountId = ''] }: ApiCall): Answer {
    const account = accountOf(accountId);
    if (options.admins.some((email) => email.toLowerCase() === account.email.toLowerCase())) {
      throw new AdminRefusal('400-1', 'The access of an organization admin cannot be suspended');
    }
    organization.changeAccount(accountId, { suspended: true });
    return NO_CONTENT;
  }

  function restore({ names: [, accountId = ''] }: ApiCall): Answer {
    const account = accountOf(accountId);
    const restored = { ...account, suspended: false };
    if (account.suspended && organization.hasConfluence(restored)) assertSeats([undefined]);
    organization.changeAccount(accountId, { suspended: false });
    return NO_CONTENT;
  }

  function remove({ names: [, accountId = ''] }: ApiCall): Answer {
    organization.changeAccount(accountOf(accountId).accountId, { leavesAt: options.now() + options.removalTakesMs });
    organization.removeWhoLeft();
    return { status: 202 };
  }

  function createGroup({ body }: ApiCall): Answer {
    const { name, description } = parsed(NewGroup, body);
    if (organization.groupOfName(name)) throw new AdminRefusal('409-2', `A group named ${name} already exists`);
    organization.createGroup({ name, directory: 'native', ...(description !== undefined && { description }) });
    return { status: 201 };
  }

  function addMember({ names: [, groupId = ''], body }: ApiCall): Answer {
    const group = ownGroupOf(groupId);
    const account = accountOf(parsed(NewMembership, body).accountId);
    if (!account.active) throw new AdminRefusal('400-2');
    if (organization.grantsConfluence(group)) assertSeats([account]);
    organization.addMember(group.id, account.accountId);
    return NO_CONTENT;
  }

  function removeMember({ names: [, groupId = '', accountId = ''] }: ApiCall): Answer {
    organization.removeMember(ownGroupOf(groupId).id, accountOf(accountId).accountId);
    return NO_CONTENT;
  }

  const listed = (all: readonly object[]) => pageOf(all, { at: 0, of: {} }, all.length, (item) => item);
  const organizationJson = { id: options.organizationId, type: 'orgs', attributes: { name: 'Simulated' }, links: {} };
  const v1 = '/admin/v1/orgs';
  const v2 = '/admin/v2/orgs/{org}';
  const inDirectory = `${v2}/directories/{}`;
  const routes: readonly AdminRoute[] = [
    // A key that is good lists no organisation (jira.atlassian.com, ACCESS-966).
    { method: 'GET', path: v1, scope: 'read:orgs:admin', answer: () => ({ status: 200, body: { data: [], links: {}, meta: null } }) },
    { method: 'GET', path: `${v1}/{org}`, scope: 'read:orgs:admin', answer: () => ({ status: 200, body: { data: organizationJson } }) },
    {
      method: 'GET',
      path: '/admin/api-access/v1/orgs/{org}/api-keys',
      scope: 'read:keys:admin',
      answer: () => {
        const key = { id: 'key-1', label: 'provisioning', createdAt: '2026-01-01T00:00:00Z', expiresAt: options.keyExpires, token: null };
        return { status: 200, body: { data: [key], links: {} } };
      },
    },
    {
      method: 'GET',
      path: `${v2}/directories`,
      scope: 'read:directories:admin',
      answer: () => listed([{ directoryId, name: 'Simulated' }]),
    },
    {
      method: 'POST',
      path: `${v2}/workspaces`,
      scope: 'read:workspaces:admin',
      bodyless: true,
      answer: () => {
        const capacity = Number.isFinite(options.seats) ? options.seats : null;
        const attributes = { name: 'Simulated', typeKey: 'confluence', type: 'Confluence', status: 'online', hostUrl: options.site };
        const workspace = { id: CONFLUENCE, type: 'workspace', attributes: { ...attributes, usage: organization.seatsInUse(), capacity } };
        return listed([workspace]);
      },
    },
    { method: 'POST', path: `${v2}/users/invite`, scope: 'write:users:admin', answer: invite },
    { method: 'POST', path: `${inDirectory}/users/search`, scope: 'read:users:admin', bodyless: true, answer: searchUsers },
    { method: 'GET', path: `${inDirectory}/users/{}`, scope: 'read:users:admin', answer: lookAtUser },
    { method: 'DELETE', path: `${inDirectory}/users/{}`, scope: 'write:users:admin', answer: remove },
    { method: 'POST', path: `${inDirectory}/users/{}/suspend`, scope: 'write:users:admin', answer: suspend },
    { method: 'POST', path: `${inDirectory}/users/{}/restore`, scope: 'write:users:admin', answer: restore },
    { method: 'POST', path: `${inDirectory}/groups/search`, scope: 'read:groups:admin', bodyless: true, answer: searchGroups },
    { method: 'POST', path: `${inDirectory}/groups`, scope: 'write:groups:admin', answer: createGroup },
    {
      method: 'GET',
      path: `${inDirectory}/groups/{}`,
      scope: 'read:groups:admin',
      answer: ({ names: [, id = ''] }) => ({ status: 200, body: { data: groupJson(organization, groupOf(id), directoryId, true) } }),
    },
    {
      method: 'DELETE',
      path: `${inDirectory}/groups/{}`,
      scope: 'write:groups:admin',
      answer: ({ names: [, id = ''] }) => {
        organization.deleteGroup(ownGroupOf(id).id);
        return NO_CONTENT;
      },
    },
    { method: 'POST', path: `${inDirectory}/groups/{}/memberships`, scope: 'write:groups:admin', answer: addMember },
    { method: 'DELETE', path: `${inDirectory}/groups/{}/memberships/{}`, scope: 'write:groups:admin', answer: removeMember },
    {
      method: 'GET',
      path: `${inDirectory}/groups/{}/role-assignments`,
      scope: 'read:groups:admin',
      answer: ({ names: [, id = ''] }) => {
        const granted = { resourceId: CONFLUENCE, resourceOwner: 'confluence', roles: ['atlassian/user'] };
        return listed(organization.grantsConfluence(groupOf(id)) ? [granted] : []);
      },
    },
  ].map((route) => ({ ...route, path: route.path.replace('{org}', options.organizationId) }) as AdminRoute);

  /** Users and groups are changed in one directory; `-` is for reads. */
  const isKnownDirectory = (directory: string, route: AdminRoute) =>
    directory === directoryId || (directory === '-' && route.scope.startsWith('read:'));

  return (request) => {
    const asked = /^\/admin\/(?:api-access\/)?v[12]\/orgs\/([^/]+)/.exec(request.path)?.[1];
    if (asked !== undefined && asked !== options.organizationId) return unknownOrganization(request.path, new Date(options.now()));
    const found = findRoute(routes, request);
    if (found === 'no-path') return adminError('404-1');
    if (found === 'no-method') return adminError('405-1');
    const { route, names } = found;
    if (options.missingScopes.includes(route.scope)) return adminError('403-1', `The API key does not have the scope ${route.scope}`);
    if (route.path.includes('/directories/{}') && !isKnownDirectory(names[0] ?? '', route)) {
      return adminError('404-1', `Directory ${names[0]} not found`);
    }
    const mayBeEmpty = request.method !== 'POST' || (route.bodyless === true && request.mediaType === '');
    if (!mayBeEmpty && request.mediaType !== 'application/json') return adminError('415-1');
    if (!mayBeEmpty && request.body === undefined) return adminError('400-1', 'The body is no JSON object');
    try {
      return route.answer({ names, query: request.query, body: request.body ?? {} });
    } catch (error) {
      if (error instanceof AdminRefusal) return error.answer;
      throw error;
    }
  };
}

function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const { success, data, error } = schema.safeParse(body);
  if (!success) throw new AdminRefusal('400-1', z.prettifyError(error));
  return data;
}
