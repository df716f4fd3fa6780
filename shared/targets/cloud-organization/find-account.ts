import type { Account } from '../target.ts';
import { isUsable, namesOfUsers, userOfAddress, userOfKey, usersOfAddress } from './accounts.ts';
import type { User } from './answers.ts';
import { type Calls, groupsOf, type Organization } from './organization.ts';

/**
 * The account of this name. One that was found by its address, and is known here by another name, that of an address which its owner has
 * changed, is told by that name: it belongs to whoever has that.
 */
export async function findAccount(org: Organization, calls: Calls, name: string): Promise<Account | undefined> {
  const kept = await org.accountKeys.read(org.targetId, name);
  const user = kept === undefined ? await userOfAddress(calls, name) : await userOfKey(calls, kept);
  if (!user) return undefined;
  const [known] = kept === undefined ? await namesOfUsers(org, [user]) : [];
  return accountOf(org, calls, known ?? name, user);
}

/** Everybody who has the address, each by the name that is known here. */
export async function findAccountsByAddress(org: Organization, calls: Calls, address: string): Promise<Account[]> {
  const users = await usersOfAddress(calls, address);
  const names = await namesOfUsers(org, users);
  return Promise.all(users.map((user, index) => accountOf(org, calls, names[index] ?? address.toLowerCase(), user)));
}

/**
 * As the port tells it: active while it has any of the access that disabling takes, partial while it lacks some that enabling gives. Who is
 * suspended by hand has the access groups still, and would have Confluence again, once restored by hand: that is for disabling to take.
 */
async function accountOf(org: Organization, calls: Calls, name: string, user: User): Promise<Account> {
  const { accessGroups, onDisable } = org.settings;
  const isByStatus = onDisable === 'suspend' || accessGroups.length === 0;
  const held = isByStatus && !isUsable(user) ? 0 : await accessGroupsOf(org, calls, user);
  const isActive = isByStatus ? isUsable(user) : held > 0;
  const isWhole = isUsable(user) && held === new Set(accessGroups.map((group) => group.toLowerCase())).size;
  return {
    name,
    key: user.accountId,
    fullName: user.name ?? '',
    ...(typeof user.email === 'string' && { email: user.email }),
    active: isActive,
    ...(isActive && !isWhole && { isPartial: true }),
  };
}

/**
 * In how many of the access groups the account is. Nothing says that the groups told with an account are all of them: only for who seems to
 * be in too few the groups themselves are asked.
 */
async function accessGroupsOf({ settings }: Organization, calls: Calls, { accountId, groups }: User): Promise<number> {
  const missing = new Set(settings.accessGroups.map((name) => name.toLowerCase()));
  const { size } = missing;
  for (const { name } of groups ?? []) missing.delete((name ?? '').toLowerCase());
  if (missing.size > 0) {
    for await (const { name } of groupsOf(() => calls, { accountIds: [accountId] })) missing.delete(name.toLowerCase());
  }
  return size - missing.size;
}
