import { usableInPath } from '../http/path.ts';
import type { RestClient } from '../http/rest-client.ts';
import type { Target } from '../target.ts';
import { createAccount, updateAccount } from './accounts.ts';
import { Ignored } from './answers.ts';
import { deleteAccount } from './delete-account.ts';
import { ENDPOINTS } from './endpoints.ts';

/** What changes something in Confluence; which interface a version has it by is in routes-by-version.ts. */
export type Writes = Pick<
  Target,
  | 'createAccount'
  | 'updateAccount'
  | 'enableAccount'
  | 'disableAccount'
  | 'deleteAccount'
  | 'createGroup'
  | 'deleteGroup'
  | 'addMember'
  | 'removeMember'
>;

export interface RestWritesOptions {
  readonly newPassword: () => string;
  readonly now: () => number;
  /** How long the deletion of an account is waited for. */
  readonly callTimeoutMs: number;
}

/** By the REST API: one request each, but for the deletion of an account. */
export function restWrites(client: RestClient, { newPassword, now, callTimeoutMs }: RestWritesOptions): Writes {
  const changeAccount = async (endpoint: 'enableUser' | 'disableUser', name: string): Promise<void> => {
    await client.call(ENDPOINTS[endpoint], { names: { username: name } }, Ignored);
  };
  const changeMember = async (endpoint: 'addMember' | 'removeMember', group: string, account: string): Promise<void> => {
    await client.call(ENDPOINTS[endpoint], { names: { username: account, groupName: group } }, Ignored);
  };
  return {
    createAccount: (name, profile) => createAccount(client, name, profile, newPassword()),
    updateAccount: (name, profile) => updateAccount(client, name, profile),
    enableAccount: (name) => changeAccount('enableUser', name),
    disableAccount: (name) => changeAccount('disableUser', name),
    deleteAccount: (name) => deleteAccount(client, name, { now, withinMs: callTimeoutMs }),
    async createGroup(name) {
      await client.call(ENDPOINTS.createGroup, { body: { name: usableInPath(name), type: 'group' } }, Ignored);
    },
    async deleteGroup(name) {
      await client.call(ENDPOINTS.deleteGroup, { names: { groupName: name } }, Ignored);
    },
    addMember: (group, account) => changeMember('addMember', group, account),
    removeMember: (group, account) => changeMember('removeMember', group, account),
  };
}
