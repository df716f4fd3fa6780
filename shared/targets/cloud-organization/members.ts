import { ProvisioningError } from '../target.ts';
import { keyOf, namesOfUsers, remember, userOf, userOfKey } from './accounts.ts';
import { Ignored } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { idOfGroup, withGroup } from './groups.ts';
import { illegalGroupName, refuseIllegal } from './illegal-name.ts';
import { type Calls, groupsOf, isNotFound, type Organization, pageByPage, pagesOfUsers } from './organization.ts';

/**
 * The names of a group's members, from the `start`-th on: that by which this product knows the account, else its e-mail address. Whoever has
 * neither, an app for example, is left out.
 * @throws ProvisioningError 'not-found' for an unknown group
 */
export async function* membersOf(org: Organization, group: string, start = 0): AsyncGenerator<string, void, undefined> {
  const calls = org.calls(1);
  const id = await idOfGroup(org, calls, group);
  let seen = 0;
  for await (const page of pagesOfUsers(pageByPage(org, calls), { groupIds: [id] })) {
    for (const name of await namesOfUsers(org, page)) {
      if (name === undefined) continue;
      if (seen >= start) yield name;
      seen += 1;
    }
  }
}

/**
 * True if somebody is in the group whom `membersOf` leaves out.
 * @throws ProvisioningError 'not-found' for an unknown group
 */
export async function hasUnnamedMembers(org: Organization, group: string): Promise<boolean> {
  const calls = org.calls(1);
  const id = await idOfGroup(org, calls, group);
  for await (const page of pagesOfUsers(pageByPage(org, calls), { groupIds: [id] }))
    if ((await namesOfUsers(org, page)).includes(undefined)) return true;
  return false;
}

/** @throws ProvisioningError 'not-found' for an unknown account */
export async function* groupsOfAccount(org: Organization, account: string): AsyncGenerator<string, void, undefined> {
  const calls = org.calls(1);
  const { accountId } = await userOf(org, calls, account);
  for await (const { name } of groupsOf(pageByPage(org, calls), { accountIds: [accountId] })) yield name;
}

/** @throws ProvisioningError 'not-found' for an unknown account or group, 'no-seat' */
export async function addMember(org: Organization, calls: Calls, group: string, account: string): Promise<void> {
  refuseIllegal(illegalGroupName(group));
  const accountId = await keyOf(org, calls, account);
  await remember(org, account, accountId);
  await addToGroup(org, calls, group, accountId);
}

/** @throws ProvisioningError 'not-found' for an unknown account or group */
export async function removeMember(org: Organization, calls: Calls, group: string, account: string): Promise<void> {
  refuseIllegal(illegalGroupName(group));
  await removeFromGroup(org, calls, group, await keyOf(org, calls, account));
}

/** A 409 is a success for who is a member. */
export async function addToGroup(org: Organization, calls: Calls, group: string, accountId: string): Promise<void> {
  await withGroup(org, calls, group, async (groupId) => {
    try {
      await calls.call(ENDPOINTS.addMember, { names: { groupId }, body: { accountId } }, Ignored);
    } catch (error) {
      if (!(error instanceof ProvisioningError) || error.code !== 'conflict') throw error;
      if (!(await isMember(calls, groupId, accountId))) throw error;
    }
  });
}

/**
 * A 404 may mean the group, the account or the membership: it is a success for who is known and no member, as far as Atlassian tells.
 * @throws ProvisioningError 'not-found' for an unknown account or group
 */
export async function removeFromGroup(org: Organization, calls: Calls, group: string, accountId: string): Promise<void> {
  await withGroup(org, calls, group, async (groupId) => {
    try {
      await calls.call(ENDPOINTS.removeMember, { names: { groupId, accountId } }, Ignored);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      if (!(await isThere(calls, groupId)) || (await userOfKey(calls, accountId)) === undefined) throw error;
      if (await isMember(calls, groupId, accountId)) throw error;
    }
  });
}

async function isMember(calls: Calls, groupId: string, accountId: string): Promise<boolean> {
  for await (const { id } of groupsOf(() => calls, { accountIds: [accountId] })) if (id === groupId) return true;
  return false;
}

async function isThere(calls: Calls, groupId: string): Promise<boolean> {
  for await (const { id } of groupsOf(() => calls, { groupIds: [groupId] })) if (id === groupId) return true;
  return false;
}
