import type { LayerDelivery } from '../delivery.ts';
import type { Write } from '../dynamodb-expression.ts';
import { ConditionFailed, type DynamoDbTable } from '../dynamodb-table.ts';
import type { GroupId, UserId } from '../ids.ts';
import { type GroupItem, ITEM_VERSION, type LayerChunkItem, type MemberItem } from '../items.ts';
import { type Key, keys } from '../keys.ts';
import type { Layer } from '../members/membership-word.ts';
import { readLayers } from '../members/read-layers.ts';
import { headerAsRead, markerAsRead } from './as-read.ts';
import { type MarkTimes, pendingMember, written } from './resource-keys.ts';

const HOUR_MS = 3_600_000;
const DELETES = 25;
const ATTEMPTS = 8;

/** Large changes as the group's worker expands them: DELIVERY §3.5. */
export function layerDelivery(table: DynamoDbTable, times: MarkTimes): LayerDelivery {
  const headerOf = (group: GroupItem) => table.get<GroupItem>(keys.group(group.connection, group.id));

  const deleteAll = async (doomed: readonly Key[]) => {
    for (let from = 0; from < doomed.length; from += DELETES)
      await table.transact(doomed.slice(from, from + DELETES).map((key) => ({ delete: key })));
  };

  return {
    contents: (group, about) => readLayers(table, group, about),

    async expand(group, layer, members, wanted) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const header = await headerOf(group);
        // "write item and pointer if ... the header still lists L"
        if (header?.state !== 'live' || !header.layers.some(({ id }) => id === layer.id)) return undefined;
        const found = await table.batchGet<MemberItem>(members.map((user) => keys.member(group.connection, group.id, user)));
        const items = new Map(found.map((item) => [item.userId, item]));
        const writes: Write[] = [];
        const changed: UserId[] = [];
        for (const user of members) {
          const item = items.get(user);
          // "An absent word for an absent item is not written."
          if (item ? item.revision >= layer.revision || item.wanted === wanted : wanted === 'absent') continue;
          writes.push(...expanded(times, header, layer, user, item, wanted));
          changed.push(user);
        }
        if (writes.length === 0) return [];
        try {
          await table.transact([...writes, { check: keys.group(group.connection, group.id), condition: headerAsRead(header) }]);
          return changed;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
        }
      }
      return undefined;
    },

    async drop(group, layer) {
      const header = await headerOf(group);
      if (header?.state !== 'live' || !header.layers.some(({ id }) => id === layer.id)) return false;
      const layers = header.layers.filter(({ id }) => id !== layer.id);
      const key = keys.group(group.connection, group.id);
      const expanding = keys.expanding(group.connection, group.id);
      const dropped = await written(
        table.transact([
          { update: key, change: { set: { layers }, add: { guard: 1 } }, condition: headerAsRead(header) },
          layers.length === 0 ? { delete: expanding } : { update: expanding, change: { remove: ['cursor'] } },
        ]),
      );
      if (dropped) await deleteAll(chunkKeys(header, layer));
      return dropped;
    },

    async cursor(group) {
      return (await table.get<{ cursor?: string }>(keys.expanding(group.connection, group.id), ['cursor']))?.cursor;
    },

    async saveCursor(group, cursor) {
      const exists = { expression: 'attribute_exists(#pk)' };
      await written(table.update(keys.expanding(group.connection, group.id), { set: { cursor } }, exists));
    },

    async tidy(group, proceed) {
      const before = new Date(times.now().getTime() - HOUR_MS).toISOString();
      const header = await headerOf(group);
      if (!header || !proceed()) return;
      const listed = new Set(header.layers.map(({ id }) => id));
      await deleteAll(await orphanChunks(table, header, (layer, created) => !listed.has(layer) && created < before));
      if (header.layers.length > 0 || header.state !== 'live') return;
      const { pk } = keys.group(group.connection, group.id);
      for await (const member of table.queryAll<MemberItem>({ pk, beginsWith: 'MEMBER#' })) {
        if (!proceed()) return;
        if (member.wanted === 'present' || member.marker !== undefined) continue;
        await written(
          table.transact([
            { delete: keys.member(member.connection, member.groupId, member.userId), condition: markerAsRead(member) },
            { delete: keys.memberOf(member.connection, member.userId, member.groupId) },
            { check: keys.group(group.connection, group.id), condition: headerAsRead(header) },
          ]),
        );
      }
    },
  };
}

/** The keys of a group's chunks that `doomed` names by layer and time of writing. */
export async function orphanChunks(
  table: DynamoDbTable,
  group: { connection: GroupItem['connection']; id: GroupId },
  doomed: (layer: string, created: string) => boolean,
): Promise<Key[]> {
  const { pk } = keys.group(group.connection, group.id);
  const found: Key[] = [];
  const attributes = ['pk', 'sk', 'created'];
  for await (const chunk of table.queryAll<Pick<LayerChunkItem, 'pk' | 'sk' | 'created'>>({ pk, beginsWith: 'LAYER#', attributes }))
    if (doomed(chunk.sk.split('#')[1] ?? '', chunk.created)) found.push({ pk: chunk.pk, sk: chunk.sk });
  return found;
}

function chunkKeys(group: GroupItem, { id, chunks }: Layer): Key[] {
  return Array.from({ length: chunks }, (_, i) => keys.layerChunk(group.connection, group.id, id, i));
}

/** One member's item with the layer's word, and its pointer where it is new. */
function expanded(
  times: MarkTimes,
  group: GroupItem,
  layer: Layer,
  userId: UserId,
  item: MemberItem | undefined,
  wanted: 'present' | 'absent',
): Write[] {
  const { connection, target, id: groupId } = group;
  const correlationId = group.correlationId ?? `layer-${layer.id}`;
  const word = { wanted, revision: layer.revision };
  const key = keys.member(connection, groupId, userId);
  const marker = pendingMember(times, item ?? { connection, target, groupId, userId }, group, wanted, correlationId);
  if (item) return [{ update: key, change: { set: { ...marker, ...word } }, condition: markerAsRead(item) }];
  const none = { expression: 'attribute_not_exists(#pk)' };
  return [
    { put: { ...key, v: ITEM_VERSION, type: 'member', connection, target, groupId, userId, ...word, ...marker }, condition: none },
    { put: { ...keys.memberOf(connection, userId, groupId), v: ITEM_VERSION, type: 'memberOf', groupId } },
  ];
}
