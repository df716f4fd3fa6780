/** What became of a resource in the target, as Synchronize counts it; in a dry run what would become of it. */
export type OutcomeKind =
  | 'created'
  | 'linked'
  | 'updated'
  | 'enabled'
  | 'disabled'
  | 'deleted'
  /** Memberships. */
  | 'added'
  | 'removed'
  /** Someone has changed it by hand: the detail says what is different. */
  | 'drift'
  /** Parked: owned, protected, an illegal name. */
  | 'conflict'
  /** The target can't do it. */
  | 'unsupported'
  /** By the brake. */
  | 'held'
  /** By a setting. */
  | 'skipped'
  /** Tried several times without an end: the request log says why. */
  | 'failed';

/** Told of each outcome of the change at hand; of a change that belongs to no run, nobody listens. */
export interface Tally {
  count(kind: OutcomeKind, detail: string): void;
}

export const noTally: Tally = { count: () => {} };
