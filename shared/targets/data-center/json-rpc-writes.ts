import * as z from 'zod';
import { usableInPath } from '../http/path.ts';
import { type Account, ProvisioningError } from '../target.ts';
import { Ignored } from './answers.ts';
import type { RpcClient, RpcMethod } from './json-rpc.ts';
import { usableAsNewUserName } from './names.ts';
import type { Writes } from './rest-writes.ts';

/** What is looked at after a call that Confluence did not plainly confirm. */
export interface Looks {
  account(name: string): Promise<Account | undefined>;
  groupExists(name: string): Promise<boolean>;
  isMember(group: string, account: string): Promise<boolean>;
}

/** What became of the thing that a failed call was about. */
type Found = 'as wanted' | 'missing' | 'there already' | 'not as wanted';

/**
 * By JSON-RPC. `true` is success, for addUser also an empty reply; the words of its exceptions are documented nowhere. So after `false`
 * and after a failure that says nothing plain, what is in Confluence decides: as wanted is success, missing is 'not-found', and an account
 * that is there after all was not made by this call.
 */
export function jsonRpcWrites(rpc: RpcClient, looks: Looks, newPassword: () => string): Writes {
  async function change(method: RpcMethod, parameters: readonly unknown[], look: () => Promise<Found>): Promise<void> {
    let failure: ProvisioningError;
    try {
      if ((await rpc.call(method, parameters, z.boolean().nullish())) === true) return;
      failure = new ProvisioningError('server-error', `Confluence did not say that ${method} was done.`);
    } catch (error) {
      if (!(error instanceof ProvisioningError) || !isUnclear(error)) throw error;
      failure = error;
    }
    throwUnlessAsWanted(await look(), failure);
  }

  const lookForAccount = async (name: string, isAsWanted: (account: Account) => boolean): Promise<Found> => {
    const account = await looks.account(name);
    if (account === undefined) return 'missing';
    return isAsWanted(account) ? 'as wanted' : 'not as wanted';
  };
  const lookForMember = async (group: string, account: string, wanted: boolean): Promise<Found> => {
    if ((await looks.account(account)) === undefined || !(await looks.groupExists(group))) return 'missing';
    return (await looks.isMember(group, account)) === wanted ? 'as wanted' : 'not as wanted';
  };

  return {
    async createAccount(name, { fullName, email }) {
      const password = newPassword();
      const user = { name: usableAsNewUserName(name), fullname: fullName, email };
      try {
        const reply = await rpc.call('addUser', [user, password], Ignored, { secrets: [password] });
        if (reply === false) throw new ProvisioningError('server-error', 'Confluence answered false to addUser.');
      } catch (error) {
        if (!(error instanceof ProvisioningError) || !isUnclear(error)) throw error;
        throwUnlessAsWanted((await looks.account(name)) === undefined ? 'not as wanted' : 'there already', error);
      }
      const made = await looks.account(name);
      if (made === undefined) throw new ProvisioningError('unexpected-answer', `Confluence says ${name} was made, and does not know it.`);
      return { key: made.key };
    },
    updateAccount: (name, { fullName, email }) =>
      change(
        'editUser',
        [{ name: usableInPath(name), ...(fullName !== undefined && { fullname: fullName }), ...(email !== undefined && { email }) }],
        () =>
          lookForAccount(
            name,
            (account) => (fullName ?? account.fullName) === account.fullName && (email === undefined || email === account.email),
          ),
      ),
    enableAccount: (name) => change('reactivateUser', [usableInPath(name)], () => lookForAccount(name, ({ active }) => active)),
    disableAccount: (name) => change('deactivateUser', [usableInPath(name)], () => lookForAccount(name, ({ active }) => !active)),
    deleteAccount: (name) => change('removeUser', [usableInPath(name)], () => lookForAccount(name, () => false)),
    createGroup: (name) =>
      change('addGroup', [usableInPath(name)], async () => ((await looks.groupExists(name)) ? 'there already' : 'not as wanted')),
    // The second parameter would be a group that takes over the members.
    deleteGroup: (name) =>
      change('removeGroup', [usableInPath(name), null], async () => ((await looks.groupExists(name)) ? 'not as wanted' : 'missing')),
    addMember: (group, account) =>
      change('addUserToGroup', [usableInPath(account), usableInPath(group)], () => lookForMember(group, account, true)),
    removeMember: (group, account) =>
      change('removeUserFromGroup', [usableInPath(account), usableInPath(group)], () => lookForMember(group, account, false)),
  };
}

/** Answered, and without a word by which it could be told what happened. */
function isUnclear({ code }: ProvisioningError): boolean {
  return code === 'server-error' || code === 'bad-request' || code === 'unexpected-answer';
}

function throwUnlessAsWanted(found: Found, failure: ProvisioningError): void {
  if (found === 'as wanted') return;
  const code = found === 'missing' ? 'not-found' : found === 'there already' ? 'conflict' : failure.code;
  throw new ProvisioningError(code, failure.message, { ...(failure.status !== undefined && { status: failure.status }), cause: failure });
}
