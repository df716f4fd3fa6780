import type { UserId } from '../../directory/ids.ts';
import type { UserItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import { applyUser } from '../users/apply-user.ts';
import { compareMemberships } from './compare-memberships.ts';
import { isSettled, type RunningWork, reportDrift, type Slice } from './running-work.ts';

/**
 * Compares a user with their account, then their memberships with the account's groups. What the plan repairs although nothing was
 * pending is drift. Those whom the brake holds are left alone.
 */
export async function reconcileUser(work: RunningWork, id: UserId): Promise<Slice> {
  const { resources } = work.delivery;
  const before = await resources.user(work.connection.id, id);
  if (!before) return 'done';
  if (isHeld(before)) {
    work.tally.count('held', before.marker === 'held' ? 'held by the brake' : 'rejected by an administrator');
    return 'done';
  }
  // The account has been compared by the slice that reached the memberships.
  if (work.cursor === undefined) {
    if (!(await applied(work, before))) return { cursor: undefined };
  }
  const user = await resources.user(work.connection.id, id);
  return user ? compareMemberships(work, user) : 'done';
}

/** False if it goes on by another message. */
async function applied(work: RunningWork, before: UserItem): Promise<boolean> {
  await applyUser(work, before.id);
  const changes = work.tally.changes;
  if (isSettled(before) && changes.length > 0)
    reportDrift(work, { type: 'user', id: before.id, name: before.userName }, changes.join(', '));
  return !work.isSentOn();
}
