import { foldCase } from '../../scim/attributes/fold-case.ts';
import { groupNameOf } from '../naming.ts';
import type { UserSettings } from '../settings/user-settings.ts';

/** What groups are to users, by the connection's settings. Groups of Confluence by their names there. */
export interface UserGroups {
  /** Given once, to an account that is made. */
  readonly newUsers: readonly string[];
  /** Given as long as the account is to be usable. */
  readonly allUsers: readonly string[];
  /** What is left of a deactivated user's groups; undefined: all of them. */
  readonly keptOnDeactivation: readonly string[] | undefined;
  /** True if being its member gives an account to a user; there is no such group where everybody gets one. */
  admits(displayName: string): boolean;
  /** True if an account takes being in one of those. */
  readonly isRestricted: boolean;
}

/** @param isProtected groups of Confluence that are never touched, by their names in small letters */
export function userGroups(settings: UserSettings, isProtected: ReadonlySet<string>): UserGroups {
  const { defaultGroups, groupsOnDeactivate, onlyFromGroups, deactivate } = settings;
  const named = (names: readonly string[]) => [...new Set(names.map(groupNameOf))].sort();
  const touchable = (names: readonly string[]) => named(names).filter((name) => !isProtected.has(name));
  const admitting = new Set(onlyFromGroups.map(foldCase));
  return {
    newUsers: touchable(defaultGroups.newUsers),
    allUsers: touchable(defaultGroups.allUsers),
    keptOnDeactivation: deactivate && groupsOnDeactivate.do === 'remove' ? named(groupsOnDeactivate.except) : undefined,
    admits: (displayName) => admitting.has(foldCase(displayName)),
    isRestricted: admitting.size > 0,
  };
}
