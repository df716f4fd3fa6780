import type { GroupId, UserId } from '../../directory/ids.ts';
import type { GroupItem } from '../../directory/items.ts';
import { applyGroup } from '../apply-group.ts';
import { groupNameFor } from '../name-in-target.ts';
import { ring } from '../work.ts';
import { markAgain } from './compare-memberships.ts';
import { isSettled, type RunningWork, reportDrift, type Slice } from './running-work.ts';

/** In a cursor: the group was made anew, its members are still to be marked, those after this user. */
const REMADE = 'remade:';

/**
 * Compares a group with the target: that it exists, what is pending of it, and its other members where the settings remove those. A group
 * that was deleted by hand is made again, and every membership of it is applied once more. A parked one is tried again.
 */
export async function reconcileGroup(work: RunningWork, id: GroupId): Promise<Slice> {
  const { resources } = work.delivery;
  const before = await resources.group(work.connection.id, id);
  if (!before) return 'done';
  if (work.cursor?.startsWith(REMADE)) return markMembers(work, before, work.cursor.slice(REMADE.length) as UserId);

  if (before.parkedCode !== undefined && work.isDryRun) {
    work.tally.count('conflict', before.parkedReason ?? before.parkedCode);
    return 'done';
  }
  if (before.parkedCode !== undefined) await resources.again(before, 'parked too');
  await applyGroup(work, id);
  const isRemade = isSettled(before) && work.tally.counts.created !== undefined;
  if (isRemade) reportDrift(work, { type: 'group', id, name: before.displayName }, `the group ${groupNameFor(work, before)} was gone`);
  if (isRemade && !work.isDryRun) return { cursor: REMADE };
  return work.isSentOn() ? { cursor: undefined } : 'done';
}

/** Each present membership becomes pending, once; those that are already are left as they are. */
async function markMembers(work: RunningWork, group: GroupItem, after: UserId): Promise<Slice> {
  const { memberships } = work.delivery;
  for await (const member of memberships.all(group.connection, group.id, after === '' ? undefined : after)) {
    if (member.wanted === 'present' && member.marker === undefined) {
      await markAgain(work, { member });
      work.tally.add('added', groupNameFor(work, group));
    }
    if (!work.proceed()) return { cursor: `${REMADE}${member.userId}` };
  }
  const { messageGroup, change } = work;
  const resource = { type: 'group', id: group.id } as const;
  await ring(work, { messageGroup, connection: group.connection, resource, correlationId: change.correlationId }, 'woken');
  return 'done';
}
