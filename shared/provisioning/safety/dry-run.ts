import type { Park, ResourceItem } from '../../directory/delivery.ts';
import type { MemberItem } from '../../directory/items.ts';
import { isPlannedPartition } from '../../directory/keys.ts';
import type { Subject } from '../../log/records.ts';
import { reportPlan, type Work } from '../work.ts';

type DryRun = Pick<Work, 'isDryRun' | 'connection' | 'change' | 'delivery'>;

/**
 * True if there is nothing to plan: a dry run has planned this very marker, or the user or group has none. It is told once; again only to
 * a run of Synchronize.
 */
export function isAlreadyPlanned({ isDryRun, change }: DryRun, item: ResourceItem | MemberItem): boolean {
  if (!isDryRun || change.reason === 'reconcile' || change.run !== undefined) return false;
  return isPlannedPartition(item.connection, item.pendingPk) || (item.type !== 'member' && item.marker === undefined);
}

/**
 * In a connection that is in dry run, what has been planned leaves the sweep's index for the connection's own partition, with its marker:
 * it is not planned again each minute, and not counted as late. The sweep sends it once the connection applies (decision 17). A run
 * of Synchronize leaves everything where it is.
 */
export async function setPlanned({ connection, change, delivery }: DryRun, item: ResourceItem | MemberItem): Promise<void> {
  if (connection.settings.apply !== 'dry-run' || change.run !== undefined || item.marker !== 'pending') return;
  // False: it was marked anew, and that change has a message of its own.
  await delivery.pending.planned(item);
}

/** In a dry run: it would be parked, and why. */
export function planPark(work: Work, subject: Subject, revision: number, { code, reason }: Park): void {
  reportPlan(work, subject, revision, [`park (${code}): ${reason}`]);
  work.tally.count('conflict', reason);
}
