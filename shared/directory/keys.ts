import { createHash } from 'node:crypto';
import { foldCase } from '../scim/attributes/fold-case.ts';
import type { ConnectionId, GroupId, TargetId, UserId } from './ids.ts';

/**
 * The only description of the key design (docs/architecture.md explains it). `c` is the connection, `t` the target.
 * A key part that comes from a client is length-bounded by `part`, since a partition key holds at most 2,048 bytes.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** A client's value as a part of a key: as it is when short, else its digest. */
function part(value: string): string {
  return Buffer.byteLength(value) <= 512 ? value : `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

export const SETTINGS_PREFIX = 'SETTINGS#';

export const keys = {
  connection: (c: ConnectionId): Key => ({ pk: `CONNECTION#${c}`, sk: 'CONNECTION' }),
  /** Padded, so that they sort by number. */
  settings: (c: ConnectionId, number: number): Key => ({
    pk: `CONNECTION#${c}`,
    sk: `${SETTINGS_PREFIX}${String(number).padStart(9, '0')}`,
  }),
  token: (digest: string): Key => ({ pk: `TOKEN#${digest}`, sk: 'TOKEN' }),

  user: (c: ConnectionId, id: UserId): Key => ({ pk: `${c}#USER#${id}`, sk: 'USER' }),
  group: (c: ConnectionId, id: GroupId): Key => ({ pk: `${c}#GROUP#${id}`, sk: 'GROUP' }),
  /** A user or group, where the type is known at run time only. */
  resource: (c: ConnectionId, type: 'user' | 'group', id: UserId | GroupId): Key =>
    type === 'user' ? keys.user(c, id as UserId) : keys.group(c, id as GroupId),
  layerChunk: (c: ConnectionId, id: GroupId, layer: string, chunk: number): Key => ({
    pk: `${c}#GROUP#${id}`,
    sk: `LAYER#${layer}#${String(chunk).padStart(4, '0')}`,
  }),
  member: (c: ConnectionId, group: GroupId, user: UserId): Key => ({ pk: `${c}#GROUP#${group}`, sk: `MEMBER#${user}` }),
  memberOf: (c: ConnectionId, user: UserId, group: GroupId): Key => ({ pk: `${c}#USER#${user}`, sk: `MEMBEROF#${group}` }),
  expanding: (c: ConnectionId, group: GroupId): Key => ({ pk: `${c}#EXPANDING`, sk: group }),
  userTombstone: (c: ConnectionId, user: UserId): Key => ({ pk: `${c}#USERTOMB`, sk: user }),

  userNameClaim: (c: ConnectionId, userName: string): Key => ({ pk: `${c}#USERNAME#${part(foldCase(userName))}`, sk: 'CLAIM' }),
  groupNameClaim: (c: ConnectionId, displayName: string): Key => ({ pk: `${c}#GROUPNAME#${part(foldCase(displayName))}`, sk: 'CLAIM' }),
  externalId: (c: ConnectionId, value: string, type: 'User' | 'Group', id: string): Key => ({
    pk: `${c}#EXTERNALID#${part(value)}`,
    sk: `${type}#${id}`,
  }),
  email: (c: ConnectionId, value: string, id: UserId): Key => ({ pk: `${c}#EMAIL#${part(foldCase(value))}`, sk: `User#${id}` }),

  accountOwner: (t: TargetId, name: string): Key => ({ pk: `TARGET#${t}#ACCOUNT#${part(name)}`, sk: 'OWNER' }),
  accountKey: (t: TargetId, name: string): Key => ({ pk: `TARGET#${t}#ACCOUNT#${part(name)}`, sk: 'KEY' }),
  accountName: (t: TargetId, key: string): Key => ({ pk: `TARGET#${t}#KEY#${part(key)}`, sk: 'NAME' }),
  groupOwner: (t: TargetId, name: string): Key => ({ pk: `TARGET#${t}#GROUP#${part(name)}`, sk: 'OWNER' }),
  targetState: (t: TargetId): Key => ({ pk: `TARGET#${t}`, sk: 'STATE' }),
  /** When the next call to the target may be made, where its rate is set, and who may call, where that is. */
  targetTurns: (t: TargetId): Key => ({ pk: `TARGET#${t}`, sk: 'TURNS' }),
  targetSlots: (t: TargetId): Key => ({ pk: `TARGET#${t}`, sk: 'SLOTS' }),

  run: (c: ConnectionId, run: string): Key => ({ pk: `${c}#RUN#${run}`, sk: 'RUN' }),
  /** A resource of a run that the worker has not done yet, in place of which comes the result. */
  runOutstanding: (c: ConnectionId, run: string, type: 'user' | 'group', id: string): Key => ({
    pk: `${c}#RUN#${run}`,
    sk: `OUTSTANDING#${type}#${id}`,
  }),
  runResult: (c: ConnectionId, run: string, type: 'user' | 'group', id: string): Key => ({
    pk: `${c}#RUN#${run}`,
    sk: `RESULT#${type}#${id}`,
  }),
  runTally: (c: ConnectionId, run: string, shard: number): Key => ({ pk: `${c}#RUN#${run}`, sk: `TALLY#${shard}` }),

  /** Whether a connection's brake is on, and how many accounts it has counted in each minute of the last hour. */
  brake: (c: ConnectionId): Key => ({ pk: `${c}#BRAKE`, sk: 'STATE' }),
  /** An account that may lose access, since it was counted or permitted. */
  brakeAccount: (c: ConnectionId, user: UserId): Key => ({ pk: `${c}#BRAKE`, sk: `ACCOUNT#${user}` }),
  seats: (t: TargetId): Key => ({ pk: `TARGET#${t}#SEATS`, sk: 'STATE' }),
  seatHolder: (t: TargetId, account: string): Key => ({ pk: `TARGET#${t}#SEATS`, sk: `ACCOUNT#${part(account)}` }),

  cursor: (c: ConnectionId, cursor: string): Key => ({ pk: `${c}#CURSOR#${cursor}`, sk: 'CURSOR' }),
  requestRate: (c: ConnectionId, window: number): Key => ({ pk: `${c}#RATE#${window}`, sk: 'RATE' }),

  count: (c: ConnectionId, type: 'User' | 'Group', shard: number): Key => ({ pk: `${c}#COUNT#${type}#${shard}`, sk: 'COUNT' }),
  /** `startIndex` is padded so that the nearest bookmark at or below a page is one backward query. */
  bookmark: (c: ConnectionId, query: string, startIndex: number): Key => ({
    pk: `${c}#PAGE#${query}`,
    sk: String(startIndex).padStart(12, '0'),
  }),
} as const;

/** The indexes. Both are sparse: an item is in one while it carries that index's two attributes. */
export const indexes = {
  /** Stable order of lists, and a group's pending memberships. Keys only. */
  listing: { name: 'listing', pk: 'listPk', sk: 'listSk' },
  /** What the sweep may send. Projects the marker. */
  pending: { name: 'pending', pk: 'pendingPk', sk: 'pendingSk' },
} as const;

export const COUNT_SHARDS = 8;
const PENDING_SHARDS = 8;
export const GROUP_PENDING_SHARDS = 4;
const PLANNED_SHARDS = 4;
export const RUN_TALLY_SHARDS = 8;

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

function shardOf(text: string, shards: number): number {
  return hashOf(text) % shards;
}

/**
 * Which of a layer's chunks an id is in, if the layer names it. The layer's own id is part of the hash: no client knows it in
 * advance, so nobody can choose ids that fill one chunk. Low bits of FNV-1a come from low bits alone, and ids that have those in
 * common meet in one of 16 chunks whatever the layer: the high bits are mixed in.
 */
export function layerChunkOf(layer: string, user: UserId, chunks: number): number {
  const hash = hashOf(`${layer}#${user}`);
  return (Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 13) % chunks;
}

export const listing = {
  resources: (c: ConnectionId, type: 'User' | 'Group', created: string, id: string) => ({
    listPk: `${c}#LIST#${type}`,
    listSk: `${created}#${id}`,
  }),
  connections: (created: string, c: ConnectionId) => ({ listPk: 'CONNECTIONS', listSk: `${created}#${c}` }),
  tokens: (c: ConnectionId, created: string, digest: string) => ({ listPk: `${c}#TOKENS`, listSk: `${created}#${digest}` }),
  runs: (c: ConnectionId, started: string, run: string) => ({ listPk: `${c}#RUNS`, listSk: `${started}#${run}` }),
  /** A group's pending memberships, removals first. */
  groupPending: (c: ConnectionId, group: GroupId, user: UserId, removal: boolean) => ({
    listPk: groupPendingPartition(c, group, shardOf(user, GROUP_PENDING_SHARDS)),
    listSk: `${urgency(removal)}${user}`,
  }),
} as const;

/**
 * A marker in the `pending` index: one partition a target and shard, so that a paused target costs the sweep nothing;
 * removals before the rest, then by the time from which the sweep may send it.
 */
export function pendingKey(t: TargetId, resourceKey: Key, removal: boolean, dueAt: string): { pendingPk: string; pendingSk: string } {
  const shard = shardOf(`${resourceKey.pk}${resourceKey.sk}`, PENDING_SHARDS);
  return { pendingPk: `${t}#PENDING#${shard}`, pendingSk: `${urgency(removal)}${dueAt}#${resourceKey.pk}#${resourceKey.sk}` };
}

/**
 * A parked resource stays in the `pending` index, in a partition of its own that the sweep never reads: `parked list` finds it.
 * Set together with the parked attributes, in place of the pending key; removed with them.
 */
export function parkedKey(t: TargetId, resourceKey: Key, parkedAt: string): { pendingPk: string; pendingSk: string } {
  return { pendingPk: parkedPartition(t), pendingSk: `${parkedAt}#${resourceKey.pk}#${resourceKey.sk}` };
}

/** What the sort key of pending work begins with: removals sort before the rest. */
export function urgency(removal: boolean): string {
  return removal ? '0#' : '1#';
}

/** One shard of a group's pending memberships, 0 to GROUP_PENDING_SHARDS - 1. */
export function groupPendingPartition(c: ConnectionId, group: GroupId, shard: number): string {
  return `${c}#GROUP#${group}#PENDING#${shard}`;
}

/** The shards of a target's pending markers. */
export function pendingPartitions(t: TargetId): readonly string[] {
  return Array.from({ length: PENDING_SHARDS }, (_, shard) => `${t}#PENDING#${shard}`);
}

/** Runs of Synchronize that have not ended, of all connections, in a partition of the `pending` index that the sweep never reads. */
export function unfinishedRunKey(c: ConnectionId, run: string): { pendingPk: string; pendingSk: string } {
  return { pendingPk: 'RUNS', pendingSk: `${c}#${run}` };
}

/** Which of a run's tallies a resource is counted in: so many workers count at once without waiting for each other. */
export function runTallyShardOf(id: string): number {
  return shardOf(id, RUN_TALLY_SHARDS);
}

/** The shards of what dry runs of a connection have planned: not the sweep's until the connection applies. */
export function plannedPartitions(c: ConnectionId): readonly string[] {
  return Array.from({ length: PLANNED_SHARDS }, (_, shard) => `${c}#PLANNED#${shard}`);
}

export function isPlannedPartition(c: ConnectionId, partition: string | undefined): boolean {
  return partition?.startsWith(`${c}#PLANNED#`) === true;
}

/** A planned user's, group's or membership's place there; its sort key stays that of the pending work. */
export function plannedPk(c: ConnectionId, planned: Key): string {
  return `${c}#PLANNED#${shardOf(`${planned.pk}${planned.sk}`, PLANNED_SHARDS)}`;
}

/** What the brake holds of a connection, or what an administrator has rejected, oldest first. */
export function heldPartition(c: ConnectionId, marker: 'held' | 'rejected'): string {
  return `${c}#${marker.toUpperCase()}`;
}

/** A user's, group's or membership's place there, in place of the pending key. */
export function heldKey(c: ConnectionId, marker: 'held' | 'rejected', held: Key, heldAt: string): { pendingPk: string; pendingSk: string } {
  return { pendingPk: heldPartition(c, marker), pendingSk: `${heldAt}#${held.pk}#${held.sk}` };
}

/** Tombstones whose account is done, by the time from which the sweep may have them purged: not pending, so not counted as such. */
export function purgePartition(t: TargetId): string {
  return `${t}#PURGE`;
}

/** A deleted user's place there. */
export function purgeKey(t: TargetId, tombstone: Key, purgeAt: Date): { pendingPk: string; pendingSk: string } {
  return { pendingPk: purgePartition(t), pendingSk: `${purgeAt.toISOString()}#${tombstone.pk}#${tombstone.sk}` };
}

/** A target's parked resources, oldest first. */
export function parkedPartition(t: TargetId): string {
  return `${t}#PARKED`;
}
