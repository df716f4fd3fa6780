import type { Item, Update } from '../dynamodb-expression.ts';
import type { ConnectionId } from '../ids.ts';
import { ITEM_VERSION } from '../items.ts';
import { type Key, keys, listing, RUN_TALLY_SHARDS, unfinishedRunKey } from '../keys.ts';
import type { Counts, NewRun, Outstanding, Run, RunDetail, RunResult } from '../runs.ts';

/** Runs, and all that belongs to them, go by TTL. */
const KEPT_SECONDS = 30 * 24 * 3_600;

export interface RunItem extends Omit<Run, 'scope' | 'settings'> {
  readonly scope: string;
  readonly settingsFrom?: number;
  readonly settingsTo?: number;
  readonly leaseHolder?: string;
  readonly leaseUntil?: number;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface OutstandingItem {
  readonly resourceType: 'user' | 'group';
  readonly id: string;
  readonly name: string;
  readonly messageGroup: string;
  readonly sentAt: number;
  readonly attempts: number;
  readonly slices: number;
  readonly cursor?: string;
  readonly counts?: Counts;
  readonly details?: readonly RunDetail[];
}

export interface ResultItem extends Omit<RunResult, 'type'> {
  readonly resourceType: 'user' | 'group';
  readonly expiresAt: number;
}

export function keyOfRun({ connection, id }: Pick<Run, 'connection' | 'id'>): Key {
  return keys.run(connection, id);
}

export function tallyKeys({ connection, id }: Pick<Run, 'connection' | 'id'>): Key[] {
  return Array.from({ length: RUN_TALLY_SHARDS }, (_, shard) => keys.runTally(connection, id, shard));
}

/** Seconds since 1970 at which what belongs to a run may go. */
export function expiryOf({ started }: Pick<Run, 'started'>): number {
  return Math.ceil(Date.parse(started) / 1000) + KEPT_SECONDS;
}

export function runItem(run: NewRun): Item {
  const { scope, settings, ...rest } = run;
  return {
    ...keyOfRun(run),
    ...rest,
    v: ITEM_VERSION,
    type: 'run',
    scope: JSON.stringify(scope),
    ...(settings && { settingsFrom: settings.from, settingsTo: settings.to }),
    state: 'working',
    phase: 'users',
    listed: 0,
    expiresAt: expiryOf(run),
    ...listing.runs(run.connection, run.started, run.id),
    ...unfinishedRunKey(run.connection, run.id),
  };
}

export function toRun(item: RunItem): Run {
  const { id, connection, kind, dryRun, candidate, state, phase, cursor, expected, listed, by, started, finished } = item;
  const { settingsFrom: from, settingsTo: to } = item;
  return {
    id,
    connection,
    kind,
    dryRun,
    scope: JSON.parse(item.scope) as Run['scope'],
    ...(candidate !== undefined && { candidate }),
    ...(from !== undefined && to !== undefined && { settings: { from, to } }),
    state,
    phase,
    ...(cursor !== undefined && { cursor }),
    expected,
    listed,
    by,
    started,
    ...(finished !== undefined && { finished }),
  };
}

export function outstandingKey(run: Pick<Run, 'connection' | 'id'>, { resource }: Pick<Outstanding, 'resource'>): Key {
  return keys.runOutstanding(run.connection, run.id, resource.type, resource.id);
}

export function outstandingItem(run: Run, outstanding: Outstanding): Item {
  const { resource, name, messageGroup, sentAt, attempts, slices } = outstanding;
  return {
    ...outstandingKey(run, outstanding),
    v: ITEM_VERSION,
    type: 'outstanding',
    resourceType: resource.type,
    id: resource.id,
    name,
    messageGroup,
    sentAt,
    attempts,
    slices,
    expiresAt: expiryOf(run),
  };
}

export function toOutstanding(item: OutstandingItem): Outstanding {
  const { resourceType, id, name, messageGroup, sentAt, attempts, slices, cursor, counts = {}, details = [] } = item;
  const resource = { type: resourceType, id } as Outstanding['resource'];
  return { resource, name, messageGroup, sentAt, attempts, slices, ...(cursor !== undefined && { cursor }), counts, details };
}

export function toResult({ resourceType, id, name, counts, details }: ResultItem): RunResult {
  return { type: resourceType, id, name, counts, details };
}

/** Where the runs of a connection are listed. */
export function runsPartition(connection: ConnectionId): string {
  return listing.runs(connection, '', '').listPk;
}

export function addCounts(one: Counts, other: Counts): Counts {
  const sum: Record<string, number> = { ...one };
  for (const [kind, count] of Object.entries(other)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
}

/** What is added to a tally. */
export function tallied(run: Pick<Run, 'started'>, add: Readonly<Record<string, number>>): Update {
  return { set: { v: ITEM_VERSION, type: 'run-tally', expiresAt: expiryOf(run) }, add };
}
