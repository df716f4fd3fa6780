import type { MembershipRead } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import { ring, type Work } from '../work.ts';

/**
 * `users.onlyFromGroups`: a membership that decides over an account has changed. The user is marked before the membership's own marker
 * goes, so that a crash in between repeats it.
 */
export async function wakeAdmitted(work: Work, { member, group }: MembershipRead): Promise<void> {
  if (member.marker !== 'pending' || !group || !work.policy.userGroups.admits(group.displayName)) return;
  // All members of a deleted group have been told, unless it was never noted that it decides.
  if (group.state === 'tombstone' && group.admits !== undefined) return;
  const { correlationId } = work.thread;
  const marked = await work.delivery.users.wake(member.connection, member.userId, member.wanted === 'absent', correlationId);
  if (marked) await ring(work, marked, 'woken');
}

/**
 * A group has been renamed into `users.onlyFromGroups` or out of it, or deleted, or the setting was changed: its members are told, before
 * the group's own marker goes. Those that are pending tell their users themselves. What they are told is noted before the first of them
 * is: a group that is renamed back half-way tells them all once more.
 * @returns false if the slice is over: a new message goes on where this one ended
 */
export async function wakeIfAdmissionChanged(work: Work, group: GroupItem): Promise<boolean> {
  const admits = group.state === 'live' && work.policy.userGroups.admits(group.displayName);
  if (admits === (group.admits ?? false) && group.admitting === undefined) return true;
  const { memberships, users } = work.delivery;
  const isGoingOn = group.admitting?.admits === admits;
  if (!isGoingOn) await users.noteAdmitting(group, { admits });
  let after = isGoingOn ? group.admitting?.after : undefined;
  for await (const member of memberships.all(group.connection, group.id, after)) {
    if (!work.proceed()) {
      await users.noteAdmitting(group, { admits, ...(after !== undefined && { after }) });
      return false;
    }
    if (member.marker !== 'pending' || !admits) {
      const marked = await users.wake(member.connection, member.userId, !admits, work.change.correlationId);
      if (marked) await ring(work, marked, 'woken');
    }
    after = member.userId;
  }
  await users.noteAdmits(group, admits);
  return true;
}
