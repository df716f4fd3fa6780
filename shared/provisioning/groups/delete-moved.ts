import type { GroupItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { isSettling, settling } from '../settling.ts';
import { report, reportPlan, ring, type Work } from '../work.ts';
import { deleteGroup } from './end-groups.ts';

/**
 * The groups of the target that a SCIM group was before the IdP renamed it: nobody whom this product put there is left in them. Each is
 * deleted before its name is given up, while the lock is held. Left as it is, and told: one that this product did not make, one that
 * somebody else is in, one that the target refuses to delete. What another group waits for is left to that group.
 * @throws ProvisioningError for what is tried again
 */
export async function deleteMoved(work: Work, group: GroupItem, subject: Subject): Promise<void> {
  for (const name of group.movedFrom ?? []) {
    if (group.retiring?.includes(name) !== true || work.protectedGroups.has(name.toLowerCase())) continue;
    const owner = await work.delivery.resources.owner(group.target, 'group', name);
    if (owner?.id !== group.id || owner.connection !== group.connection || owner.givenUp) continue;
    const waiting = await work.delivery.resources.wakeWaiters(group.target, 'group', name);
    for (const one of waiting) await ring(work, one, 'woken');
    if (waiting.length > 0) continue;
    const why = owner.made || work.target.groupsAreProvisioned ? await othersIn(work, group, name) : 'it was not made by this product';
    if (why !== undefined) {
      leave(work, subject, name, why);
      continue;
    }
    reportPlan(work, subject, group.revision, [`delete group ${name}`]);
    const ended = await deleteGroup(work, group, name, subject);
    if (ended instanceof ProvisioningError) leave(work, subject, name, ended.message);
  }
}

async function othersIn(work: Work, group: GroupItem, name: string): Promise<string | undefined> {
  const { target, delivery, policy } = work;
  // Of a default group nobody is taken out.
  const mayLag = isSettling(work, group) && !policy.userGroups.allUsers.includes(name);
  try {
    for await (const account of target.members(name)) {
      const wasOurs = mayLag && (await delivery.memberships.putThere(group, [account], false)).has(account);
      if (wasOurs && !work.protectedAccounts.has(account.toLowerCase())) throw settling(`${account} is still shown in ${name}.`);
      return `${account} is in it, whom the identity provider did not put there`;
    }
    if (await target.hasUnnamedMembers?.(name)) return 'somebody is in it of whom the target tells no name';
  } catch (error) {
    // Deleting it asks once more.
    if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
  }
  return undefined;
}

function leave(work: Work, subject: Subject, name: string, why: string): void {
  work.tally.count('unsupported', `delete group ${name}`);
  report(work, 'change.unsupported', {
    subject,
    what: `delete of group ${name}, which the group was before it was renamed: ${why}. It stays.`,
  });
}
