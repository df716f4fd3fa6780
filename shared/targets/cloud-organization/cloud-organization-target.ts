import { setTimeout as wait } from 'node:timers/promises';
import type { AccountKeys } from '../../directory/account-keys.ts';
import type { Settings } from '../../provisioning/settings/settings.ts';
import { type HttpClientOptions, httpClient } from '../http/http-client.ts';
import { restClient } from '../http/rest-client.ts';
import { withWorkingClock } from '../http/working-clock.ts';
import { type IdMemory, idMemory } from '../id-memory.ts';
import { ProvisioningError, type Target } from '../target.ts';
import type { AddressOf } from '../target-address.ts';
import { disableAccount, enableAccount } from './access.ts';
import { deleteAccount, remember } from './accounts.ts';
import { capabilitiesOf } from './capabilities.ts';
import { countSeats } from './count-seats.ts';
import { createAccount } from './create-account.ts';
import { failureOfAnswer } from './failure.ts';
import { findAccount, findAccountsByAddress } from './find-account.ts';
import { createGroup, deleteGroup, findGroup } from './groups.ts';
import { illegalAccountName, illegalGroupName } from './illegal-name.ts';
import { keyExpiry } from './key-expiry.ts';
import { addMember, groupsOfAccount, hasUnnamedMembers, membersOf, removeMember } from './members.ts';
import { organization } from './organization.ts';
import { readServiceAccount } from './service-account.ts';
import { testOrganization } from './test-organization.ts';

export interface CloudOrganizationTargetOptions extends HttpClientOptions {
  readonly address: AddressOf<'cloud-organization'>;
  /** Shared by the targets of a process. Default: this object's own. */
  readonly memory?: IdMemory;
  readonly accountKeys: AccountKeys;
  readonly settings: Settings['target']['organization'];
  /** Default: this machine's timer. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Of memberships and accounts Atlassian says "eventually"; of roles up to 30 seconds. */
const SETTLES_WITHIN_MS = 300_000;

/**
 * An Atlassian organisation without Guard, by its Organizations API (v2). An account's name is its e-mail address; who may use Confluence is in
 * the access groups (`target.organization.accessGroups`). Accounts are remembered by their key, so that who changes their address is found.
 *
 * Most methods are several requests: names are looked up first, all within the time that the worker reserves for the verb. No change is
 * repeated here. An unknown account or group is thrown as 'not-found'.
 */
export function cloudOrganizationTarget(options: CloudOrganizationTargetOptions): Target {
  const { address, accountKeys, targetId, settings, now, callTimeoutMs, memory = idMemory(), sleep = wait } = options;
  const { http, workingClock } = withWorkingClock(options);
  const client = restClient(httpClient(http), (answer, redact) => failureOfAnswer(answer, now(), redact));
  const org = organization({ client, address, accountKeys, targetId, settings, now, workingClock, callTimeoutMs, memory });
  const capabilities = capabilitiesOf(settings);

  return {
    settlesWithinMs: SETTLES_WITHIN_MS,
    illegalAccountName,
    illegalGroupName,
    serviceAccount: () => readServiceAccount(org.calls(1), address),
    loginExpires: (name) => keyExpiry(client, { organization: address.organization, name, timeoutMs: callTimeoutMs, now: now() }),
    capabilities: () => Promise.resolve(capabilities),
    test: () => testOrganization(org, http),

    async findAccount(name) {
      if (illegalAccountName(name) !== undefined) return undefined;
      return findAccount(org, org.calls(1), name);
    },
    async findAccountsByEmail(email) {
      if (illegalAccountName(email) !== undefined) return [];
      return findAccountsByAddress(org, org.calls(4), email);
    },
    createAccount: (name) => createAccount(org, org.calls(2), name),
    updateAccount: () =>
      Promise.reject(new ProvisioningError('unsupported', 'A name and an e-mail address at Atlassian are their owner’s to change.')),
    enableAccount: (name) => enableAccount(org, org.calls(2), name),
    disableAccount: (name) => disableAccount(org, org.calls(2), name),
    deleteAccount: (name) => deleteAccount(org, org.calls(2), name, sleep),
    rememberAccount: (name, key) => remember(org, name, key),
    forgetAccount: (name) => accountKeys.forget(targetId, name),

    groupExists: async (name) => (await findGroup(org.calls(1), name)) !== undefined,
    createGroup: (name) => createGroup(org.calls(2), name),
    deleteGroup: (name) => deleteGroup(org, org.calls(2), name),
    members: (group, start) => membersOf(org, group, start),
    hasUnnamedMembers: (group) => hasUnnamedMembers(org, group),
    groupsOf: (account) => groupsOfAccount(org, account),
    addMember: (group, account) => addMember(org, org.calls(2), group, account),
    removeMember: (group, account) => removeMember(org, org.calls(2), group, account),

    seats: () => countSeats(org, 2),
  };
}
