import type { Write } from './dynamodb-expression.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { COUNT_SHARDS, type Key, keys } from './keys.ts';

export type ResourceType = 'User' | 'Group';

/** One more or one less, in the transaction that creates or deletes the resource. Its id names the shard, so each shard is exact. */
export function changeCount(c: ConnectionId, type: ResourceType, id: string, by: 1 | -1): Write {
  const shard = Number.parseInt(id.slice(-4), 16) % COUNT_SHARDS;
  return { update: keys.count(c, type, shard), change: { set: { v: ITEM_VERSION, type: 'count' }, add: { n: by } } };
}

export function countKeys(c: ConnectionId, type: ResourceType): Key[] {
  return Array.from({ length: COUNT_SHARDS }, (_, shard) => keys.count(c, type, shard));
}

/** The exact number of live resources: one strongly consistent request. */
export async function readCount(table: DynamoDbTable, c: ConnectionId, type: ResourceType): Promise<number> {
  const shards = await table.batchGet<{ n?: number }>(countKeys(c, type));
  return shards.reduce((sum, { n = 0 }) => sum + n, 0);
}
