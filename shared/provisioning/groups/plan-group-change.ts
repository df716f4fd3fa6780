import type { GroupItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { applyMembers } from '../memberships/apply-members.ts';
import { applyMembership } from '../memberships/apply-membership.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { groupNamingFor } from '../name-in-target.ts';
import { isAlreadyPlanned, planPark, setPlanned } from '../safety/dry-run.ts';
import { goOn, reportPlan, type Work } from '../work.ts';
import { otherMembersOf } from './other-members.ts';
import { placeGroup } from './place-group.ts';

/**
 * What `applyGroup` does of a group and its memberships, in a dry run: all of it is planned and told once, nothing is called that writes,
 * and every marker stays. Layers are expanded all the same, as while a target is paused: else the IdP would be refused its ninth large
 * change (DELIVERY §3.2).
 */
export async function planGroupChange(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  if (header.state === 'tombstone') return planTombstone(work, header, subject);
  const isRun = work.change.run !== undefined;
  // A continuation goes on with the members: the group itself was told of by the message before.
  if (header.parkedCode === undefined && work.change.reason !== 'continuation' && !isAlreadyPlanned(work, header)) {
    const placed = await placeGroup(work, header, subject);
    if (placed.is === 'gone') return goOn(work, 'again');
    if (placed.is === 'planned' && !isRun) await planOthers(work, placed.group, subject);
  }
  // A run counts a membership with its user, and what is pending stays so: it would begin again and again with a large group.
  if (isRun) return;
  if ((await applyMembers(work, header, false)).is === 'more') return goOn(work);
  return setPlanned(work, header);
}

/** `groups.otherMembers` is remove: once a group that exists is linked, whom the IdP did not put there goes. As far as the slice gets. */
async function planOthers(work: Work, group: GroupItem, subject: Subject): Promise<void> {
  if (work.policy.settings.groups.otherMembers === 'keep' || group.boundName !== undefined) return;
  const naming = groupNamingFor(work, group);
  if (naming.is !== 'names') return;
  const [boundName, ...alsoBound] = naming.names;
  const linked = { ...group, boundName, alsoBound };
  for (let from: string | undefined = ''; from !== undefined && work.proceed(); ) {
    const { others, next } = await otherMembersOf(work, linked, from === '' ? undefined : from);
    const told = others.map(({ group: name, account, is }) => `${is === 'removed' ? 'remove' : 'keep'} other member ${account} of ${name}`);
    if (told.length > 0) reportPlan(work, subject, group.revision, told);
    from = next;
  }
}

/** Its memberships have no markers of their own, so what a slice does not get to is told in one sentence: nothing says where to go on. */
async function planTombstone(work: Work, header: GroupItem, subject: Subject): Promise<void> {
  if (isAlreadyPlanned(work, header)) return;
  const names = allNamesOfGroup(header);
  const { onDelete } = work.policy.settings.groups;
  const untouched = names.find((name) => work.protectedGroups.has(name.toLowerCase()));
  if (untouched !== undefined) {
    planPark(work, subject, header.revision, { code: 'protected', reason: `The group ${untouched} is protected: its members stay.` });
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
  if (onDelete === 'delete') actions.push(...names.map((name) => `delete group ${name}`));
  work.thread.subject = subject;
  work.thread.correlationId = work.change.correlationId;
  reportPlan(work, subject, header.revision, actions);
  return setPlanned(work, header);
}
