import type { GroupItem, OwnerItem, UserItem } from '../../shared/directory/items.ts';
import { keys } from '../../shared/directory/keys.ts';
import { namesOfGroup } from '../../shared/provisioning/memberships/membership-wish.ts';
import { accountNameFor, groupNamingFor } from '../../shared/provisioning/name-in-target.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import type { World } from './harness.ts';

/** What of a Confluence is compared. */
interface Confluence {
  readonly accounts: ReadonlyMap<string, { readonly active: boolean }>;
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * What differs between Confluence and the wishes of the IdP, once nothing is pending: sentences, none when all is well. Parked
 * users and groups are visible to an admin, so nothing is expected of them.
 */
export async function compareAtRest(world: World, confluence: Confluence = world.confluence): Promise<string[]> {
  const differences: string[] = [];
  const target = world.connection.target.id;
  const isUsable = await usableUsers(world);
  const policy = policyOf(world.connection.settings);
  const { allUsers, keptOnDeactivation: kept } = policy.userGroups;
  for (const [name, account] of confluence.accounts) {
    const owner = await world.table.get<OwnerItem>(keys.accountOwner(target, name));
    const user = owner && (await world.user(owner.ownerId as UserItem['id']));
    if (user?.parkedCode !== undefined) continue;
    const wanted = isUsable(user);
    if (account.active !== wanted)
      differences.push(`account ${name} is ${account.active ? 'active' : 'disabled'}, its owner wants ${wanted}`);
  }
  for (const [name, members] of confluence.groups) {
    const owner = await world.table.get<OwnerItem>(keys.groupOwner(target, name));
    const group = owner && (await world.group(owner.ownerId as GroupItem['id']));
    if (group?.parkedCode !== undefined) continue;
    const wanted = new Set<string>(allUsers.includes(name) ? await usableAccounts(world, isUsable) : []);
    const isItsName = group !== undefined && owner?.free !== true && namesOfGroup(group).includes(name);
    const read =
      group?.state === 'live' && isItsName ? await world.directory.groups.readWithMembers(world.connection, group.id) : undefined;
    for (const id of read?.members ?? []) {
      const user = await world.user(id);
      const isGiven = isUsable(user) || kept === undefined || kept.includes(name);
      if (user?.state === 'live' && user.boundAt !== undefined && user.boundName !== undefined) {
        if (isGiven) wanted.add(user.boundName);
      } else if (isUsable(user) && user?.active && user.parkedCode === undefined)
        differences.push(`member ${id} of ${name} is active and has no account`);
    }
    for (const member of wanted) if (!members.has(member)) differences.push(`${member} is not in ${name}`);
    for (const member of members) if (!wanted.has(member)) differences.push(`${member} is still in ${name}`);
  }
  await compareNames(world, differences);
  for await (const user of world.directory.users.listing.find(world.connection, { by: 'all' })) {
    const item = await world.user(user.id);
    if (item?.parkedCode === 'owned') {
      const owner = await world.delivery.resources.owner(target, 'user', accountNameFor({ policy }, item));
      if (!owner?.live) differences.push(`user ${item.userName} stays parked though the owner of the account is gone`);
    }
    if (!item || !isUsable(item) || item.parkedCode !== undefined) continue;
    const account = item.boundName === undefined ? undefined : confluence.accounts.get(item.boundName);
    if (account?.active !== true) differences.push(`user ${item.userName} is active and has no active account`);
  }
  return differences;
}

/** Whose account should be usable: the active ones, and of those, where the settings say so, the members of certain groups. */
async function usableUsers(world: World): Promise<(user: UserItem | undefined) => boolean> {
  const { userGroups } = policyOf(world.connection.settings);
  const admitted = new Set<string>();
  for await (const { id } of world.directory.groups.listing.find(world.connection, { by: 'all' })) {
    const group = await world.group(id);
    if (!group || !userGroups.admits(group.displayName)) continue;
    for (const member of (await world.directory.groups.readWithMembers(world.connection, id))?.members ?? []) admitted.add(member);
  }
  return (user) => user?.state === 'live' && user.active && (!userGroups.isRestricted || admitted.has(user.id));
}

async function usableAccounts(world: World, isUsable: (user: UserItem | undefined) => boolean): Promise<string[]> {
  const names: string[] = [];
  for await (const { id } of world.directory.users.listing.find(world.connection, { by: 'all' })) {
    const user = await world.user(id);
    if (user?.boundName !== undefined && user.parkedCode === undefined && isUsable(user)) names.push(user.boundName);
  }
  return names;
}

/** Each group has the names that the settings give to it, or is parked because of one that another live group has. */
async function compareNames(world: World, differences: string[]): Promise<void> {
  const connection = await world.connections.get(world.connection.id);
  if (!connection) throw new Error('no connection');
  const policy = policyOf(connection.settings);
  for await (const { id } of world.directory.groups.listing.find(connection, { by: 'all' })) {
    const group = await world.group(id);
    if (!group) continue;
    const { displayName, retiring = [], movedFrom = [], parkedCode } = group;
    const naming = groupNamingFor({ policy }, group);
    const expected: readonly string[] = naming.is === 'names' ? naming.names : [];
    const names = namesOfGroup(group);
    if (retiring.length > 0) differences.push(`group ${displayName} still loses ${retiring.join(', ')}`);
    // Who can't have the new name keeps the old one meanwhile (decision 24).
    const kept = parkedCode === undefined ? [] : movedFrom;
    if (names.some((name) => !expected.includes(name) && !kept.includes(name)))
      differences.push(`group ${displayName} is ${names.join(', ')}`);
    if (parkedCode === undefined && names.length !== expected.length)
      differences.push(`group ${displayName} is not ${expected.join(', ')}`);
    if (parkedCode !== 'owned') continue;
    const target = connection.target.id;
    const owners = await Promise.all(expected.map((name) => world.delivery.resources.owner(target, 'group', name)));
    if (!owners.some((owner) => owner?.live === true && owner.id !== id))
      differences.push(`group ${displayName} stays parked though nobody else has its names`);
  }
}
