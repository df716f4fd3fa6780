import { ProvisioningError } from '../target.ts';
import { Ignored, type User } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type Calls, type Organization, usersOf } from './organization.ts';

/**
 * Who in the directory is called so. By the key that is kept for the name, whatever that account's e-mail address is by now; without one, by
 * the e-mail address. Who has left the directory is nobody, also where somebody else has the address by now.
 */
async function findUser(org: Organization, calls: Calls, name: string): Promise<User | undefined> {
  const key = await org.accountKeys.read(org.targetId, name);
  return key === undefined ? userOfAddress(calls, name) : userOfKey(calls, key);
}

/** @throws ProvisioningError 'not-found' */
export async function userOf(org: Organization, calls: Calls, name: string): Promise<User> {
  return (await findUser(org, calls, name)) ?? nobody(name);
}

/** The account's key: kept, or looked up. @throws ProvisioningError 'not-found' */
export async function keyOf(org: Organization, calls: Calls, name: string): Promise<string> {
  const kept = await org.accountKeys.read(org.targetId, name);
  if (kept !== undefined) return kept;
  return ((await userOfAddress(calls, name)) ?? nobody(name)).accountId;
}

/** Keeps a key before the first call that gives its account access. */
export async function remember({ accountKeys, targetId }: Organization, name: string, key: string): Promise<void> {
  if ((await accountKeys.read(targetId, name)) !== key) await accountKeys.remember(targetId, name, key);
}

export async function userOfKey(calls: Calls, key: string): Promise<User | undefined> {
  for await (const user of usersOf(() => calls, { accountIds: [key], expand: ['groups'] })) if (user.accountId === key) return user;
  return undefined;
}

/** The search finds exact addresses only; one that it does not tell is believed to be the one asked for. */
export async function userOfAddress(calls: Calls, address: string): Promise<User | undefined> {
  const [first] = await usersOfAddress(calls, address);
  return first;
}

export async function usersOfAddress(calls: Calls, address: string): Promise<User[]> {
  const wanted = address.toLowerCase();
  const found: User[] = [];
  for await (const user of usersOf(() => calls, { emails: [wanted], expand: ['groups'] })) {
    if ((user.email ?? wanted).toLowerCase() === wanted) found.push(user);
  }
  return found;
}

/** What each is called here: by the name that its key is kept for, else by its e-mail address, if it is told. */
export async function namesOfUsers({ accountKeys, targetId }: Organization, users: readonly User[]): Promise<(string | undefined)[]> {
  if (users.length === 0) return [];
  const keys = users.map(({ accountId }) => accountId);
  const kept = await accountKeys.namesOf(targetId, keys);
  return users.map(({ accountId, email }) => kept.get(accountId) ?? (typeof email === 'string' ? email.toLowerCase() : undefined));
}

/** Usable at Atlassian, in whichever app: neither suspended nor deactivated. */
export function isUsable({ status, accountStatus, membershipStatus }: User): boolean {
  return [status, accountStatus, membershipStatus].every((told) => (told ?? 'active') === 'active');
}

/**
 * Removes somebody from the directory, which Atlassian only queues, and waits for that.
 * @throws ProvisioningError 'not-found', 'no-answer' when it outlasts the time (it goes on)
 */
export async function deleteAccount(org: Organization, calls: Calls, name: string, sleep: (ms: number) => Promise<unknown>): Promise<void> {
  const accountId = await keyOf(org, calls, name);
  await calls.call(ENDPOINTS.removeUser, { names: { accountId } }, Ignored);
  for (let pause = 100; calls.left() > org.callTimeoutMs / 2; pause = Math.min(pause * 2, 2_000)) {
    if ((await userOfKey(calls, accountId)) === undefined) return;
    await sleep(Math.min(pause, Math.max(0, calls.left())));
  }
  throw new ProvisioningError('no-answer', `Atlassian is still removing ${name} from the organisation.`);
}

function nobody(name: string): never {
  throw new ProvisioningError('not-found', `Nobody in the organisation has the e-mail address ${name}.`);
}
