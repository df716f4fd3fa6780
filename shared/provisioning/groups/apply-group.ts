import type { GroupId, UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import type { Subject } from '../../log/records.ts';
import type { ProvisioningError } from '../../targets/target.ts';
import { applyMembers } from '../memberships/apply-members.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { groupNameFor, messageGroupOfGroup } from '../name-in-target.ts';
import { wakeIfAdmissionChanged } from '../users/admit-members.ts';
import { about, goOn, pendingMs, report, reportPlan, ring, type Work } from '../work.ts';
import { deleteMoved } from './delete-moved.ts';
import { endGroups } from './end-groups.ts';
import { endMembers, membersLeft } from './end-members.ts';
import { giveUpNames } from './give-up-names.ts';
import { otherMembersOf } from './other-members.ts';
import { placeGroup } from './place-group.ts';
import { planGroupChange } from './plan-group-change.ts';

/** Makes the group and its memberships in the target equal to the newest state: DELIVERY §3.4 to §3.9. */
export async function applyGroup(work: Work, id: GroupId): Promise<void> {
  const header = await work.delivery.resources.group(work.connection.id, id);
  if (!header) return;
  // DELIVERY §1: "A worker that finds that the name belongs to another group makes no call and sends the change on."
  const messageGroup = messageGroupOfGroup(work, header);
  if (messageGroup !== work.messageGroup) {
    await work.queue.send(messageGroup, { ...work.change, reason: 'forwarded' });
    return;
  }
  const subject = about(work, header);
  // The dry run of a run marks nobody.
  const isLook = work.isDryRun && work.change.run !== undefined;
  if (!isLook && !(await wakeIfAdmissionChanged(work, header))) await goOn(work);
  else if (work.isDryRun) await planGroupChange(work, header, subject);
  else if (header.state === 'tombstone') await applyGroupTombstone(work, header, subject);
  else await applyLiveGroup(work, header, subject);
}

async function applyLiveGroup(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  const compares = work.change.reason === 'reconcile' || work.change.reason === 'again';
  let group = header;
  let leftOut: string | undefined;
  let unseen: ProvisioningError | undefined;
  let ready = header.boundAt !== undefined && header.parkedCode === undefined;
  if (header.parkedCode === undefined && (header.marker !== undefined || !ready || compares)) {
    const placed = await placeGroup(work, header, subject);
    if (placed.is === 'gone') return goOn(work, 'again');
    group = placed.group;
    if (placed.is === 'left out') leftOut = placed.reason ?? '';
    if (placed.is === 'settling') unseen = placed.error;
    // Nothing is left to wait for: nobody is to be anywhere.
    ready = placed.is === 'ready' || leftOut !== undefined;
  }
  const isWoken = ready && leftOut === undefined && group.membersWait === true;
  if (isWoken && !(await work.delivery.memberships.wakeOfGroup(group, work.proceed))) return goOn(work);
  const isLosingNames = (group.retiring ?? []).length > 0;
  const isToReapply = group.reapplyAfter !== undefined && (isLosingNames || (ready && leftOut === undefined));
  if (isToReapply && !(await work.delivery.groupNames.reapply(group, work.proceed))) return goOn(work);

  const members = await applyMembers(work, group, ready);
  if (members.is === 'more') return goOn(work);
  work.thread.subject = subject;
  work.thread.correlationId = work.change.correlationId;
  if (isLosingNames) await endLosing(work, group, subject, isToReapply);
  else if (ready && leftOut === undefined && !(await endOthers(work, group, subject))) await goOn(work);
  else {
    if (leftOut !== undefined) await leaveOut(work, header, subject, leftOut);
    else if (ready && header.marker !== undefined) await clear(work, header, subject);
    // The index may not have shown yet what was woken a moment ago.
    if (isWoken || isToReapply) await goOn(work);
  }
  // Last of all: what takes access away waits for nothing that is only not seen yet.
  unseen ??= members.unseen;
  if (unseen) throw unseen;
}

/**
 * Its members are out of the names that the settings no longer give: they are given up, and the group goes on under the lock that is left.
 * Members that failed keep their markers, and the group keeps its own for the sweep.
 */
async function endLosing(work: Work, group: GroupItem, subject: Subject, wasReapplied: boolean): Promise<void> {
  const newest = await work.delivery.resources.group(group.connection, group.id);
  // A large change, or other names: another message comes, or is due.
  if (newest?.state !== 'live' || newest.retiring === undefined || newest.retiring.length === 0) return goOn(work);
  const still = await work.delivery.groupNames.stillIn(newest, (user) => isProtected(work, user));
  if (still === 'pending') return wasReapplied ? goOn(work) : undefined;
  if (still === 'held') {
    // Held with its members, else the sweep would ask again and again.
    if (!isHeld(newest) && (await work.delivery.resources.hold(newest)))
      report(work, 'change.held', { subject, actions: newest.retiring.map((name) => `give up ${name}: members of it are held`) });
    return;
  }
  await deleteMoved(work, newest, subject);
  await giveUpNames(work, newest, newest.retiring);
  return goOn(work, 'again');
}

/** Never touched: what the group loses it loses with them in it. Their membership is applied to its other names once they are not any more. */
async function isProtected({ connection, delivery, protectedAccounts }: Work, id: UserId): Promise<boolean> {
  const user = await delivery.resources.user(connection.id, id);
  return user?.boundName !== undefined && protectedAccounts.has(user.boundName.toLowerCase());
}

/** A group that was linked: whom the IdP did not put there goes, where the settings say so. False: the slice is over. */
async function endOthers(work: Work, group: GroupItem, subject: Subject): Promise<boolean> {
  const { groupNames, resources } = work.delivery;
  const newest = await resources.group(group.connection, group.id);
  if (newest?.othersFrom === undefined) return true;
  if (work.policy.settings.groups.otherMembers === 'keep' || newest.layers.length > 0) {
    if (newest.layers.length === 0) await groupNames.noteOthers(newest, undefined);
    return true;
  }
  for (let from: string | undefined = newest.othersFrom; from !== undefined; ) {
    if (!work.proceed()) return false;
    const { others, next } = await otherMembersOf(work, newest, from === '' ? undefined : from);
    const told = others.map(
      ({ group: name, account, is }) => `${OTHERS[is]} ${account} of ${name}, not put there by the identity provider`,
    );
    if (told.length > 0) reportPlan(work, subject, newest.revision, told);
    await groupNames.noteOthers(newest, next);
    from = next;
  }
  return true;
}

const OTHERS = { kept: 'keep member', removed: 'remove member', held: 'hold member', failed: 'could not remove member' } as const;

/** The settings give it no group of the target: said, and done with until the settings or its name change. */
async function leaveOut(work: Work, header: GroupItem, subject: Subject, reason: string): Promise<void> {
  const { resources, groupNames } = work.delivery;
  const newest = await resources.group(header.connection, header.id);
  if (newest?.state !== 'live' || newest.markerToken !== header.markerToken) return goOn(work, 'again');
  if (newest.reapplyAfter === undefined) await groupNames.leaveOut(newest);
  if (header.marker === undefined) return;
  work.tally.count('skipped', reason);
  report(work, 'change.skipped', { subject, reason });
  if (newest.layers.length > 0 || !(await resources.clear(newest))) await goOn(work, 'again');
}

/**
 * The marker of the header goes when the group is placed and no layer is left. Small changes move the revision without touching
 * the marker, so the newest revision is taken as long as the marker is the one that was applied.
 */
async function clear(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  const { resources } = work.delivery;
  const newest = await resources.group(header.connection, header.id);
  const same = newest?.state === 'live' && newest.markerToken === header.markerToken && newest.layers.length === 0;
  if (same && (await resources.clear(newest))) {
    const { boundName, ...unbound } = newest;
    if (header.boundName !== undefined && boundName !== undefined && groupNameFor(work, unbound) !== boundName)
      report(work, 'change.unsupported', { subject, what: `rename of group ${boundName}: it keeps its name` });
    report(work, 'change.applied', { subject, revision: newest.revision, pendingMs: pendingMs(work, header.markerSince) });
    return;
  }
  const again = await resources.again(header);
  if (again) await ring(work, again, 'again');
}

/** DELIVERY §3.8: "the worker applies rule 7 to every member; none left, chunks and header go." The target's group is kept. */
async function applyGroupTombstone(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  const { resources, tombstones } = work.delivery;
  const names = allNamesOfGroup(header);
  for (const name of names.length > 0 ? names : [groupNameFor(work, header)])
    for (const marked of await resources.wakeWaiters(header.target, 'group', name)) await ring(work, marked, 'woken');
  const untouched = names.find((name) => work.protectedGroups.has(name.toLowerCase()));
  if (untouched !== undefined) {
    const reason = `The group ${untouched} is protected and never touched: its members stay. Take them out by hand, or take it out of the protected groups.`;
    if (await resources.park(header, { code: 'protected', reason })) report(work, 'change.parked', { subject, code: 'protected', reason });
    return;
  }
  if (!(await endMembers(work, header))) return goOn(work);
  work.thread.subject = subject;
  work.thread.correlationId = work.change.correlationId;
  const { held, left } = await membersLeft(work, header);
  // The header is held with its members, else the sweep would ask for each of them again and again.
  if (held > 0 && !isHeld(header) && (await resources.hold(header)))
    return report(work, 'change.held', { subject, actions: [`forget the group: ${held} members of it are held`] });
  // Those that failed keep their markers, and the header keeps its own for the sweep.
  if (held + left > 0) return;
  const note = await endGroups(work, header, subject);
  if (note !== undefined && (await tombstones.purgeGroup(header))) {
    const pending = pendingMs(work, header.markerSince);
    report(work, 'change.applied', {
      subject,
      revision: header.revision,
      pendingMs: pending,
      note: `deleted; ${note}`,
    });
  }
}
