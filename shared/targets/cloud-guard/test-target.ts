import { answerIn } from '../http/failure-table.ts';
import { NO_CAPABILITIES, ProvisioningError, type TargetCapabilities, type TargetReport } from '../target.ts';
import { Ignored, listOf } from './answers.ts';
import type { Directory } from './directory.ts';
import { ENDPOINTS } from './endpoints.ts';

/** The same for every directory: nobody can switch anything off. */
export const CAPABILITIES: TargetCapabilities = {
  createAccount: true,
  updateProfile: true,
  changeStatus: true,
  deleteAccount: true,
  createGroup: true,
  deleteGroup: true,
  changeMembers: true,
  findByEmail: true,
  countSeats: false,
  tellSeatLimit: false,
  renameAccount: false,
  renameGroup: false,
};

const LIMITS = {
  countSeats: 'The directory knows nothing of licences: see admin.atlassian.com, Billing. Guard goes on provisioning past the limit.',
  tellSeatLimit: 'The directory knows nothing of licences: set seats.limit.',
  renameAccount: 'The record keeps the userName that it was made with. Full name and e-mail address follow the identity provider.',
  renameGroup: "Atlassian's groups keep their name. With groups.onRename `move` a renamed group becomes a new one with the same members.",
} satisfies TargetReport['limits'];

/**
 * Who the key belongs to: a directory, nobody's account. This is the question by which the worker tells a refused login from a call that is
 * not permitted, so a refusal here, and a directory that is not there, is a refused login: the target is paused.
 * @throws ProvisioningError 'login-refused'
 */
export async function readServiceAccount(directory: Directory, directoryId: string): Promise<string> {
  await readCount(directory, 'users');
  return `the API key of Atlassian directory ${directoryId}`;
}

/** Changes nothing, and throws nothing that Atlassian caused. */
export async function testTarget(directory: Directory, directoryId: string): Promise<TargetReport> {
  try {
    const users = await readCount(directory, 'users');
    const groups = await readCount(directory, 'groups');
    return {
      serviceAccount: await readServiceAccount(directory, directoryId),
      capabilities: CAPABILITIES,
      limits: LIMITS,
      findings: [
        { ok: true, text: `The API key is accepted for the directory ${directoryId}, which has ${users} users and ${groups} groups.` },
        ...WHAT_TO_KNOW.map((text) => ({ ok: true, text })),
      ],
    };
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    return { capabilities: NO_CAPABILITIES, findings: [{ ok: false, text: error.message }] };
  }
}

const WHAT_TO_KNOW = [
  "Only people with an e-mail address on a domain that the organisation has verified, and linked to this directory, can be provisioned. The key can't ask for the domains: see admin.atlassian.com (Settings, Domains). Who is on another domain is parked, with Atlassian's reason.",
  "An Atlassian account that has the e-mail address of a new user already is linked by Atlassian, whatever users.linking says. Add the e-mail addresses that must never be touched, such as those of the organisation's administrators, to protected.accounts.",
  "Who is deactivated loses all of Atlassian's apps, not only Confluence.",
  'Being provisioned grants nothing: give Confluence to a group of the directory, once, at admin.atlassian.com.',
  "Groups that give new people access by default can't be managed by a directory: a group of such a name is parked.",
];

/** @throws ProvisioningError 'login-refused', and what else a call meets */
async function readCount(directory: Directory, what: 'users' | 'groups'): Promise<number> {
  try {
    const list = await directory.calls(1).call(ENDPOINTS[what], { query: { startIndex: 1, count: 1 } }, listOf(Ignored));
    return list.totalResults;
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'refused') throw error;
    const details = { ...(error.status !== undefined && { status: error.status }), cause: error };
    throw new ProvisioningError('login-refused', `${whatToDo(error.status)} ${answerIn(error)}`, details);
  }
}

function whatToDo(status: number | undefined): string {
  if (status === 404) {
    return 'The directory is not there: its id is not right, or it was removed, as Atlassian does when the subscription to Guard ends. Compare the id with the SCIM base URL at admin.atlassian.com (Security, Identity providers, the directory).';
  }
  if (status === 403) {
    return "The API key is not one for this directory. An organisation's API key is another one; a directory's is shown once, when its user provisioning is set up (Security, Identity providers), and can be made anew there. Store it with `npm run admin -- credentials set`.";
  }
  return 'The API key is wrong, has expired (it lasts a year at most), or was replaced by a newer one. Make a new one at admin.atlassian.com (Security, Identity providers, the directory), and store it with `npm run admin -- credentials set`.';
}
