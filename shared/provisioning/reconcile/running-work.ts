import type { UserItem } from '../../directory/items.ts';
import type { Run } from '../../directory/runs.ts';
import type { Subject } from '../../log/records.ts';
import type { Work } from '../work.ts';
import type { RunTally } from './run-tally.ts';

/** The work on one resource for a run of Synchronize. */
export interface RunningWork extends Work {
  readonly run: Run;
  readonly tally: RunTally;
  /** Where this slice begins; undefined for the first. */
  readonly cursor: string | undefined;
  /** True once the work has sent itself on by a new message. */
  readonly isSentOn: () => boolean;
}

/** `cursor`: the slice is over, the next one begins there. */
export type Slice = 'done' | { readonly cursor: string | undefined };

/** What every message of a run carries, and every marker that it sets. */
export function correlationOf({ id }: Pick<Run, 'id'>): string {
  return `sync-${id}`;
}

/** Everything the IdP has said has been applied: a difference is someone else's doing. */
export function isSettled({ marker, parkedCode, appliedRevision }: Pick<UserItem, 'marker' | 'parkedCode' | 'appliedRevision'>): boolean {
  return marker === undefined && parkedCode === undefined && appliedRevision !== undefined;
}

/** Someone has changed by hand what this product had made. */
export function reportDrift(work: RunningWork, subject: Subject, drift: string): void {
  work.tally.add('drift', drift);
  const { connection, log } = work;
  log.write({ kind: 'reconcile.drift', correlationId: correlationOf(work.run), connection: connection.id, subject, drift });
}
