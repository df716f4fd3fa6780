import type { MembershipRead } from '../directory/delivery.ts';
import type { UserId } from '../directory/ids.ts';
import type { GroupItem } from '../directory/items.ts';
import { type Layer, latestWord } from '../directory/members/membership-word.ts';
import { markedResource } from '../directory/target-name.ts';
import type { Subject } from '../log/records.ts';
import { ProvisioningError } from '../targets/target.ts';
import { isOfWholeTarget, isTriedTwice } from './dispositions.ts';
import { pendingMs, report, reportLeft, ring, type Work } from './work.ts';

/** How often one membership is begun again within one message. */
const ROUNDS = 4;

/** A group whose memberships are applied: the header at the slice's beginning and its layers, which the header's `guard` dates. */
export interface GroupAtHand {
  readonly group: GroupItem;
  /** False while the group is parked: nobody is added. Removals go on where it is ours (invariant 11). */
  readonly ready: boolean;
  readonly layersOf: (header: GroupItem) => Promise<readonly Layer[] | undefined>;
}

/** `left`: it failed, its marker stays for the sweep. `waits`: for its user or its group. `skipped`: nothing to do now. */
export type MembershipOutcome = 'done' | 'left' | 'waits' | 'skipped';

/**
 * Applies one membership: DELIVERY §3.6, §3.7 and §3.9.
 * @param only 'removals' leaves alone what gives access
 * @throws ProvisioningError for a failure of the whole target
 */
export async function applyMembership(
  work: Work,
  at: GroupAtHand,
  userId: UserId,
  only: 'removals' | 'everything' = 'everything',
): Promise<MembershipOutcome> {
  const subject: Subject = { type: 'membership', id: at.group.id, name: at.group.displayName, member: userId };
  work.thread.subject = subject;
  let failures = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const read = await work.delivery.memberships.read(work.connection.id, at.group.id, userId);
    if (!read) return 'skipped';
    work.thread.correlationId = read.member.correlationId ?? work.change.correlationId;
    try {
      const outcome = await attempt(work, at, read, subject, only);
      if (outcome !== 'again') return outcome;
    } catch (error) {
      if (!(error instanceof ProvisioningError) || isOfWholeTarget(error.code)) throw error;
      if (isTriedTwice(error.code) && failures++ === 0) continue;
      // DELIVERY §3.9: "A membership that fails leaves its marker to the sweep's back-off and the slice goes on."
      reportLeft(work, subject, error);
      await work.delivery.memberships.setAside(read);
      if (error.code === 'not-found' && work.change.reason !== 'again') await lookAtBoth(work, read);
      return 'left';
    }
  }
  return 'left';
}

async function attempt(
  work: Work,
  at: GroupAtHand,
  read: MembershipRead,
  subject: Subject,
  only: 'removals' | 'everything',
): Promise<MembershipOutcome | 'again'> {
  const { member, group, user } = read;
  const { memberships } = work.delivery;
  if (group && group.layers.length > 0) {
    // DELIVERY §3.6: "if a layer's word is newer than the item about to be applied, write it into the item first."
    const layers = await at.layersOf(group);
    const word = layers && latestWord(member.userId, member, layers);
    if (!layers || (word?.from === 'layer' && !(await memberships.materialise(read, word)))) return 'again';
    if (word?.from === 'layer') return 'again';
  }
  if (member.marker === undefined && group?.state === 'live' && work.change.reason !== 'reconcile') return 'skipped';
  const wish = group?.state === 'live' && user?.state === 'live' && member.wanted === 'present';
  if (only === 'removals' && wish) return 'skipped';
  if (wish && !at.ready) return (await memberships.waitForGroup(read)) ? waits(work, subject, 'the group is parked') : 'again';
  if (wish && user.boundAt === undefined) {
    if (member.marker === 'waiting') return 'skipped';
    return (await memberships.waitForUser(read)) ? waits(work, subject, 'the user has no account yet') : 'again';
  }
  return wish ? add(work, read, subject) : remove(work, read, subject);
}

async function add(work: Work, read: MembershipRead, subject: Subject): Promise<MembershipOutcome> {
  const { group, user } = read;
  const groupName = group?.boundName;
  const accountName = user?.boundName;
  if (groupName === undefined || accountName === undefined) return 'left';
  if (work.protectedAccounts.has(accountName.toLowerCase())) return leaveAlone(work, read, subject, 'the account is protected');
  reportPlan(work, read, subject, ['add member']);
  await work.target.addMember(groupName, accountName);
  return clear(work, read, subject, 'present');
}

/** No wish: taken away, unless the name's present owners want it by an item of their own. */
async function remove(work: Work, read: MembershipRead, subject: Subject): Promise<MembershipOutcome | 'again'> {
  const { group, user } = read;
  const groupName = group?.boundName;
  // "no call if no account was ever bound"
  const accountName = user?.boundName;
  if (groupName === undefined || accountName === undefined) {
    reportPlan(work, read, subject, []);
    return clear(work, read, subject, 'absent');
  }
  const isProtected = work.protectedGroups.has(groupName.toLowerCase()) || work.protectedAccounts.has(accountName.toLowerCase());
  if (isProtected) return leaveAlone(work, read, subject, 'the group or the account is protected');
  const theirs = await work.delivery.memberships.successor(read, groupName, accountName);
  if (theirs) {
    reportPlan(work, read, subject, []);
    if (!(await work.delivery.memberships.handOver(read, theirs))) return 'again';
    reportApplied(work, read, subject, 'left to the present owners of both names, who want it');
    return 'done';
  }
  reportPlan(work, read, subject, ['remove member']);
  await removeAskingTwice(work, groupName, accountName);
  return clear(work, read, subject, 'absent');
}

/** DELIVERY §2.4: "404 is not believed once": a second one means that the account or the group is gone. */
async function removeAskingTwice({ target }: Work, group: string, account: string): Promise<void> {
  for (let asked = 1; ; asked++) {
    try {
      await target.removeMember(group, account);
      return;
    } catch (error) {
      if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
      if (asked === 2) return;
    }
  }
}

async function clear(work: Work, read: MembershipRead, subject: Subject, applied: 'present' | 'absent'): Promise<MembershipOutcome> {
  if (await work.delivery.memberships.clear(read, applied)) {
    reportApplied(work, read, subject);
    return 'done';
  }
  // DELIVERY §3.7: "A failed clear sets the marker again". What was applied may no longer be wanted.
  await work.delivery.memberships.putBack(read);
  const { connection, groupId, userId } = read.member;
  const { messageGroup, thread } = work;
  const resource = { type: 'group', id: groupId } as const;
  await ring(work, { messageGroup, connection, resource, correlationId: thread.correlationId, members: [userId] }, 'again');
  return 'left';
}

/** The target does not know the account or the group: both are compared once more, which makes what is missing. */
async function lookAtBoth(work: Work, { group, user }: MembershipRead): Promise<void> {
  for (const resource of [group, user])
    if (resource?.state === 'live') await ring(work, markedResource(resource, work.thread.correlationId), 'again');
}

async function leaveAlone(work: Work, read: MembershipRead, subject: Subject, reason: string): Promise<MembershipOutcome> {
  await work.delivery.memberships.setAside(read);
  return waits(work, subject, reason);
}

function waits(work: Work, subject: Subject, reason: string): MembershipOutcome {
  report(work, 'change.waiting', { subject, reason });
  return 'waits';
}

function reportPlan(work: Work, { member }: MembershipRead, subject: Subject, actions: readonly string[]): void {
  report(work, 'change.planned', { subject, revision: member.revision, actions, reason: work.change.reason });
}

function reportApplied(work: Work, { member }: MembershipRead, subject: Subject, note?: string): void {
  const pending = pendingMs(work, member.markerSince);
  report(work, 'change.applied', { subject, revision: member.revision, pendingMs: pending, ...(note !== undefined && { note }) });
}
