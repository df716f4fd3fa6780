import type { MembershipRead } from '../../directory/delivery.ts';
import type { MarkerAttributes, UserItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import type { Subject } from '../../log/records.ts';
import { report, type Work } from '../work.ts';

/**
 * The brake holds what would take a membership away. `again`: it was released meanwhile, or the membership has changed.
 * @param like the marker of the user, whose deletion is held or rejected: the membership shares that
 */
export async function holdMembership(
  work: Work,
  read: MembershipRead,
  subject: Subject,
  actions: readonly string[],
  like: MarkerAttributes['marker'] = 'held',
): Promise<'held' | 'again'> {
  if (!(await work.delivery.memberships.hold(read, like === 'rejected' ? 'rejected' : 'held'))) return 'again';
  work.tally.count('held', actions.join(', '));
  report(work, 'change.held', { subject, actions });
  return 'held';
}

/** Held or rejected before: left as it is. A run of Synchronize counts it. */
export function stillHeld({ tally }: Pick<Work, 'tally'>): 'held' {
  tally.count('held', 'by the brake');
  return 'held';
}

/** A deactivation that is held or rejected has not happened yet: memberships go by the user as they still are in the target. */
export function asStillUsed(user: UserItem): UserItem {
  return isHeld(user) && user.state === 'live' ? { ...user, active: true } : user;
}
