/** The times that depend on each other, in seconds. */
export const timeLimits = {
  /** API Gateway answers 504 after 29 s; the function gives up before, so that what it logs is what the IdP was told. */
  scim: 28,
  /** A batch of ten messages of one slice each, and the last call's own time-out. */
  worker: 240,
  /** Less than the minute until the next run: two sweeps never overlap. */
  sweep: 55,
  /** Likewise, though two drivers of runs would do no harm: each leases the runs that it drives. */
  reconcile: 55,
  /** One call to Confluence. */
  call: 10,
  /** What one message may take before it is continued by a new one (DELIVERY §3.4). */
  slice: 20,
} as const;

/**
 * The message group is a lock only if nobody else may act while a call is under way: a message stays invisible for the worker's
 * whole time-out and for as long as a call without an answer may still land (DELIVERY §1).
 */
export function visibilitySeconds(lateCallSeconds: number): number {
  return timeLimits.worker + lateCallSeconds;
}
