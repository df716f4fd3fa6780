import type { ScimObject } from '../../scim/resources/resource.ts';
import { ALWAYS_PROTECTED_GROUPS } from '../settings/safety-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { type AccountNaming, accountNaming } from './account-name.ts';
import { type DesiredProfile, profileOf } from './account-profile.ts';
import { type GroupNaming, groupNaming } from './group-names.ts';
import { type UserGroups, userGroups } from './user-groups.ts';

/** What the settings make of users and groups: pure, and made once for a settings document. */
export interface Policy {
  readonly settings: Settings;
  accountNaming(resource: ScimObject, userName: string): AccountNaming;
  profile(resource: ScimObject, userName: string): DesiredProfile;
  groupNaming(displayName: string): GroupNaming;
  readonly userGroups: UserGroups;
  /** Of accounts and groups of the target, compared without regard to case. The service account is added by the worker. */
  readonly protectedAccounts: ReadonlySet<string>;
  readonly protectedGroups: ReadonlySet<string>;
}

export function policyOf(settings: Settings): Policy {
  // Who is in a group that grants Confluence is decided with their account: pushed under its name, it would grant it to whom it lists.
  const { accessGroups } = settings.target.organization;
  const protectedGroups = lowerCased([...ALWAYS_PROTECTED_GROUPS, ...settings.protected.groups, ...accessGroups]);
  return {
    settings,
    accountNaming: (resource, userName) => accountNaming(settings.users.userName, resource, userName),
    profile: (resource, userName) => profileOf(resource, userName, settings.users.fullName),
    groupNaming: (displayName) => groupNaming(settings.groups, displayName),
    protectedAccounts: lowerCased(settings.protected.accounts),
    protectedGroups,
    userGroups: userGroups(settings.users, protectedGroups),
  };
}

/** True of a group of the target that grants Confluence in an organisation: filled with the accounts, by nobody else. */
export function grantsAccess({ settings }: Pick<Policy, 'settings'>, group: string): boolean {
  return lowerCased(settings.target.organization.accessGroups).has(group.toLowerCase());
}

function lowerCased(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
