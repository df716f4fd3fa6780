import type { HttpClientOptions } from '../http/http-client.ts';
import { ProvisioningError, type TargetReport } from '../target.ts';
import { Directory, Ignored, pageOf, RoleAssignment } from './answers.ts';
import { capabilitiesOf, limitsOf } from './capabilities.ts';
import { compareWithConfluence } from './compare-with-confluence.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type Finding, sentenceOf } from './finding.ts';
import { findGroup } from './groups.ts';
import { isNotFound, type Organization, whichDirectory } from './organization.ts';
import { readServiceAccount } from './service-account.ts';

/** No group and no account can have these ids, so whatever the answer is, nothing is changed. */
const NOBODY = { groupId: '00000000-0000-0000-0000-000000000000', accountId: '000000:00000000-0000-0000-0000-000000000000' };

/**
 * What an administrator wants to know before trusting a connection: is the key accepted, for which organisation and directory, may it read and
 * change, does the plan allow invitations, do the access groups grant Confluence, and does Confluence see the same members. Changes nothing, and
 * throws nothing that Atlassian caused.
 */
export async function testOrganization(org: Organization, http: Omit<HttpClientOptions, 'baseUrl'>): Promise<TargetReport> {
  const capabilities = capabilitiesOf(org.settings);
  const report = { capabilities, limits: limitsOf(capabilities) };
  const findings: Finding[] = [];
  let serviceAccount: string;
  try {
    serviceAccount = await readServiceAccount(org.calls(1), org.address);
    findings.push({ ok: true, text: `The key is accepted: this product works with ${serviceAccount}.` });
  } catch (error) {
    return { ...report, findings: [{ ok: false, text: sentenceOf(error) }] };
  }
  const directory = await findingOfDirectory(org);
  findings.push(directory);
  if (directory.ok) {
    findings.push(...(await findingsOfPermissions(org)), await findingOfPlan(org), ...(await findingsOfAccessGroups(org)));
    findings.push(...(await compareWithConfluence(org, http)));
  }
  return { ...report, serviceAccount, findings };
}

async function findingOfDirectory(org: Organization): Promise<Finding> {
  const wanted = org.address.directory;
  try {
    const { data } = await org.calls(1).call(ENDPOINTS.directories, { query: { limit: 100 } }, pageOf(Directory));
    const found = wanted === undefined ? data[0] : data.find(({ directoryId }) => directoryId === wanted);
    if (wanted !== undefined && !found) return { ok: false, text: `The organisation has no directory ${wanted}. ${whichDirectory(data)}` };
    if (!found || (wanted === undefined && data.length > 1)) return { ok: false, text: whichDirectory(data) };
    return { ok: true, text: `People and groups are those of the directory ${found.name ?? found.directoryId}.` };
  } catch (error) {
    return { ok: false, text: `The directories can't be read (scope read:directories:admin). ${sentenceOf(error)}` };
  }
}

/** One call of each kind; the change is of a membership that nobody can have. */
async function findingsOfPermissions(org: Organization): Promise<Finding[]> {
  const kinds = [
    ['search people', () => org.calls(1).call(ENDPOINTS.searchUsers, { body: { limit: 1 } }, Ignored)],
    ['search groups (scope read:groups:admin)', () => org.calls(1).call(ENDPOINTS.searchGroups, { body: { limit: 1 } }, Ignored)],
    ['change members of groups', () => org.calls(1).call(ENDPOINTS.removeMember, { names: NOBODY }, Ignored)],
  ] as const;
  const refused: Finding[] = [];
  for (const [what, call] of kinds) {
    try {
      await call();
    } catch (error) {
      if (isNotFound(error) || isRejected(error)) continue;
      refused.push({ ok: false, text: `The key may not ${what}. ${sentenceOf(error)}` });
    }
  }
  return refused.length > 0 ? refused : [{ ok: true, text: 'The key may search people and groups, and change members of groups.' }];
}

/** An invitation of nobody: it is refused for what it is, unless the plan or the key refuses it before. */
async function findingOfPlan(org: Organization): Promise<Finding> {
  try {
    await org.calls(1).call(ENDPOINTS.invite, { body: { emails: [], sendNotification: false } }, Ignored);
  } catch (error) {
    if (!isRejected(error)) return { ok: false, text: `People can't be invited. ${sentenceOf(error)}` };
  }
  return { ok: true, text: 'People can be invited, as far as an invitation of nobody tells.' };
}

async function findingsOfAccessGroups(org: Organization): Promise<Finding[]> {
  const { accessGroups, onDisable } = org.settings;
  if (accessGroups.length === 0) {
    const lost = onDisable === 'suspend' ? '' : ' For the same reason a deactivation takes only pushed groups away.';
    const text = `No access group is set: nobody gets Confluence but by pushed groups that grant it.${lost} Name the group that grants Confluence in target.organization.accessGroups.`;
    return [{ ok: false, text }];
  }
  const findings: Finding[] = [];
  for (const name of accessGroups) {
    try {
      findings.push(await findingOfAccessGroup(org, name));
    } catch (error) {
      findings.push({ ok: false, text: `What the group ${name} grants can't be read. ${sentenceOf(error)}` });
    }
  }
  return findings;
}

async function findingOfAccessGroup(org: Organization, name: string): Promise<Finding> {
  const group = await findGroup(org.calls(1), name);
  if (!group)
    return {
      ok: false,
      text: `There is no group ${name}. Create it, let it grant Confluence, or correct target.organization.accessGroups.`,
    };
  if (group.externalSynced === true || group.managementAccess?.modifiable === false) {
    return {
      ok: false,
      text: `The group ${name} is synchronised from an identity provider: its members can't be changed here. Name another one.`,
    };
  }
  const request = { names: { groupId: group.id }, query: { limit: 100 } };
  const { data } = await org.calls(1).call(ENDPOINTS.rolesOfGroup, request, pageOf(RoleAssignment));
  const apps = new Set(data.flatMap(({ resourceId, resourceOwner }) => resourceOwner ?? resourceId?.split(':')[2] ?? []));
  if (!apps.delete('confluence')) {
    return {
      ok: false,
      text: `The group ${name} does not grant Confluence. Add the app to it at admin.atlassian.com (Directory, Groups).`,
    };
  }
  const others = [...apps].join(', ');
  return {
    ok: true,
    text: `The group ${name} grants Confluence${others === '' ? '' : `, and ${others}: who is deactivated loses that too`}.`,
  };
}

/** Answered for what was sent, so nothing else stands in the way. */
function isRejected(error: unknown): boolean {
  return error instanceof ProvisioningError && (error.code === 'bad-request' || error.code === 'conflict');
}
