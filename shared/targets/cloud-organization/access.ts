import { dispositionOf } from '../../provisioning/dispositions.ts';
import { ProvisioningError } from '../target.ts';
import { isUsable, keyOf, remember, userOf, userOfKey } from './accounts.ts';
import { Ignored, type User } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { findGroup, idOfGroup } from './groups.ts';
import { addToGroup, removeFromGroup } from './members.ts';
import { type Calls, isNotFound, type Organization } from './organization.ts';

/**
 * Restores who is suspended, and puts the account into every access group.
 * @throws ProvisioningError 'not-found' for an unknown account, 'bad-request' for one that only Atlassian's administration can activate
 */
export async function enableAccount(org: Organization, calls: Calls, name: string): Promise<void> {
  const user = await userOf(org, calls, name);
  await remember(org, name, user.accountId);
  if (isDeactivated(user)) {
    throw new ProvisioningError(
      'bad-request',
      `The Atlassian account ${name} is deactivated, or is to be deleted. Activate it at admin.atlassian.com (Directory, Managed accounts).`,
    );
  }
  if (!isUsable(user)) await calls.call(ENDPOINTS.restore, { names: { accountId: user.accountId }, body: {} }, Ignored);
  await giveAccess(org, calls, user.accountId);
}

/** Puts the account into every access group. @throws ProvisioningError 'bad-request' for an access group that is not there, 'no-seat' */
export async function giveAccess(org: Organization, calls: Calls, accountId: string): Promise<void> {
  for (const group of org.settings.accessGroups) {
    try {
      await addToGroup(org, calls, group, accountId);
    } catch (error) {
      // The account was just found, so its group is what is missing; or it is not known everywhere yet.
      if (isNotFound(error) && (await isGroupMissing(calls, group))) throw missingAccessGroup(group, error);
      throw error;
    }
  }
}

/**
 * Takes away what `target.organization.onDisable` says, from the account whose key is kept, whatever its e-mail address is by now. Every
 * access group is left, also where one of them fails, and no look is believed that says it was left already (DELIVERY §2.4).
 * @throws ProvisioningError 'not-found' for an unknown account; of several failures one that is tried again, since one that parks would leave
 *   the other groups' removals undone, and before all one without an answer, whose call may still land
 */
export async function disableAccount(org: Organization, calls: Calls, name: string): Promise<void> {
  const accountId = await keyOf(org, calls, name);
  if (org.settings.onDisable === 'suspend') return suspend(calls, accountId);
  const failures: unknown[] = [];
  for (const group of org.settings.accessGroups) {
    try {
      await removeFromGroup(org, calls, group, accountId);
    } catch (error) {
      // A group that is not there gives nobody access.
      if (!isNotFound(error) || !(await isGroupMissing(calls, group).catch(() => false))) failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.find(isNoAnswer) ?? failures.find(isPassing) ?? failures[0];
  if (org.settings.accessGroups.length === 0) await userOf(org, calls, name);
}

function isNoAnswer(error: unknown): boolean {
  return error instanceof ProvisioningError && error.code === 'no-answer';
}

/** Whether a refusal passes, the worker asks first. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ProvisioningError) || (error.code !== 'refused' && dispositionOf(error.code) === 'retry');
}

/** Who is suspended already may be refused: a look tells. */
async function suspend(calls: Calls, accountId: string): Promise<void> {
  try {
    await calls.call(ENDPOINTS.suspend, { names: { accountId }, body: {} }, Ignored);
  } catch (error) {
    const isRefused = error instanceof ProvisioningError && (error.code === 'conflict' || error.code === 'bad-request');
    const user = isRefused ? await userOfKey(calls, accountId) : undefined;
    if (user === undefined || isUsable(user)) throw error;
  }
}

/**
 * The ids of the access groups, in their order.
 * @throws ProvisioningError 'bad-request' for one that is not there
 */
export async function idsOfAccessGroups(org: Organization, calls: Calls): Promise<string[]> {
  const ids: string[] = [];
  for (const group of org.settings.accessGroups) {
    ids.push(
      await idOfGroup(org, calls, group).catch((error: unknown) => {
        throw isNotFound(error) ? missingAccessGroup(group, error) : error;
      }),
    );
  }
  return ids;
}

function missingAccessGroup(group: string, cause?: unknown): ProvisioningError {
  const sentence = `The organisation has no group ${group}, which target.organization.accessGroups names. Create it at admin.atlassian.com and let it grant Confluence, or correct the setting; then retry what is parked.`;
  return new ProvisioningError('bad-request', sentence, { cause });
}

async function isGroupMissing(calls: Calls, group: string): Promise<boolean> {
  return (await findGroup(calls, group)) === undefined;
}

function isDeactivated({ status, accountStatus }: User): boolean {
  return accountStatus === 'inactive' || status === 'deactivated' || status === 'for_deletion';
}
