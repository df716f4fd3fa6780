import { RevisionConflict } from '../../../shared/directory/directory.ts';
import { ScimError } from '../../../shared/scim/errors.ts';

/** How long a write is read again and applied again before the client is asked to come back (DELIVERY §3.1). */
const PATIENCE_MS = 10_000;
const LONGEST_PAUSE_MS = 400;

/**
 * The longest that one attempt takes while the table answers: 4.6 s of pauses in a transaction that stays in conflict, 4 s for a
 * message that is not taken (compose.ts), and the reads. An operation of a Bulk request is begun only with as much time left.
 */
export const ATTEMPT_MS = 9_000;

/** How long an attempt may be repeated: the last one has to end in time. `timeLeftMs` is the exchange's. */
export function patienceIn(timeLeftMs: number): number {
  return Math.max(0, Math.min(PATIENCE_MS, timeLeftMs - ATTEMPT_MS));
}

/**
 * Runs an attempt that reads, decides and writes, again from the read for as long as somebody else's write comes between:
 * parallel PATCHes lose nothing (invariant 5). Pauses are drawn at random so that the same clients don't meet again.
 * @throws ScimError 503 with Retry-After when it stays in conflict for 10 seconds; whatever else the attempt throws
 */
export async function retryConflicts<T>(attempt: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  // Monotonic: the wall clock may be set back while we wait.
  const giveUpAt = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      if (performance.now() >= giveUpAt) {
        throw new ScimError(503, 'The resource is being changed by many requests at once; nothing was changed by this one. Try again.', {
          cause: error,
          headers: { 'Retry-After': '5' },
        });
      }
      const longest = Math.min(10 * 2 ** tries, LONGEST_PAUSE_MS);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
    }
  }
}
