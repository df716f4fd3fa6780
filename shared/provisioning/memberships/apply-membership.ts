import type { MembershipRead } from '../../directory/delivery.ts';
import type { UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import { type Layer, latestWord } from '../../directory/members/membership-word.ts';
import { markedResource } from '../../directory/target-name.ts';
import type { Subject } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { isOfWholeTarget, isTriedTwice } from '../dispositions.ts';
import { messageGroupOfGroup } from '../name-in-target.ts';
import { isAlreadyPlanned } from '../safety/dry-run.ts';
import { asSettling } from '../settling.ts';
import { wakeAdmitted } from '../users/admit-members.ts';
import { reportLeft, ring, type Work } from '../work.ts';
import { asStillUsed, holdMembership, stillHeld } from './hold-membership.ts';
import { allNamesOfGroup, membershipWish } from './membership-wish.ts';
import { moveMember } from './move-member.ts';
import { planMembership } from './plan-membership.ts';
import { clear, waits } from './settle-membership.ts';

/** How often one membership is begun again within one message. */
const ROUNDS = 4;

/** A group whose memberships are applied: the header at the slice's beginning and its layers, which the header's `guard` dates. */
export interface GroupAtHand {
  readonly group: GroupItem;
  /** False while the group is parked: nobody is added. Removals go on where it is ours (invariant 11). */
  readonly ready: boolean;
  readonly layersOf: (header: GroupItem) => Promise<readonly Layer[] | undefined>;
  /** Failures that may pass by themselves within minutes (decision 24). Gains each. */
  readonly unseen?: ProvisioningError[];
}

/** `left`: it failed, its marker stays for the sweep. `waits`: for its user or its group. `held`: by the brake. `skipped`: nothing to do now. */
export type MembershipOutcome = 'done' | 'left' | 'waits' | 'held' | 'skipped';

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
    if (read.group && messageGroupOfGroup(work, read.group) !== work.messageGroup) return sendOn(work, read.group, userId);
    work.thread.correlationId = read.member.correlationId ?? work.change.correlationId;
    try {
      const outcome = await attempt(work, at, read, subject, only);
      if (outcome !== 'again') return outcome;
    } catch (error) {
      if (!(error instanceof ProvisioningError) || isOfWholeTarget(error.code)) throw error;
      if (isTriedTwice(error.code) && failures++ === 0) continue;
      // DELIVERY §3.9: "A membership that fails leaves its marker to the sweep's back-off and the slice goes on."
      const settling = error.code === 'settling' ? error : asSettling(work, error, read.member, read.user, read.group);
      reportLeft(work, subject, settling ?? error);
      await work.delivery.memberships.setAside(read);
      if (settling) at.unseen?.push(settling);
      else if (error.code === 'not-found' && work.change.reason !== 'again') await lookAtBoth(work, read);
      return 'left';
    }
  }
  return 'left';
}

/**
 * DELIVERY §1: "A worker that finds that the name belongs to another group makes no call and sends the change on." A group that had no name
 * when this slice began may have got one since, from other settings and under another lock (decision 21).
 */
async function sendOn(work: Work, group: GroupItem, userId: UserId): Promise<MembershipOutcome> {
  await work.queue.send(messageGroupOfGroup(work, group), { ...work.change, members: [userId], reason: 'forwarded' });
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
  if (group && isLayered(work, group)) {
    // DELIVERY §3.6: "if a layer's word is newer than the item about to be applied, write it into the item first."
    const layers = await at.layersOf(group);
    const word = layers && latestWord(member.userId, member, layers);
    // What a layer repeats is nothing new.
    if (isHeld(member) && word?.wanted === member.wanted) return stillHeld(work);
    if (!layers || (word?.from === 'layer' && !(await memberships.materialise(read, word)))) return 'again';
    if (word?.from === 'layer') return 'again';
  }
  // Deleting a group says something new about its members, once: when what it took away was held, its header is held with it.
  if (isHeld(member) && (group?.state !== 'tombstone' || isHeld(group))) return stillHeld(work);
  if (member.marker === undefined && group?.state === 'live' && work.change.reason !== 'reconcile') return 'skipped';
  if (isAlreadyPlanned(work, member)) return 'skipped';
  if (user && isHeld(user) && user.state === 'tombstone' && member.wanted === 'present' && group?.state === 'live')
    return member.marker === undefined ? stillHeld(work) : holdMembership(work, read, subject, ['remove member'], user.marker);
  const wish = membershipWish(work.policy, { ...read, ...(user && { user: asStillUsed(user) }) });
  if (only === 'removals' && wish.wanted && wish.out.length === 0) return 'skipped';
  if (work.isDryRun) {
    if (work.change.run === undefined) await wakeAdmitted(work, read);
    await planMembership(work, read, subject, wish);
    return 'waits';
  }
  await wakeAdmitted(work, read);
  // It was taken away; reactivation makes it pending.
  if (wish.withheld && member.marker === 'waiting' && work.change.reason !== 'reconcile') return 'skipped';
  // The settings leave the group out: there is nothing to be in, and nothing to wait for.
  if (wish.wanted && at.ready && group && allNamesOfGroup(group).length === 0) return clear(work, read, subject, 'present');
  const waitsForGroup = wish.wanted && !wish.withheld && !at.ready;
  if (waitsForGroup && wish.out.length === 0)
    return (await memberships.waitForGroup(read)) ? waits(work, subject, 'the group is parked') : 'again';
  if (wish.wanted && user?.boundAt === undefined) {
    if (member.marker === 'waiting') return 'skipped';
    return (await memberships.waitForUser(read)) ? waits(work, subject, 'the user has no account yet') : 'again';
  }
  return moveMember(work, read, subject, at.ready ? wish : { ...wish, in: [] }, waitsForGroup);
}

/** Of a deleted group it matters only where those who were members stay so: who had been taken out by a large change does not. */
function isLayered({ policy }: Work, { state, layers, lastLayers = [] }: GroupItem): boolean {
  return layers.length > 0 || (state === 'tombstone' && lastLayers.length > 0 && policy.settings.groups.onDelete === 'keep');
}

/** The target does not know the account or the group: both are compared once more, which makes what is missing. */
async function lookAtBoth(work: Work, { group, user }: MembershipRead): Promise<void> {
  for (const resource of [group, user])
    if (resource?.state === 'live') await ring(work, markedResource(resource, work.thread.correlationId), 'again');
}
