import * as z from 'zod';
import type { Organization, OrganizationAccount, OrganizationGroup } from './organization.ts';

/**
 * What the Organizations API takes and gives: the shapes of its document (August 2026), as far as this product uses them. The bodies are
 * strict, so that a request with a property that the document does not have is 400 here, whatever Atlassian does with it.
 */
const Ids = z.array(z.string()).optional();
const Search = {
  cursor: z.string().optional(),
  limit: z.number().int().min(1).max(100).optional(),
  directoryIds: Ids,
  accountIds: Ids,
  groupIds: Ids,
  searchTerm: z.string().optional(),
};

export const UserSearch = z
  .strictObject({
    ...Search,
    emails: Ids,
    status: z.array(z.enum(['active', 'suspended', 'not_invited', 'deactivated', 'for_deletion'])).optional(),
    accountStatus: z.array(z.enum(['active', 'inactive', 'closed'])).optional(),
    membershipStatus: z.array(z.enum(['active', 'suspended', 'no_membership'])).optional(),
    expand: z.array(z.enum(['platformRoles', 'counts.resources', 'productAccess', 'groups'])).optional(),
  })
  .refine(({ emails, searchTerm }) => emails === undefined || searchTerm === undefined, 'emails and searchTerm are mutually exclusive');

export const GroupSearch = z
  .strictObject({
    ...Search,
    groupNames: Ids,
    expand: z.array(z.enum(['counts.resources', 'counts.users'])).optional(),
  })
  .refine(
    ({ groupNames, groupIds, searchTerm }) => groupNames === undefined || (groupIds === undefined && searchTerm === undefined),
    'groupNames and searchTerm or groupIds are mutually exclusive',
  );

export const Invitation = z.strictObject({
  emails: z.array(z.string().regex(/^[^\s@]+@[^\s@]+$/, 'no e-mail address')).min(1),
  additionalGroups: Ids,
  permissionRules: z.array(z.strictObject({ resource: z.string(), role: z.string() })).optional(),
  sendNotification: z.boolean().optional(),
  notificationText: z.string().optional(),
});

export const NewGroup = z.strictObject({ name: z.string().trim().min(1), description: z.string().optional() });
export const NewMembership = z.strictObject({ accountId: z.string().min(1) });

/** `status` is composed of the two that follow it. */
export function statusOf(account: OrganizationAccount) {
  const accountStatus = account.active ? 'active' : 'inactive';
  const membershipStatus = !account.inDirectory ? 'no_membership' : account.suspended ? 'suspended' : 'active';
  const status = !account.active
    ? 'deactivated'
    : membershipStatus === 'no_membership'
      ? 'not_invited'
      : membershipStatus === 'suspended'
        ? 'suspended'
        : 'active';
  return { status, accountStatus, membershipStatus } as const;
}

/** `withGroups`: expanded, which the search can do and the look by id can't. */
export function userJson(organization: Organization, account: OrganizationAccount, isManaged: boolean, withGroups: boolean) {
  const isSynced = organization.recordOfAccount(account.accountId) !== undefined;
  return {
    accountId: account.accountId,
    accountType: 'atlassian',
    ...statusOf(account),
    addedToOrg: new Date(account.madeAt).toISOString(),
    name: account.fullName,
    nickname: account.fullName,
    email: account.email,
    emailVerified: isSynced,
    claimStatus: isManaged ? 'managed' : 'unmanaged',
    managementSource: isSynced ? 'synced' : isManaged ? 'invited' : null,
    ...(withGroups && {
      groups: organization.groupsOf(account.accountId).map(({ id, name, description = null }) => ({ id, name, description })),
    }),
    links: { self: account.accountId },
  };
}

export function groupJson(organization: Organization, group: OrganizationGroup, directoryId: string, withUsers: boolean) {
  const isSynced = group.directory === 'scim';
  return {
    id: group.id,
    name: group.name,
    description: group.description ?? '',
    directoryId,
    managementAccess: { deletable: !isSynced, modifiable: !isSynced, readable: true },
    externalSynced: isSynced,
    managedBy: isSynced ? 'external' : 'admins',
    ...(withUsers && { counts: { users: organization.members(group.id).length } }),
    links: { self: group.id },
  };
}

/** One person's part of the answer to an invitation. */
export function invitationJson(
  account: OrganizationAccount,
  groups: readonly { readonly group: string; readonly error?: string }[],
  rules: readonly { readonly resource: string; readonly role: string }[],
) {
  return {
    id: account.accountId,
    email: account.email,
    results: [
      {
        groupAssignmentResult: groups.map(({ group, error }) => ({
          group,
          status: error === undefined ? 'INVITED' : 'ERROR',
          statusReason: error ?? null,
        })),
        roleAssignmentResult: rules.map((rule) => ({ ...rule, status: 'INVITED', statusReason: null })),
      },
    ],
  };
}
