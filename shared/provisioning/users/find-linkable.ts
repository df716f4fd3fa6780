import { type Account, ProvisioningError } from '../../targets/target.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import type { Work } from '../work.ts';

/**
 * The account of the target that the connection's linking rule gives to a user whom no owner item names; undefined for none.
 * `byName` is the account of the user's own name, if there is one.
 * @throws ProvisioningError 'conflict' if several accounts have the user's address
 */
export async function findLinkable(
  { connection, target }: Pick<Work, 'connection' | 'target'>,
  byName: Account | undefined,
  { email }: DesiredProfile,
): Promise<Account | undefined> {
  const { linking } = connection.settings.users;
  if (linking === 'user-name') return byName;
  if (linking === 'never' || email === undefined) return undefined;
  if (!(await target.capabilities()).findByEmail) return undefined;
  const found = await target.findAccountsByEmail(email);
  if (found.length > 1) {
    const sentence = `${found.length} accounts have the user's e-mail address. Give all but one another address, or link by user name.`;
    throw new ProvisioningError('conflict', sentence);
  }
  return found[0];
}
