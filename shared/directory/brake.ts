import type { Marked } from './delivery.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';

/** How many accounts of a connection may lose access within an hour (settings `brake`). */
export interface BrakeRule {
  /** Of the connection's users, 0 to 1; 1 means all. */
  readonly share: number;
  readonly atLeast: number;
}

/** Why the brake is on. */
export interface Engagement {
  /** ISO 8601. */
  readonly since: string;
  /** So many accounts might lose access within an hour, of so many users. */
  readonly limit: number;
  readonly users: number;
  /** The user who would have been the next. */
  readonly user: UserId;
}

export interface BrakeAnswer {
  readonly permitted: boolean;
  /** By this very question: told to one caller only. */
  readonly engaged?: Engagement;
}

export interface BrakeState {
  /** Distinct accounts that have lost access within the last hour, those permitted by an administrator not among them. */
  readonly counted: number;
  /** Absent while the brake is off. Once on it stays on until an administrator decides, however much time passes. */
  readonly engaged?: Engagement;
}

/** The counting side of the mass-deprovisioning brake: exact under concurrency. Every verb may throw DirectoryBusy. */
export interface BrakeStates {
  /**
   * May this account lose access now? Counts it, unless it was counted within the last hour or an administrator has permitted it: the
   * answer then stays yes. One request when the answer is known, two when the account is counted.
   */
  ask(connection: ConnectionId, user: UserId, rule: BrakeRule): Promise<BrakeAnswer>;
  read(connection: ConnectionId): Promise<BrakeState>;
  /** Those of the connections whose brake is on. */
  engaged(connections: readonly ConnectionId[]): Promise<ConnectionId[]>;
  /** An administrator has decided: the brake is off and the hour begins anew. */
  reset(connection: ConnectionId): Promise<void>;
  /** What an administrator releases goes through for a day without being counted, also when Confluence can't be reached for a while. */
  permit(connection: ConnectionId, users: readonly UserId[]): Promise<void>;
}

/** A change that was to take access away: held by the brake, or rejected by an administrator. */
export interface HeldChange {
  readonly type: 'user' | 'group' | 'membership';
  /** Of the user or group; of a membership its group. */
  readonly id: UserId | GroupId;
  /** userName or displayName; of a membership its group's. Absent where the resource is gone. */
  readonly name?: string;
  /** Of a membership. */
  readonly member?: { readonly id: UserId; readonly name?: string };
  /** What it is about: 'deactivated', 'deleted', 'removed from the group'. */
  readonly what: string;
  /** ISO 8601: when it was held, or rejected. */
  readonly since: string;
}

export type HeldAs = 'held' | 'rejected';

/** What administrators see of held changes and do about them, in pages: there may be many thousands. */
export interface HeldChanges {
  /** Oldest first. The index lags: what was held in the last moment may be missing; what is shown is still held. */
  pages(connection: ConnectionId, as: HeldAs): AsyncIterable<readonly HeldChange[]>;
  /** How many there are, counted up to a bound. */
  count(connection: ConnectionId, as: HeldAs): Promise<{ readonly count: number; readonly more: boolean }>;
  /** They become pending, late from now on, and are permitted. @returns what to send; those that are no longer held are left out */
  release(connection: ConnectionId, as: HeldAs, changes: readonly HeldChange[], correlationId: string): Promise<Marked[]>;
  /** Held becomes rejected: left as it is until the IdP's next word about it. @returns how many were still held */
  reject(connection: ConnectionId, changes: readonly HeldChange[]): Promise<number>;
}
