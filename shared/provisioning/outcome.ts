/** What is done to a resource in the target, or in a dry run would be. The last two are of memberships. */
export const CHANGE_KINDS = ['created', 'linked', 'updated', 'enabled', 'disabled', 'deleted', 'added', 'removed'] as const;

/** What became of a resource in the target, as Synchronize counts it and in the order in which it is shown: what was done, then what stood in the way. */
export const OUTCOME_KINDS = [
  ...CHANGE_KINDS,
  /** Someone has changed it by hand: the detail says what is different. */
  'drift',
  /** Parked: owned, protected, an illegal name. */
  'conflict',
  /** The target can't do it. */
  'unsupported',
  /** By the brake. */
  'held',
  /** By a setting. */
  'skipped',
  /** Tried several times without an end: the request log says why. */
  'failed',
] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** Told of each outcome of the change at hand; of a change that belongs to no run, nobody listens. */
export interface Tally {
  count(kind: OutcomeKind, detail: string): void;
}

export const noTally: Tally = { count: () => {} };
