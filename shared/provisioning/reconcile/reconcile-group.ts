import type { GroupId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { applyGroup } from '../groups/apply-group.ts';
import { otherMembersOf } from '../groups/other-members.ts';
import { groupNameFor } from '../name-in-target.ts';
import { isSettled, type RunningWork, reportDrift, type Slice } from './running-work.ts';

/** A cursor of the walk through a group's other members: what follows is the walk's own. */
const OTHERS = 'others:';

/**
 * Compares a group with the target: that it exists, what is pending of it, and its other members where the settings remove those. A group
 * that was deleted by hand is made again; its memberships are pending since its members were compared, which is before (decision 18). A
 * parked one is tried again.
 */
export async function reconcileGroup(work: RunningWork, id: GroupId): Promise<Slice> {
  const { resources } = work.delivery;
  const before = await resources.group(work.connection.id, id);
  if (!before) return 'done';
  if (work.cursor?.startsWith(OTHERS)) return endOthers(work, before, work.cursor.slice(OTHERS.length));

  if (before.parkedCode !== undefined && work.isDryRun) {
    work.tally.count('conflict', before.parkedReason ?? before.parkedCode);
    return 'done';
  }
  if (before.parkedCode !== undefined) await resources.again(before, 'parked too');
  await applyGroup(work, id);
  if (isSettled(before) && work.tally.counts.created !== undefined)
    reportDrift(work, { type: 'group', id, name: before.displayName }, `the group ${groupNameFor(work, before)} was gone`);
  if (work.isSentOn()) return { cursor: undefined };
  const group = await resources.group(work.connection.id, id);
  return group ? endOthers(work, group, '') : 'done';
}

/** Those whom the IdP did not put there, page by page, where the settings remove them: each is drift. */
async function endOthers(work: RunningWork, group: GroupItem, from: string): Promise<Slice> {
  if (work.policy.settings.groups.otherMembers === 'keep' || group.parkedCode !== undefined) return 'done';
  const subject = { type: 'group', id: group.id, name: group.displayName } as const;
  for (let page: string | undefined = from; page !== undefined; ) {
    if (!work.proceed()) return { cursor: `${OTHERS}${page}` };
    const { others, next } = await otherMembersOf(work, group, page === '' ? undefined : page);
    for (const { group: name, account, is } of others) {
      if (is === 'kept') continue;
      reportDrift(work, subject, `${account} in ${name}, not put there by the identity provider`);
      work.tally.add(is, `${account} of ${name}`);
    }
    page = next;
  }
  return 'done';
}
