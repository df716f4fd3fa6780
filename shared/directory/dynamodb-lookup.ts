import type { Lookup } from './directory.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { type ConnectionId, type GroupId, isResourceId, type UserId } from './ids.ts';
import type { GroupItem, UserItem } from './items.ts';
import { type Key, keys } from './keys.ts';
import { groupsOfUsers } from './members/groups-of-users.ts';

type KeyLookup = Exclude<Lookup, { by: 'all' }>;

/**
 * Look-ups by key, strongly consistent (invariant 7): what was just written is found. A user has no displayName that is a key,
 * a group no e-mail: such a look-up is a mistake of the caller.
 */
export async function lookUpUsers(table: DynamoDbTable, c: ConnectionId, { by, value }: KeyLookup): Promise<UserItem[]> {
  const itemsOf = (ids: readonly string[]) => resources<UserItem>(table, ids, (id) => keys.user(c, id as UserId));
  switch (by) {
    case 'id':
      return itemsOf([value]);
    case 'userName':
      return itemsOf(await claimed(table, keys.userNameClaim(c, value)));
    case 'externalId':
      return itemsOf(await listed(table, keys.externalId(c, value, 'User', '')));
    case 'email':
      return itemsOf(await listed(table, keys.email(c, value, '' as UserId)));
    default:
      throw new TypeError(`users are not looked up by ${by}`);
  }
}

export async function lookUpGroups(table: DynamoDbTable, c: ConnectionId, { by, value }: KeyLookup): Promise<GroupItem[]> {
  const itemsOf = (ids: readonly string[]) => resources<GroupItem>(table, ids, (id) => keys.group(c, id as GroupId));
  switch (by) {
    case 'id':
      return itemsOf([value]);
    case 'displayName':
      return itemsOf(await claimed(table, keys.groupNameClaim(c, value)));
    case 'externalId':
      return itemsOf(await listed(table, keys.externalId(c, value, 'Group', '')));
    case 'member':
      return (await groupsOfUsers(table, c, [value as UserId])).get(value as UserId) ?? [];
    default:
      throw new TypeError(`groups are not looked up by ${by}`);
  }
}

async function claimed(table: DynamoDbTable, claim: Key): Promise<string[]> {
  const owner = await table.get<{ id: string }>(claim);
  return owner ? [owner.id] : [];
}

/** The ids in the partition of a look-up that is not unique; `prefix` is its key with an empty id. */
async function listed(table: DynamoDbTable, prefix: Key): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of table.queryAll<{ id: string }>({ pk: prefix.pk, beginsWith: prefix.sk })) ids.push(id);
  return ids;
}

async function resources<Item>(table: DynamoDbTable, ids: readonly string[], keyOf: (id: string) => Key): Promise<Item[]> {
  return table.batchGet<Item>(ids.filter(isResourceId).map(keyOf));
}
