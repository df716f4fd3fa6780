import type { Marked, ResourceItem } from './delivery.ts';
import type { ConnectionId, GroupId, TargetId, UserId } from './ids.ts';
import type { MemberItem } from './items.ts';

/** One marker as the pending index shows it, eventually consistent. */
export interface PendingEntry {
  readonly pk: string;
  readonly sk: string;
  readonly type: 'user' | 'group' | 'member';
  readonly connection: ConnectionId;
  readonly id?: string;
  readonly groupId?: GroupId;
  readonly userId?: UserId;
  readonly revision: number;
  readonly markerToken: string;
  readonly markerSince: string;
  readonly markerAttempts: number;
  readonly correlationId: string;
  readonly messageGroup: string;
  readonly removal: boolean;
  readonly dueAt: Date;
}

export interface PendingMarkers {
  /** A target's markers, removals or the rest, the longest due first in each shard; at most `limit`. */
  of(target: TargetId, removal: boolean, limit: number): Promise<PendingEntry[]>;
  /** Sent once more: due again at `dueAt`, pending since its `markerSince`, and in its group's listing again. False if the marker has changed since. */
  sent(target: TargetId, entry: PendingEntry, dueAt: Date): Promise<boolean>;
  /**
   * A dry run has planned what is marked: until it is sent, `of` and its group's listing no longer have it. Nothing else of the marker
   * changes. False if the marker is another one by now.
   */
  planned(item: ResourceItem | MemberItem): Promise<boolean>;
  /** What dry runs of a connection have planned, removals first in each shard; at most `limit`. */
  ofDryRun(connection: ConnectionId, limit: number): Promise<PendingEntry[]>;
  /** Tombstones whose account is done and that may be purged now; each comes back at `nextAt` unless it is gone by then. */
  toPurge(target: TargetId, now: Date, nextAt: Date, limit: number): Promise<Marked[]>;
  /** A group's pending memberships, removals or the rest. */
  ofGroup(connection: ConnectionId, group: GroupId, removal: boolean): AsyncIterable<UserId>;
}
