import type { TombstoneDelivery } from '../delivery.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from '../ids.ts';
import type { GroupItem, MemberItem, UserItem } from '../items.ts';
import { type Key, keys } from '../keys.ts';
import { readLayers } from '../members/read-layers.ts';
import { both, markerAsRead } from './as-read.ts';
import { orphanChunks } from './layer-delivery.ts';
import { keyOf, type MarkTimes, written } from './resource-keys.ts';

/** DELIVERY §2.8: "not before one hour (longer than any function lives)". */
export const TOMBSTONE_AGE_MS = 3_600_000;
const DELETES = 25;
const isTombstone = { expression: '#state = :tombstone', values: { ':tombstone': 'tombstone' } };

/** The end of what was deleted: DELIVERY §2.8 and §3.8. Owner items stay. */
export function tombstoneDelivery(table: DynamoDbTable, times: MarkTimes): TombstoneDelivery {
  return {
    async userDone(user) {
      if (user.deletedAt === undefined || times.now().getTime() - Date.parse(user.deletedAt) < TOMBSTONE_AGE_MS) return false;
      // A layer's words become pointers before it is dropped: read after the pointers, a membership could be missed in both.
      if (await isNamedByLayer(table, user.connection, user.id)) return false;
      const { pk } = keys.user(user.connection, user.id);
      const pointers = await table.query({ pk, beginsWith: 'MEMBEROF#', limit: 1 });
      return pointers.items.length === 0;
    },

    purgeUser: (user) => purge(table, user, [keys.userTombstone(user.connection, user.id)]),

    async purgeGroup(group) {
      const { pk } = keys.group(group.connection, group.id);
      const members = await table.query<MemberItem>({ pk, beginsWith: 'MEMBER#', limit: 1 });
      if (members.items.length > 0) return false;
      const chunks = await orphanChunks(table, group, () => true);
      for (let from = 0; from < chunks.length; from += DELETES)
        await table.transact(chunks.slice(from, from + DELETES).map((key) => ({ delete: key })));
      return purge(table, group, [keys.expanding(group.connection, group.id)]);
    },
  };
}

function purge(table: DynamoDbTable, resource: UserItem | GroupItem, others: readonly Key[]): Promise<boolean> {
  const asRead = both(isTombstone, markerAsRead(resource));
  return written(table.transact([{ delete: keyOf(resource), condition: asRead }, ...others.map((key) => ({ delete: key }))]));
}

/** A layer may yet write an item of this user. One whose header moves on while it is read counts as naming everybody. */
async function isNamedByLayer(table: DynamoDbTable, connection: ConnectionId, user: UserId): Promise<boolean> {
  const { pk } = keys.expanding(connection, '' as GroupId);
  for await (const { sk } of table.queryAll<{ sk: GroupId }>({ pk, attributes: ['sk'] })) {
    const header = await table.get<GroupItem>(keys.group(connection, sk));
    const layers = header && (await readLayers(table, header, [user]));
    if (!layers || layers.some(({ add, remove }) => add.has(user) || remove.has(user))) return true;
  }
  return false;
}
