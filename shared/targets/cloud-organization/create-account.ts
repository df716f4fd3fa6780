import { dispositionOf } from '../../provisioning/dispositions.ts';
import { ProvisioningError } from '../target.ts';
import { giveAccess, idsOfAccessGroups } from './access.ts';
import { remember, userOfAddress } from './accounts.ts';
import { Invitation } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { illegalAccountName, refuseIllegal } from './illegal-name.ts';
import type { Calls, Organization } from './organization.ts';

/**
 * Invites somebody, without a mail from Atlassian, into the access groups: that puts them into the directory. Their full name is their own to
 * choose. The invitation itself is harmless when it is repeated, so an account that the search does not find yet is left to the next attempt,
 * which finds that this product was at it (DELIVERY §2.3).
 * @throws ProvisioningError 'illegal-name' for what is no e-mail address, 'conflict' for who is in the directory already, 'taken' where another
 *   account has the address by now, 'no-seat', 'bad-request' for an access group that is not there, 'settling' also for who was invited without all
 *   of the access
 */
export async function createAccount(org: Organization, calls: Calls, name: string): Promise<{ key: string }> {
  refuseIllegal(illegalAccountName(name));
  const found = await userOfAddress(calls, name);
  if (found) throw await whyNot(org, name, found.accountId);
  const additionalGroups = await idsOfAccessGroups(org, calls);
  const refused = await invite(calls, name, additionalGroups);

  const invited = await userOfAddress(calls, name);
  if (!invited) throw refused ?? new ProvisioningError('settling', `${name} was invited, and Atlassian does not show the account yet.`);
  await remember(org, name, invited.accountId);
  await giveAccess(org, calls, invited.accountId).catch((error: unknown) => {
    throw isForGood(error) ? asInvited(name, error) : error;
  });
  return { key: invited.accountId };
}

/** What would park, and give the name back with it (DELIVERY §2.3): but the account is made, and may have some of the access. */
function isForGood(error: unknown): error is ProvisioningError {
  return error instanceof ProvisioningError && (error.code === 'refused' || dispositionOf(error.code) === 'park');
}

/** The next attempt finds the account, as this product's own, and what is missing parks then. */
function asInvited(name: string, cause: ProvisioningError): ProvisioningError {
  const details = { ...(cause.status !== undefined && { status: cause.status }), cause };
  return new ProvisioningError('settling', `${name} is invited, and not in every access group yet. ${cause.message}`, details);
}

/** The account is there, or it is another one than the one that this product knows by the name. */
async function whyNot({ accountKeys, targetId }: Organization, name: string, found: string): Promise<ProvisioningError> {
  const kept = await accountKeys.read(targetId, name);
  if (kept === undefined || kept === found) return new ProvisioningError('conflict', `${name} is in the organisation already.`);
  const sentence = `The account that this product knew as ${name} has left the organisation, and another account has the e-mail address by now. If it is the same person's, remove that account from the organisation at admin.atlassian.com and retry: it is invited again. Or delete the user in the identity provider (to deactivate it is not enough), and provision it again.`;
  return new ProvisioningError('taken', sentence);
}

/**
 * 206 is a success for some and a failure for others, address by address and group by group.
 * @returns the failure that the answer tells of this address: whether it counts, a look decides
 */
async function invite(calls: Calls, name: string, additionalGroups: readonly string[]): Promise<ProvisioningError | undefined> {
  const body = { emails: [name], sendNotification: false, ...(additionalGroups.length > 0 && { additionalGroups }) };
  try {
    return refusalOf(name, await calls.call(ENDPOINTS.invite, { body }, Invitation));
  } catch (error) {
    // There was nobody of this address a moment ago: it is a seat that is missing (or somebody else has just invited them).
    if (!(error instanceof ProvisioningError) || error.code !== 'conflict') throw error;
    return new ProvisioningError('no-seat', `Atlassian does not invite ${name}: mostly an app has no seat left. ${error.message}`, {
      cause: error,
    });
  }
}

function refusalOf(name: string, invitation: Invitation): ProvisioningError | undefined {
  const told = (invitation?.data ?? []).filter(({ email }) => (email ?? name).toLowerCase() === name.toLowerCase());
  const groups = told.flatMap(({ results }) => (results ?? []).flatMap(({ groupAssignmentResult }) => groupAssignmentResult ?? []));
  const refused = groups.filter(({ status }) => status === 'ERROR');
  if (refused.length === 0 || refused.length < groups.length) return undefined;
  const why = refused.map(({ statusReason }) => statusReason ?? 'without a reason').join('; ');
  const code = /seat|licen[cs]e|limit/i.test(why) ? 'no-seat' : 'bad-request';
  return new ProvisioningError(code, `Atlassian does not invite ${name}: ${why.slice(0, 300)}`);
}
