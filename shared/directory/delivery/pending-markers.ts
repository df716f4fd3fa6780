import type { Marked } from '../delivery.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import {
  GROUP_PENDING_SHARDS,
  groupPendingPartition,
  indexes,
  listing,
  pendingKey,
  pendingPartitions,
  plannedPartitions,
  plannedPk,
  purgeKey,
  purgePartition,
  urgency,
} from '../keys.ts';
import type { PendingEntry, PendingMarkers } from '../pending-markers.ts';
import { written } from './resource-keys.ts';

type IndexedMarker = Omit<PendingEntry, 'removal' | 'dueAt'> & { readonly pendingSk: string };

/** The pending index and a group's listing of pending memberships: eventually consistent, so every entry is only a hint. */
export function pendingMarkers(table: DynamoDbTable): PendingMarkers {
  return {
    of: (target, removal, limit) => markersOf(table, pendingPartitions(target), limit, urgency(removal)),

    ofDryRun: (connection, limit) => markersOf(table, plannedPartitions(connection), limit),

    planned({ type, pk, sk, connection, markerToken }) {
      const asRead = {
        expression: '#marker = :pending AND #markerToken = :token',
        values: { ':pending': 'pending', ':token': markerToken },
      };
      const set = { pendingPk: plannedPk(connection, { pk, sk }) };
      // Headers are in the listing index too, in the list of groups: only a membership is there because it is pending.
      const remove = type === 'member' ? ['listPk', 'listSk'] : [];
      return written(table.update({ pk, sk }, { set, remove }, asRead));
    },

    sent(target, { pk, sk, removal, markerToken, markerAttempts, markerSince, connection, groupId, userId }, dueAt) {
      const isMember = groupId !== undefined && userId !== undefined;
      const set = {
        markerAttempts: markerAttempts + 1,
        markerSince,
        ...pendingKey(target, { pk, sk }, removal, dueAt.toISOString()),
        ...(isMember && listing.groupPending(connection, groupId, userId, removal)),
      };
      const unchanged = {
        expression: '#marker = :pending AND #markerToken = :token AND #markerAttempts = :attempts',
        values: { ':pending': 'pending', ':token': markerToken, ':attempts': markerAttempts },
      };
      return written(table.update({ pk, sk }, { set }, unchanged));
    },

    async toPurge(target, now, nextAt, limit) {
      const between = ['0', `${now.toISOString()}~`] as const;
      const page = await table.query<IndexedMarker>({ pk: purgePartition(target), index: indexes.pending, between, limit });
      const marked: Marked[] = [];
      for (const { pk, sk, pendingSk, connection, id, correlationId, messageGroup } of page.items) {
        const unchanged = { expression: '#pendingSk = :read', values: { ':read': pendingSk } };
        const set = purgeKey(target, { pk, sk }, nextAt);
        if (!(await written(table.update({ pk, sk }, { set }, unchanged)))) continue;
        marked.push({ messageGroup, connection, resource: { type: 'user', id: id as UserId }, correlationId });
      }
      return marked;
    },

    async *ofGroup(connection, group, removal) {
      const prefix = urgency(removal);
      for (let shard = 0; shard < GROUP_PENDING_SHARDS; shard++) {
        const pk = groupPendingPartition(connection, group, shard);
        for await (const { listSk } of table.queryAll<{ listSk: string }>({ pk, index: indexes.listing, beginsWith: prefix }))
          yield listSk.slice(prefix.length) as UserId;
      }
    },
  };
}

async function markersOf(table: DynamoDbTable, partitions: readonly string[], limit: number, beginsWith?: string): Promise<PendingEntry[]> {
  const share = Math.max(1, Math.ceil(limit / partitions.length));
  const shards = await Promise.all(partitions.map((pk) => markersOfShard(table, pk, share, beginsWith)));
  return shards.flat().slice(0, limit);
}

async function markersOfShard(table: DynamoDbTable, pk: string, limit: number, beginsWith?: string): Promise<PendingEntry[]> {
  const entries: PendingEntry[] = [];
  const which = beginsWith === undefined ? {} : { beginsWith };
  for await (const item of table.queryAll<IndexedMarker>({ pk, index: indexes.pending, limit, ...which })) {
    const [, dueAt = ''] = item.pendingSk.split('#');
    entries.push({ ...item, removal: item.pendingSk.startsWith(urgency(true)), dueAt: new Date(dueAt) });
    if (entries.length >= limit) break;
  }
  return entries;
}
