import type { TargetId } from './ids.ts';

/** What is known of a target's seats: counted there at least daily, and since then by what this product took and freed. */
export interface SeatState {
  readonly used: number;
  /** When they were last counted in the target, ISO 8601; absent as long as the target could not tell. */
  readonly countedAt?: string;
  /** When the target was last asked, with or without an answer; absent while it is asked for the first time. */
  readonly askedAt?: string;
  /** It did not answer then: what was known before stays. */
  readonly countFailed?: true;
  /** The licence's, where the target tells it. */
  readonly limit?: number;
  /** Somebody was refused a seat, under `refusedLimit`, and none has become free since. */
  readonly fullSince?: string;
  /** Somebody was refused a seat and has not been tried again since one became free. */
  readonly refusedLimit?: number;
}

/** The seats of a target as the worker counts them. All connections of a target share them. Every verb may throw DirectoryBusy. */
export interface SeatStates {
  read(target: TargetId): Promise<SeatState | undefined>;
  /** `had`: this account has taken one since the last count; harmless to ask again. `full`: none is left under this limit. */
  take(target: TargetId, account: string, limit: number): Promise<'taken' | 'had' | 'full'>;
  /** The account needs none any more; harmless to repeat. */
  free(target: TargetId, account: string): Promise<void>;
  /** Somebody was refused. @returns true for the first since one was free */
  refused(target: TargetId, limit: number): Promise<boolean>;
  /** One at a time counts. @returns how many were taken so far, for `counted`; undefined while someone else counts */
  beginCount(target: TargetId): Promise<number | undefined>;
  /** What the target told, nothing where it can't tell, undefined where that failed. What was taken while it was counted is added. */
  counted(target: TargetId, told: { readonly used?: number; readonly limit?: number } | undefined, takenBefore: number): Promise<void>;
  /** Those of the targets where somebody was refused and is still to be tried again. */
  refusing(targets: readonly TargetId[]): Promise<ReadonlyMap<TargetId, SeatState>>;
  /** Everybody who was refused is being tried again. @param fullSince as read, where today's limits leave room: then nothing is full */
  retried(target: TargetId, fullSince?: string): Promise<void>;
}
