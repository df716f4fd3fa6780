import { ProvisioningError, type TargetReport } from '../target.ts';
import type { Abilities } from './abilities.ts';
import { readServiceAccount } from './accounts.ts';
import { Group, Ignored, pageOf } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { RestClient } from './rest-client.ts';

type Finding = TargetReport['findings'][number];

const UNKNOWN = { updateProfile: false, findByEmail: false, renameAccount: false, renameGroup: false } as const;

/**
 * What an administrator wants to know before trusting a connection: can we log in, as whom, is the version recent enough, may the
 * account administer. Changes nothing, makes at most one login attempt that fails, and throws nothing that Confluence caused.
 */
export async function testTarget(client: RestClient, abilities: () => Promise<Abilities>): Promise<TargetReport> {
  const findings: Finding[] = [];
  const finding = (ok: boolean, text: string) => findings.push({ ok, text });

  let serviceAccount: string;
  try {
    serviceAccount = await readServiceAccount(client);
  } catch (error) {
    finding(false, sentenceOf(error));
    return { capabilities: UNKNOWN, findings };
  }
  finding(true, `The login works: this product acts as ${serviceAccount}.`);

  // Asked before the abilities, whose probes include an administrator's call.
  const refusal = await refusalOfAdministration(client);
  if (refusal !== undefined) {
    finding(
      false,
      `${serviceAccount} may not administer users and groups. Make it a member of a group with the global permission System Administrator. ${refusal}`,
    );
    return { serviceAccount, capabilities: UNKNOWN, findings };
  }
  finding(true, `${serviceAccount} may read the members of groups, which only administrators may.`);

  try {
    const { version, canCreateUsers, capabilities } = await abilities();
    const name = version === undefined ? 'Confluence (before 10, which does not tell its version)' : `Confluence ${version}`;
    if (canCreateUsers) finding(true, `${name} can create accounts by REST.`);
    else finding(false, `${name} is older than 8.4 and can't create accounts by REST. Upgrade it.`);
    if (!capabilities.updateProfile) {
      finding(true, 'Changed names and e-mail addresses of existing accounts are logged and not applied: that needs Confluence 9.4.');
    }
    if (!capabilities.findByEmail)
      finding(true, 'Existing accounts can be linked by user name, not by e-mail address: that needs Confluence 9.3.');
    return { ...(version !== undefined && { version }), serviceAccount, capabilities, findings };
  } catch (error) {
    finding(false, sentenceOf(error));
    return { serviceAccount, capabilities: UNKNOWN, findings };
  }
}

/** Reads one member of one group: "You need admin permissions to use this endpoint." Undefined when that is permitted. */
async function refusalOfAdministration(client: RestClient): Promise<string | undefined> {
  try {
    const groups = await client.call(ENDPOINTS.groups, { query: { start: 0, limit: 1 } }, pageOf(Group));
    const [first] = groups.results;
    if (!first) return 'It sees no group at all.';
    await client.call(ENDPOINTS.groupMembers, { names: { groupName: first.name }, query: { start: 0, limit: 1 } }, Ignored);
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ProvisioningError) return error.message;
  throw error;
}
