import { type HttpClientOptions, httpClient } from '../http/http-client.ts';
import { restClient } from '../http/rest-client.ts';
import { withWorkingClock } from '../http/working-clock.ts';
import { type IdMemory, idMemory } from '../id-memory.ts';
import type { Target } from '../target.ts';
import type { AddressOf } from '../target-address.ts';
import { changeStatus, createAccount, deleteAccount, findAccount, findAccountsByEmail, updateAccount } from './accounts.ts';
import { directory as directoryOf } from './directory.ts';
import { type EmailMemory, emailIndex } from './email-index.ts';
import { failureOfAnswer } from './failure.ts';
import { createGroup, deleteGroup, groupExists } from './groups.ts';
import { illegalAccountName, illegalGroupName } from './illegal-name.ts';
import { addMember, groupsOf, members, removeMember } from './members.ts';
import { CAPABILITIES, readServiceAccount, testTarget } from './test-target.ts';

export interface CloudGuardTargetOptions extends HttpClientOptions {
  readonly address: AddressOf<'cloud-guard'>;
  /** Shared by the targets of a process. Default: this object's own. */
  readonly memory?: IdMemory;
  /** Likewise. */
  readonly emails?: EmailMemory;
}

/** "Provisioned users/groups need time before product APIs see them" (AX-282); how long, the vendor does not say. */
const SETTLES_WITHIN_MS = 600_000;

/**
 * A directory of Atlassian's User Provisioning API (SCIM 2.0; needs Atlassian Guard). An account is a SCIM user: its name is the userName,
 * its key the id. Disabling deactivates it in all of Atlassian's apps.
 *
 * The API goes by ids, so a name costs a look, until this process has seen it. No change is repeated, but for one answered by 404 because a
 * remembered id was out of date. All calls of a verb together take no longer than the verb may (guarded-target.ts).
 */
export function cloudGuardTarget(options: CloudGuardTargetOptions): Target {
  const { address, now, callTimeoutMs, targetId } = options;
  const { http, workingClock } = withWorkingClock(options);
  const client = restClient(httpClient(http), (answer, redact) => failureOfAnswer(answer, now(), redact));
  const memory = options.memory ?? idMemory();
  const emails = emailIndex(options.emails ?? new Map(), targetId, now);
  const directory = directoryOf({ client, directoryId: address.directory, targetId, memory, callTimeoutMs, now, workingClock });

  return {
    settlesWithinMs: SETTLES_WITHIN_MS,
    groupsAreProvisioned: true,
    // "If a managed Atlassian account already exists ... for the specified email address", it is linked.
    takesOverByEmail: true,
    illegalAccountName,
    illegalGroupName,
    serviceAccount: () => readServiceAccount(directory, address.directory),
    capabilities: () => Promise.resolve(CAPABILITIES),
    test: () => testTarget(directory, address.directory),
    // The directory finds an account by the name that this product gave it: nobody else changes userNames.
    rememberAccount: () => Promise.resolve(),
    forgetAccount: () => Promise.resolve(),

    findAccount: (name) => findAccount(directory, name),
    findAccountsByEmail: (email) => findAccountsByEmail(directory, emails, email),
    createAccount: (name, profile) => createAccount(directory, emails, name, profile),
    updateAccount: (name, profile) => updateAccount(directory, name, profile),
    enableAccount: (name) => changeStatus(directory, name, true),
    disableAccount: (name) => changeStatus(directory, name, false),
    deleteAccount: (name) => deleteAccount(directory, name),

    groupExists: (name) => groupExists(directory, name),
    createGroup: (name) => createGroup(directory, name),
    deleteGroup: (name) => deleteGroup(directory, name),
    members: (group, start = 0) => members(directory, group, start),
    groupsOf: (account) => groupsOf(directory, account),
    addMember: (group, account) => addMember(directory, group, account),
    removeMember: (group, account) => removeMember(directory, group, account),

    // A directory knows nothing of licences.
    seats: () => Promise.resolve({}),
  };
}
