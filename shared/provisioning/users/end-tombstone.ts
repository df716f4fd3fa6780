import { TOMBSTONE_AGE_MS } from '../../directory/delivery/tombstone-delivery.ts';
import type { UserItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { type Attempt, goOn, pendingMs, report, ring, type Work } from '../work.ts';
import type { AccountAtHand } from './perform-on-account.ts';
import { isMine } from './survey-user.ts';

/**
 * The account of a deleted user is done. DELIVERY §3.8: "the worker makes every item of its pointers pending"; §2.8: "A user's
 * tombstone goes when its account is done, no membership and no layer names the user, and not before one hour."
 */
export async function endTombstone(work: Work, { user, subject, name, owner, left }: AccountAtHand): Promise<Attempt> {
  const { memberships, resources, tombstones } = work.delivery;
  const { marked, complete } = await memberships.wakeOfUser(user, work.proceed);
  for (const one of marked) await ring(work, one, 'woken');
  if (!complete) {
    await goOn(work);
    return 'done';
  }
  // The marker stays for the sweep.
  if (left.length > 0) return 'done';
  if (await tombstones.userDone(user)) {
    if (!(await tombstones.purgeUser(user))) return 'again';
    // After the last call, and not before the purge: one more look would go by the name alone, which may be another person's by now.
    if (isMine(owner, user)) await work.target.forgetAccount(name);
    reportApplied(work, user, subject);
    return 'done';
  }
  const oldEnough = Date.parse(user.deletedAt ?? user.lastModified) + TOMBSTONE_AGE_MS;
  if (!(await resources.retire(user, new Date(oldEnough)))) return 'again';
  reportApplied(work, user, subject);
  return 'done';
}

function reportApplied(work: Work, user: UserItem, subject: Subject): void {
  if (user.marker === undefined) return;
  report(work, 'change.applied', { subject, revision: user.revision, pendingMs: pendingMs(work, user.markerSince), note: 'deleted' });
}
