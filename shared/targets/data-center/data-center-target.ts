import { randomBytes } from 'node:crypto';
import { ProvisioningError, type Target } from '../target.ts';
import { type Abilities, probeAbilities } from './abilities.ts';
import { createAccount, findAccount, findAccountsByEmail, readServiceAccount, updateAccount } from './accounts.ts';
import { Group, Ignored, Person } from './answers.ts';
import { deleteAccount } from './delete-account.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type HttpClientOptions, httpClient } from './http-client.ts';
import { usableInPath } from './names.ts';
import { allOf } from './pages.ts';
import { restClient } from './rest-client.ts';
import { testTarget } from './test-target.ts';

export interface DataCenterTargetOptions extends HttpClientOptions {
  /** For new accounts. Default: 256 random bits in 43 characters and four that satisfy password policies. */
  readonly newPassword?: () => string;
}

const GROUP_PAGE = 200;

/**
 * A Confluence Data Center of version 8.4 or later, by its REST API.
 *
 * Each method but the lists, `test`, `capabilities` and `updateAccount` is one request; `deleteAccount` waits for its long task
 * within `callTimeoutMs`. Nothing is repeated here. An unknown account or group is thrown as 'not-found'. What the instance can do
 * is asked once in this object's life.
 */
export function dataCenterTarget(options: DataCenterTargetOptions): Target {
  const client = restClient(httpClient(options), options.now);
  const newPassword = options.newPassword ?? randomPassword;
  let known: Abilities | undefined;

  async function abilities(): Promise<Abilities> {
    known ??= await probeAbilities(client);
    return known;
  }

  const changeAccount = async (endpoint: 'enableUser' | 'disableUser', name: string): Promise<void> => {
    await client.call(ENDPOINTS[endpoint], { names: { username: name } }, Ignored);
  };
  const changeMember = async (endpoint: 'addMember' | 'removeMember', group: string, account: string): Promise<void> => {
    await client.call(ENDPOINTS[endpoint], { names: { username: account, groupName: group } }, Ignored);
  };

  return {
    serviceAccount: () => readServiceAccount(client),
    capabilities: async () => (await abilities()).capabilities,
    test: () => testTarget(client, abilities),

    findAccount: (name) => findAccount(client, name),

    async findAccountsByEmail(email) {
      if (!(await abilities()).capabilities.findByEmail) {
        throw new ProvisioningError('unsupported', 'Before Confluence 9.3 accounts can be found by user name only.');
      }
      return findAccountsByEmail(client, email);
    },

    createAccount: (name, profile) => createAccount(client, name, profile, newPassword()),

    async updateAccount(name, profile) {
      const able = await abilities();
      if (!able.capabilities.updateProfile) throw profilesCannotBeUpdated();
      try {
        await updateAccount(client, name, profile);
      } catch (error) {
        const isMissing = error instanceof ProvisioningError && (error.code === 'not-found' || error.code === 'unsupported');
        // Which one is missing, the account or the call? Versions before 10 don't tell.
        if (!isMissing || able.version !== undefined || (await findAccount(client, name)) === undefined) throw error;
        known = { ...able, capabilities: { ...able.capabilities, updateProfile: false } };
        throw profilesCannotBeUpdated(error);
      }
    },

    enableAccount: (name) => changeAccount('enableUser', name),
    disableAccount: (name) => changeAccount('disableUser', name),
    deleteAccount: (name) => deleteAccount(client, name, { now: options.now, withinMs: options.callTimeoutMs }),

    async groupExists(name) {
      try {
        await client.call(ENDPOINTS.group, { names: { groupName: name } }, Group);
        return true;
      } catch (error) {
        if (error instanceof ProvisioningError && error.code === 'not-found') return false;
        throw error;
      }
    },

    async createGroup(name) {
      await client.call(ENDPOINTS.createGroup, { body: { name: usableInPath(name), type: 'group' } }, Ignored);
    },

    async deleteGroup(name) {
      await client.call(ENDPOINTS.deleteGroup, { names: { groupName: name } }, Ignored);
    },

    async *members(group, start = 0) {
      const request = { names: { groupName: group }, start };
      for await (const person of allOf(client, ENDPOINTS.groupMembers, request, Person, GROUP_PAGE)) {
        if (person.username !== undefined) yield person.username;
      }
    },

    async *groupsOf(account) {
      const request = { query: { username: account } };
      for await (const { name } of allOf(client, ENDPOINTS.groupsOfUser, request, Group, GROUP_PAGE)) yield name;
    },

    addMember: (group, account) => changeMember('addMember', group, account),
    removeMember: (group, account) => changeMember('removeMember', group, account),

    seats: () => Promise.resolve({}),
  };
}

function randomPassword(): string {
  return `${randomBytes(32).toString('base64url')}aA1!`;
}

function profilesCannotBeUpdated(cause?: unknown): ProvisioningError {
  return new ProvisioningError(
    'unsupported',
    'Before Confluence 9.4 full names and e-mail addresses of existing accounts stay as they are.',
    {
      cause,
    },
  );
}
