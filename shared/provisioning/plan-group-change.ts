import type { GroupItem } from '../directory/items.ts';
import type { Subject } from '../log/records.ts';
import { applyMembers } from './apply-members.ts';
import { applyMembership } from './apply-membership.ts';
import { isAlreadyPlanned, planPark, setPlanned } from './dry-run.ts';
import { groupNameFor } from './name-in-target.ts';
import { placeGroup } from './place-group.ts';
import { goOn, reportPlan, type Work } from './work.ts';

/**
 * What `applyGroup` does of a group and its memberships in a dry run: all of it is planned and told once, nothing is called that writes,
 * and every marker stays. Layers are expanded all the same, as while a target is paused: else the IdP would be refused its ninth large
 * change (DELIVERY §3.2).
 */
export async function planGroupChange(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  if (header.state === 'tombstone') return planTombstone(work, header, subject);
  // A continuation goes on with the members: the group itself was told of by the message before.
  if (header.parkedCode === undefined && work.change.reason !== 'continuation' && !isAlreadyPlanned(work, header)) {
    const placed = await placeGroup(work, header, subject);
    if (placed.is === 'gone') return goOn(work, 'again');
  }
  if ((await applyMembers(work, header, false)) !== 'applied') return goOn(work);
  return setPlanned(work, header);
}

/** Its memberships have no markers of their own, so what a slice does not get to is told in one sentence: nothing says where to go on. */
async function planTombstone(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  if (isAlreadyPlanned(work, header)) return;
  const name = groupNameFor(work, header);
  const { onDelete } = work.connection.settings.groups;
  if (header.boundName !== undefined && work.protectedGroups.has(name.toLowerCase())) {
    planPark(work, subject, header.revision, { code: 'protected', reason: `The group ${name} is protected: its members stay.` });
    return setPlanned(work, header);
  }
  const actions: string[] = [];
  if (onDelete !== 'keep') {
    const at = { group: header, ready: false, layersOf: () => Promise.resolve([]) };
    for await (const { userId } of work.delivery.memberships.all(header.connection, header.id)) {
      if (!work.proceed()) {
        actions.push('remove all other members');
        break;
      }
      await applyMembership(work, at, userId);
    }
  }
  if (onDelete === 'delete' && header.boundName !== undefined) actions.push(`delete group ${name}`);
  work.thread.subject = subject;
  work.thread.correlationId = work.change.correlationId;
  reportPlan(work, subject, header.revision, actions);
  return setPlanned(work, header);
}
