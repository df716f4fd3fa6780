import type { MembershipRead, Successor } from '../../directory/delivery.ts';
import type { GroupItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { asSettling } from '../settling.ts';
import { reportPlan, type Work } from '../work.ts';
import type { MembershipOutcome } from './apply-membership.ts';
import { holdMembership } from './hold-membership.ts';
import type { MembershipWish } from './membership-wish.ts';
import { actionsOf, countMoves } from './plan-membership.ts';
import { clear, leaveAlone, reportApplied, settle } from './settle-membership.ts';

/**
 * Makes the target's groups equal to the wish: taken away first, unless a name's present owners want it by an item of their own. Who goes
 * with a renamed group is added to the new one first, and stays in the old one until then: nothing of what they were given has been taken
 * away, so the brake does not count it either (decision 24).
 */
export async function moveMember(
  work: Work,
  read: MembershipRead,
  subject: Subject,
  wish: MembershipWish,
  waitsForGroup: boolean,
): Promise<MembershipOutcome | 'again'> {
  const { memberships } = work.delivery;
  const accountName = read.user?.boundName;
  // "no call if no account was ever bound"
  if (accountName === undefined || wish.in.length + wish.out.length === 0) {
    if (wish.wanted) return 'left';
    reportPlan(work, subject, read.member.revision, []);
    return clear(work, read, subject, 'absent');
  }
  if (work.protectedAccounts.has(accountName.toLowerCase())) return leaveAlone(work, read, subject, 'the account is protected');
  if (wish.out.some((name) => work.protectedGroups.has(name.toLowerCase())))
    return leaveAlone(work, read, subject, 'the group is protected');
  const isMoved = wish.wanted && read.group !== undefined && isMoving(read.group);
  if (isMoved && waitsForGroup) return leaveAlone(work, read, subject, 'the group of the new name is not in the target yet');
  const successors: Successor[] = [];
  const out: string[] = [];
  for (const name of wish.out) {
    const theirs = await memberships.successor(read, name, accountName);
    if (!theirs) out.push(name);
    else if (!successors.some(({ group, user }) => group === theirs.group && user === theirs.user)) successors.push(theirs);
  }
  const actual = { ...wish, out };
  reportPlan(work, subject, read.member.revision, actionsOf(actual));
  const isHeldBack = out.length > 0 && !isMoved && !(await work.brake.permits(read.member.userId));
  if (isMoved) for (const name of wish.in) await addMember(work, read, name, accountName);
  for (const name of isHeldBack ? [] : out) {
    await removeAskingTwice(work, read, name, accountName);
    // Who is disabled has given the seat back by that.
    if (isUsed(read.user)) await work.seats.freeMember(accountName, name);
  }
  if (!isMoved) for (const name of wish.in) await addMember(work, read, name, accountName);
  countMoves(work, isHeldBack ? { ...actual, out: [] } : actual);
  // What gives access was done; what takes it away waits for an administrator.
  if (isHeldBack) return holdMembership(work, read, subject, actionsOf({ ...actual, in: [] }));
  if (wish.withheld) return settle(work, read, subject, memberships.withhold(read), 'kept back until the user is active again');
  if (waitsForGroup) return settle(work, read, subject, memberships.waitForGroup(read), 'waits for the group, which is not in the target');
  if (successors.length === 0 || wish.wanted) return clear(work, read, subject, wish.wanted ? 'present' : 'absent');
  if (!(await memberships.handOver(read, successors))) return 'again';
  reportApplied(work, read, subject, 'left to the present owners of both names, who want it');
  return 'done';
}

async function addMember(work: Work, { user }: MembershipRead, name: string, accountName: string): Promise<void> {
  // Who can't log in takes no seat; enabling the account asks for one.
  if (isUsed(user)) await work.seats.takeForMember(accountName, name);
  await work.target.addMember(name, accountName);
}

function isUsed(user: MembershipRead['user']): boolean {
  return user?.state === 'live' && user.active;
}

/** DELIVERY §2.4: "404 is not believed once": a second one means that the account or the group is gone, where both would be seen by now. */
async function removeAskingTwice(work: Work, read: MembershipRead, group: string, account: string): Promise<void> {
  for (let asked = 1; ; asked++) {
    try {
      await work.target.removeMember(group, account);
      return;
    } catch (error) {
      if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
      if (asked === 1) continue;
      const settling = asSettling(work, error, read.member, read.user, read.group);
      if (settling) throw settling;
      return;
    }
  }
}

/** What the group is losing it loses to its own new name, and to nothing else. */
function isMoving({ retiring = [], movedFrom = [] }: Pick<GroupItem, 'retiring' | 'movedFrom'>): boolean {
  return retiring.length > 0 && retiring.every((name) => movedFrom.includes(name));
}
