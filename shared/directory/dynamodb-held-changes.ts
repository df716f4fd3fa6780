import { atOnce } from './at-once.ts';
import type { BrakeStates, HeldAs, HeldChange, HeldChanges } from './brake.ts';
import { markerAsRead } from './delivery/as-read.ts';
import { written } from './delivery/resource-keys.ts';
import type { Marked } from './delivery.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';
import { type GroupItem, type MemberItem, SMALL_CHANGE_MEMBERS, type UserItem } from './items.ts';
import { heldKey, heldPartition, indexes, type Key, keys, listing } from './keys.ts';
import { pendingMarker } from './marker.ts';
import { markedResource, messageGroupFor } from './target-name.ts';

type HeldItem = UserItem | GroupItem | MemberItem;

const PAGE = 100;
const COUNT_BOUND = 10_000;
/** Writes of one page under way together. */
const AT_ONCE = 8;
/** What is released is sent at once: the sweep need not send it too. */
const SWEEP_AFTER_MS = 120_000;

/** What the brake holds, found through the connection's own partitions of the pending index and decided on the items themselves. */
export function dynamoDbHeldChanges(table: DynamoDbTable, brake: Pick<BrakeStates, 'permit'>, now: () => Date): HeldChanges {
  /** As they are now, strongly consistent: those that are no longer so marked are left out. */
  const still = async (as: HeldAs, wanted: readonly Key[]): Promise<HeldItem[]> =>
    (await table.batchGet<HeldItem>(wanted)).filter(({ marker }) => marker === as);

  return {
    async *pages(connection, as) {
      let after: Readonly<Record<string, string>> | undefined;
      do {
        const page = await table.query<Key & { pendingSk: string }>({
          pk: heldPartition(connection, as),
          index: indexes.pending,
          limit: PAGE,
          ...(after && { after }),
        });
        const items = await still(as, page.items);
        if (items.length > 0) yield (await described(table, items)).sort((a, b) => (a.since < b.since ? -1 : 1));
        after = page.next;
      } while (after);
    },

    async count(connection, as) {
      let count = 0;
      for await (const _ of table.queryAll<Key>({ pk: heldPartition(connection, as), index: indexes.pending, attributes: ['pk'] })) {
        if (count >= COUNT_BOUND) return { count, more: true };
        count += 1;
      }
      return { count, more: false };
    },

    async release(connection, as, changes, correlationId) {
      const items = await still(
        as,
        changes.map((change) => keyOfHeld(connection, change)),
      );
      // Permitted before they are sent: a worker that asks in between would count them.
      await brake.permit(
        connection,
        items.flatMap((item) => userOf(item) ?? []),
      );
      const groups = await groupsOf(table, items);
      const released = await atOnce(AT_ONCE, items, async (item) => {
        const at = now();
        const group = item.type === 'member' ? groups.get(item.groupId) : undefined;
        const resource = item.type === 'member' ? group : item;
        const { set } = pendingMarker({
          target: item.target,
          key: item,
          removal: true,
          now: at,
          dueAt: new Date(at.getTime() + SWEEP_AFTER_MS),
          correlationId: item.correlationId ?? correlationId,
          messageGroup: resource ? messageGroupFor(resource) : (item.messageGroup ?? ''),
        });
        const inGroup = item.type === 'member' ? listing.groupPending(item.connection, item.groupId, item.userId, true) : {};
        return (await written(table.update(item, { set: { ...set, ...inGroup } }, markerAsRead(item)))) ? item : undefined;
      });
      return messagesOf(
        released.flatMap((item) => item ?? []),
        groups,
        correlationId,
      );
    },

    async reject(connection, changes) {
      const items = await still(
        'held',
        changes.map((change) => keyOfHeld(connection, change)),
      );
      const rejected = await atOnce(AT_ONCE, items, (item) => {
        const set = { marker: 'rejected', ...heldKey(connection, 'rejected', item, now().toISOString()) };
        return written(table.update(item, { set }, markerAsRead(item)));
      });
      return rejected.filter((isWritten) => isWritten).length;
    },
  };
}

function keyOfHeld(connection: ConnectionId, { type, id, member }: HeldChange): Key {
  if (type === 'membership' && member) return keys.member(connection, id as GroupId, member.id);
  return keys.resource(connection, type === 'user' ? 'user' : 'group', id);
}

function userOf(item: HeldItem): UserId | undefined {
  if (item.type === 'user') return item.id;
  return item.type === 'member' ? item.userId : undefined;
}

async function groupsOf(table: DynamoDbTable, items: readonly HeldItem[]): Promise<ReadonlyMap<GroupId, GroupItem>> {
  const wanted = new Map(
    items.flatMap((item) => (item.type === 'member' ? [[item.groupId, keys.group(item.connection, item.groupId)]] : [])),
  );
  const groups = await table.batchGet<GroupItem>([...wanted.values()]);
  return new Map(groups.map((group) => [group.id, group]));
}

/** With the names that people know. */
async function described(table: DynamoDbTable, items: readonly HeldItem[]): Promise<HeldChange[]> {
  const groups = await groupsOf(table, items);
  const members = items.filter((item) => item.type === 'member');
  const wanted = new Map(members.map(({ connection, userId }) => [userId, keys.user(connection, userId)]));
  const found = await table.batchGet<Pick<UserItem, 'id' | 'userName'>>([...wanted.values()], ['id', 'userName']);
  const users = new Map(found.map(({ id, userName }) => [id, userName]));
  return items.map((item) => {
    const since = item.pendingSk?.split('#')[0] ?? '';
    if (item.type === 'user') {
      const what = item.state === 'tombstone' ? 'deleted' : item.active ? 'no longer provisioned' : 'deactivated';
      return { type: 'user', id: item.id, name: item.userName, what, since };
    }
    if (item.type === 'group') {
      const what = item.state === 'tombstone' ? 'deleted' : `no longer ${(item.retiring ?? []).join(', ')}`;
      return { type: 'group', id: item.id, name: item.displayName, what, since };
    }
    const name = groups.get(item.groupId)?.displayName;
    const userName = users.get(item.userId);
    const member = { id: item.userId, ...(userName !== undefined && { name: userName }) };
    return { type: 'membership', id: item.groupId, ...(name !== undefined && { name }), member, what: 'removed from the group', since };
  });
}

/** One message for a user or group, and for up to 48 members of a group. */
function messagesOf(items: readonly HeldItem[], groups: ReadonlyMap<GroupId, GroupItem>, correlationId: string): Marked[] {
  const marked: Marked[] = [];
  const members = new Map<GroupId, UserId[]>();
  for (const item of items) {
    if (item.type === 'member') members.set(item.groupId, [...(members.get(item.groupId) ?? []), item.userId]);
    else marked.push(markedResource(item, correlationId));
  }
  for (const [id, users] of members) {
    const group = groups.get(id);
    if (!group) continue;
    for (let from = 0; from < users.length; from += SMALL_CHANGE_MEMBERS)
      marked.push({ ...markedResource(group, correlationId), members: users.slice(from, from + SMALL_CHANGE_MEMBERS) });
  }
  return marked;
}
