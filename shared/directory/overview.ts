import type { ConnectionId, GroupId, TargetId, UserId } from './ids.ts';

/** What an administrator sees of the work: how much is pending, what is parked and why, whether a target is paused. */
export interface PendingSummary {
  /** Counted up to a bound; `more` says that there are more. */
  readonly pending: number;
  readonly more: boolean;
  readonly removals: number;
  /** When the oldest marker was set, ISO 8601. */
  readonly oldestSince?: string;
}

export interface ParkedChange {
  readonly connection: ConnectionId;
  readonly type: 'user' | 'group';
  readonly id: UserId | GroupId;
  /** userName or displayName. */
  readonly name: string;
  readonly revision: number;
  readonly code: string;
  readonly reason: string;
  readonly since: string;
  readonly messageGroup: string;
}

/** A live group as the identity provider sent it, and where it stands. */
export interface GroupSummary {
  readonly id: GroupId;
  readonly displayName: string;
  /** Counted up to a bound; `moreMembers` says that there are more. */
  readonly members: number;
  readonly moreMembers: boolean;
  /** The groups of the target that it is; none before it is there. */
  readonly bound: readonly string[];
  readonly isPending: boolean;
  readonly parked?: { readonly code: string; readonly reason: string };
}

export interface Overview {
  /** The live groups of a connection, in order of creation. */
  groups(connection: ConnectionId): AsyncIterable<GroupSummary>;
  pending(target: TargetId): Promise<PendingSummary>;
  /** What dry runs of the connection have planned and keep back. */
  planned(connection: ConnectionId): Promise<PendingSummary>;
  /** Oldest first. */
  parked(target: TargetId): AsyncIterable<ParkedChange>;
  /**
   * Parked becomes pending again, on the condition that it is still parked at that revision.
   * @returns false when it was no longer parked
   */
  retry(target: TargetId, parked: ParkedChange, correlationId: string, now: Date): Promise<boolean>;
}
