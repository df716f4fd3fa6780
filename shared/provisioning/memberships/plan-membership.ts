import type { MembershipRead } from '../../directory/delivery.ts';
import type { GroupItem, UserItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { setPlanned } from '../safety/dry-run.ts';
import { reportPlan, type Work } from '../work.ts';
import { type MembershipWish, membershipWish } from './membership-wish.ts';

/** In a dry run: what would be done, also for a user who has no account yet. */
export async function planMembership(work: Work, read: MembershipRead, subject: Subject, wish: MembershipWish): Promise<void> {
  const { member, group, user } = read;
  const accountName = user?.boundName;
  const isProtected = accountName !== undefined && work.protectedAccounts.has(accountName.toLowerCase());
  const names = wish.wanted && group?.boundName === undefined ? groupNamesToBe(work, group) : wish.in;
  // Who has no account and is to get none waits for it; who never had one is in no group.
  const planned = {
    ...wish,
    in: isProtected || (accountName === undefined && user?.active !== true) ? [] : names,
    out: isProtected || accountName === undefined ? [] : wish.out.filter((name) => !work.protectedGroups.has(name.toLowerCase())),
  };
  reportPlan(work, subject, member.revision, actionsOf(planned));
  countMoves(work, planned);
  await setPlanned(work, member);
}

/** In a dry run: the memberships that would end with a deleted user. As far as the slice gets. */
export async function planLeaving(work: Work, user: UserItem): Promise<void> {
  // A run counts a membership with its user by itself.
  if (user.state === 'live' || work.change.run !== undefined) return;
  for await (const groupId of work.delivery.memberships.groupsOf(user.connection, user.id)) {
    if (!work.proceed()) return;
    const read = await work.delivery.memberships.read(user.connection, groupId, user.id);
    if (read?.group?.state !== 'live' || read.member.wanted === 'absent') continue;
    const subject: Subject = { type: 'membership', id: groupId, name: read.group.displayName, member: user.id };
    await planMembership(work, read, subject, membershipWish(work.policy, read));
  }
}

function groupNamesToBe({ policy }: Work, group: GroupItem | undefined): readonly string[] {
  const naming = group && policy.groupNaming(group.displayName);
  return naming?.is === 'names' ? naming.names : [];
}

/** One outcome for each group of the target. */
export function countMoves({ tally }: Work, wish: MembershipWish): void {
  for (const name of wish.out) tally.count('removed', name);
  for (const name of wish.in) tally.count('added', name);
}

/** In the words of the log: the group is named where it is not the only one. */
export function actionsOf({ in: added, out }: MembershipWish): string[] {
  const named = (what: string, names: readonly string[]) => (names.length === 1 ? [what] : names.map((name) => `${what} ${name}`));
  return [...named('remove member', out), ...named('add member', added)];
}
