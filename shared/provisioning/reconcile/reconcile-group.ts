import type { GroupId } from '../../directory/ids.ts';
import { applyGroup } from '../apply-group.ts';
import { groupNameFor } from '../name-in-target.ts';
import { isSettled, type RunningWork, reportDrift, type Slice } from './running-work.ts';

/**
 * Compares a group with the target: that it exists, what is pending of it, and its other members where the settings remove those. A group
 * that was deleted by hand is made again; its memberships are pending since its members were compared, which is before (decision 18). A
 * parked one is tried again.
 */
export async function reconcileGroup(work: RunningWork, id: GroupId): Promise<Slice> {
  const { resources } = work.delivery;
  const before = await resources.group(work.connection.id, id);
  if (!before) return 'done';
  if (before.parkedCode !== undefined && work.isDryRun) {
    work.tally.count('conflict', before.parkedReason ?? before.parkedCode);
    return 'done';
  }
  if (before.parkedCode !== undefined) await resources.again(before, 'parked too');
  await applyGroup(work, id);
  if (isSettled(before) && work.tally.counts.created !== undefined)
    reportDrift(work, { type: 'group', id, name: before.displayName }, `the group ${groupNameFor(work, before)} was gone`);
  return work.isSentOn() ? { cursor: undefined } : 'done';
}
