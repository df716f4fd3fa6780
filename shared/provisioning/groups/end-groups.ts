import type { GroupItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { asSettling } from '../settling.ts';
import { report, type Work } from '../work.ts';

/**
 * What becomes of the groups of the target of a deleted SCIM group whose members are out: `groups.onDelete`. None of them is protected.
 * @returns what was done, for the log; undefined if it is parked until someone acts
 * @throws ProvisioningError for what is to be tried again
 */
export async function endGroups(work: Work, tombstone: GroupItem, subject: Subject): Promise<string | undefined> {
  const { onDelete } = work.policy.settings.groups;
  const names = allNamesOfGroup(tombstone);
  if (onDelete === 'keep') return 'the group is kept, with its members';
  if (onDelete === 'empty' || names.length === 0) return 'the group is kept, without the members it was given';
  const kept: string[] = [];
  for (const name of names) {
    // Someone else's by now: a group of that name was pushed since.
    const owner = await work.delivery.resources.owner(tombstone.target, 'group', name);
    if (owner?.id !== tombstone.id || owner.connection !== tombstone.connection || owner.givenUp) continue;
    const ended = await deleteGroup(work, tombstone, name, subject);
    if (ended === 'kept') kept.push(name);
    else if (ended !== 'deleted') {
      const { code, message: reason } = ended;
      if (await work.delivery.resources.park(tombstone, { code, reason })) report(work, 'change.parked', { subject, code, reason });
      return undefined;
    }
  }
  return kept.length === 0 ? 'so is the group in Confluence' : `Confluence refuses to delete ${kept.join(' and ')}: left without members`;
}

/**
 * Deletes one group of the target that nobody of ours is in.
 * @returns 'kept' where the target refuses, which is told; the failure where it can't be done until somebody acts
 * @throws ProvisioningError for what is tried again
 */
export async function deleteGroup(
  work: Work,
  group: GroupItem,
  name: string,
  subject: Subject,
): Promise<'deleted' | 'kept' | ProvisioningError> {
  try {
    await work.target.deleteGroup(name);
    work.tally.count('deleted', `delete group ${name}`);
    return 'deleted';
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    const settling = asSettling(work, error, group);
    if (settling) throw settling;
    if (error.code === 'not-found') return 'deleted';
    // CONFLUENCE §1a: 400 for the last group of administrators. It grants nothing to anybody any more.
    if (error.code === 'bad-request' || dispositionOf(error.code) === 'ignore') {
      work.tally.count('unsupported', `delete group ${name}`);
      report(work, 'change.unsupported', { subject, what: `delete of group ${name}: ${error.message} It is left without members.` });
      return 'kept';
    }
    if (dispositionOf(error.code) === 'park') return error;
    throw error;
  }
}
