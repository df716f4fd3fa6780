import type { PendingEntry } from '../../shared/directory/pending-markers.ts';
import type { TargetState } from '../../shared/directory/target-state.ts';

/** The longest back-off is thirty times the first: 60 minutes for the usual 2. */
const LONGEST = 30;

/**
 * DESIGN §4: the sweep "backs off per marker (2, 4 … 60 minutes)". How long after a send the next is due.
 * @param attempts how often the sweep has sent it
 * @param first milliseconds after which a fresh marker is due
 */
export function backOffMs(attempts: number, first: number): number {
  return first * Math.min(2 ** attempts, LONGEST);
}

/** Due by its time, or because it was last sent before the target was opened again: "then the sweep sends everything again". */
export function isDue(
  { dueAt, markerAttempts }: Pick<PendingEntry, 'dueAt' | 'markerAttempts'>,
  { lastResumed }: Pick<TargetState, 'lastResumed'>,
  now: Date,
  first: number,
): boolean {
  if (dueAt.getTime() <= now.getTime()) return true;
  const lastSent = dueAt.getTime() - backOffMs(markerAttempts, first);
  return lastResumed !== undefined && lastSent < Date.parse(lastResumed);
}
