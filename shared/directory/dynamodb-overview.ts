import { ConditionFailed, type DynamoDbTable } from './dynamodb-table.ts';
import { groupSummaries } from './group-summaries.ts';
import type { GroupItem, MarkerAttributes, UserItem } from './items.ts';
import { indexes, keys, parkedPartition, pendingPartitions, plannedPartitions } from './keys.ts';
import { clearedParked, pendingMarker } from './marker.ts';
import type { Overview, ParkedChange, PendingSummary } from './overview.ts';
import { isRemoval, messageGroupFor } from './target-name.ts';

/** Pending markers are counted up to this many a shard: enough to tell "some" from "very many". */
const COUNT_BOUND = 2_000;
const PAGE = 100;

/** The administrator's view of the table: index reads, eventually consistent, except what `retry` changes. */
export function dynamoDbOverview(table: DynamoDbTable): Overview {
  return {
    groups: (connection) => groupSummaries(table, connection),

    pending: (target) => summaryOf(table, pendingPartitions(target)),

    planned: (connection) => summaryOf(table, plannedPartitions(connection)),

    async *parked(target) {
      let after: Readonly<Record<string, string>> | undefined;
      do {
        const page = await table.query<{ pk: string; sk: string }>({
          pk: parkedPartition(target),
          index: indexes.pending,
          limit: PAGE,
          ...(after && { after }),
        });
        const items = await table.batchGet<UserItem | GroupItem>(page.items);
        const parked = items.flatMap((item) => toParkedChange(item) ?? []);
        yield* parked.sort((a, b) => (a.since < b.since ? -1 : 1));
        after = page.next;
      } while (after);
    },

    async retry(target, parked, correlationId, now) {
      const key = keys.resource(parked.connection, parked.type, parked.id);
      const item = await table.get<UserItem | GroupItem>(key);
      if (item?.parkedCode === undefined) return false;
      const { set } = pendingMarker({
        target,
        key,
        removal: isRemoval(item),
        now,
        dueAt: now,
        correlationId,
        messageGroup: parked.messageGroup,
      });
      try {
        const condition = { expression: '#revision = :read AND attribute_exists(#parkedCode)', values: { ':read': item.revision } };
        await table.transact([{ update: key, change: { set, remove: clearedParked }, condition }]);
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },
  };
}

async function summaryOf(table: DynamoDbTable, partitions: readonly string[]): Promise<PendingSummary> {
  const shards = await Promise.all(partitions.map((pk) => summaryOfShard(table, pk)));
  const oldest = shards.flatMap(({ oldestSince }) => (oldestSince === undefined ? [] : [oldestSince])).sort()[0];
  return {
    pending: shards.reduce((sum, { pending }) => sum + pending, 0),
    removals: shards.reduce((sum, { removals }) => sum + removals, 0),
    more: shards.some(({ more }) => more),
    ...(oldest !== undefined && { oldestSince: oldest }),
  };
}

async function summaryOfShard(table: DynamoDbTable, pk: string): Promise<PendingSummary> {
  let pending = 0;
  let removals = 0;
  let oldestSince: string | undefined;
  for await (const item of table.queryAll<MarkerAttributes>({ pk, index: indexes.pending })) {
    if (pending >= COUNT_BOUND) return { pending, removals, more: true, ...(oldestSince !== undefined && { oldestSince }) };
    pending += 1;
    if (item.pendingSk?.startsWith('0#')) removals += 1;
    if (item.markerSince !== undefined && (oldestSince === undefined || item.markerSince < oldestSince)) oldestSince = item.markerSince;
  }
  return { pending, removals, more: false, ...(oldestSince !== undefined && { oldestSince }) };
}

function toParkedChange(item: UserItem | GroupItem): ParkedChange | undefined {
  if (item.parkedCode === undefined) return undefined;
  return {
    connection: item.connection,
    type: item.type,
    id: item.id,
    name: item.type === 'user' ? item.userName : item.displayName,
    revision: item.revision,
    code: item.parkedCode,
    reason: item.parkedReason ?? '',
    since: item.parkedAt ?? item.lastModified,
    messageGroup: messageGroupFor(item),
  };
}
