import type { Connection } from '../../../shared/directory/connection.ts';
import type { DynamoDbTable } from '../../../shared/directory/dynamodb-table.ts';
import type { GroupId, UserId } from '../../../shared/directory/ids.ts';
import type { GroupItem, MemberItem } from '../../../shared/directory/items.ts';
import { keys } from '../../../shared/directory/keys.ts';
import { readLayers } from '../../../shared/directory/members/read-layers.ts';

/**
 * What the worker does with the oldest layer of a group (DELIVERY §3.5), reduced to what a reader can see of it: items and pointers
 * in small steps, then the layer from the header, then its chunks. False if there was none.
 */
export async function expandOldestLayer(table: DynamoDbTable, { id: c }: Connection, group: GroupId): Promise<boolean> {
  const header = await table.get<GroupItem>(keys.group(c, group));
  const layer = header && (await readLayers(table, header))?.[0];
  if (!header || !layer) return false;
  const items = new Map<UserId, MemberItem>();
  for await (const item of table.queryAll<MemberItem>({ pk: header.pk, beginsWith: 'MEMBER#' })) items.set(item.userId, item);
  const everybody = new Set([...layer.add, ...layer.remove, ...(layer.replaces ? items.keys() : [])]);
  const listed = { expression: '#guard = :guard', values: { ':guard': header.guard } };
  const writes = [...everybody].flatMap((userId) => {
    const item = items.get(userId);
    const wanted = layer.add.has(userId) ? 'present' : 'absent';
    if (item ? item.revision >= layer.revision || item.wanted === wanted : wanted === 'absent') return [];
    const set = { v: 1, type: 'member', connection: c, groupId: group, userId, wanted, revision: layer.revision };
    return [{ update: keys.member(c, group, userId), change: { set } }, { put: { ...keys.memberOf(c, userId, group), groupId: group } }];
  });
  for (let from = 0; from < writes.length; from += 96) {
    await table.transact([{ check: keys.group(c, group), condition: listed }, ...writes.slice(from, from + 96)]);
  }
  const rest = header.layers.slice(1);
  await table.transact([
    { update: keys.group(c, group), change: { set: { layers: rest, guard: header.guard + 1 } }, condition: listed },
    ...(rest.length === 0 ? [{ delete: keys.expanding(c, group) }] : []),
  ]);
  const chunks = Array.from({ length: layer.chunks }, (_, i) => ({ delete: keys.layerChunk(c, group, layer.id, i) }));
  for (let from = 0; from < chunks.length; from += 100) await table.transact(chunks.slice(from, from + 100));
  return true;
}
