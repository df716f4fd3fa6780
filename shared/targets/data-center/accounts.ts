import type { RestClient } from '../http/rest-client.ts';
import { type Account, type AccountProfile, ProvisioningError } from '../target.ts';
import { CreatedUser, Ignored, Person } from './answers.ts';
import { ENDPOINTS } from './endpoints.ts';
import { usableAsNewUserName } from './names.ts';
import { allOf } from './pages.ts';

const PAGE = 100;

/**
 * Who the service account is. This is the question by which the worker tells a refused login from a call that is not permitted,
 * so a refusal here is a refused login.
 * @throws ProvisioningError 'login-refused'
 */
export async function readServiceAccount(client: RestClient): Promise<string> {
  try {
    const person = await client.call(ENDPOINTS.currentUser, {}, Person);
    if (person.type === 'known' && person.username !== undefined) return person.username;
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'refused') throw error;
    throw new ProvisioningError('login-refused', LOGIN_REFUSED, {
      ...(error.status !== undefined && { status: error.status }),
      ...(error.loginReason !== undefined && { loginReason: error.loginReason }),
      cause: error,
    });
  }
  // Where anonymous access is allowed, Confluence answers a login it does not know with the anonymous person.
  throw new ProvisioningError('login-refused', LOGIN_REFUSED);
}

const LOGIN_REFUSED =
  'Confluence does not accept the stored credentials. Store valid ones with `npm run admin -- credentials set`: a personal access token is recommended from Confluence 7.9 on, older versions know none.';

/** What a version does not tell of an account by REST, asked in another way. */
export interface AlsoTold {
  isActive(name: string): Promise<boolean>;
  /** Undefined for an account without one. */
  email(name: string): Promise<string | undefined>;
}

/**
 * By user name; undefined when Confluence knows nobody by it. REST tells no e-mail address here.
 * @param also asked for what REST does not tell; absent: a status that is not told is an 'unexpected-answer'
 */
export async function findAccount(client: RestClient, name: string, also?: AlsoTold): Promise<Account | undefined> {
  try {
    const person = await client.call(ENDPOINTS.user, { query: { username: name, expand: 'status' } }, Person);
    if (also === undefined || person.type !== 'known' || person.username === undefined) return accountOf(person);
    const status = person.status ?? ((await also.isActive(person.username)) ? 'current' : 'deactivated');
    const email = await also.email(person.username);
    return accountOf({ ...person, status, ...(email !== undefined && { email }) });
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Reads the whole list of active users: there is no search by e-mail address. Disabled accounts are not in it. */
export async function findAccountsByEmail(client: RestClient, email: string): Promise<Account[]> {
  const found: Account[] = [];
  const wanted = email.toLowerCase();
  for await (const person of allOf(client, ENDPOINTS.activeUsers, { query: { expand: 'status' } }, Person, PAGE)) {
    const account = person.email?.toLowerCase() === wanted ? accountOf({ ...person, status: person.status ?? 'current' }) : undefined;
    if (account) found.push(account);
  }
  return found;
}

/**
 * Sent once, never repeated: who gets no answer looks again (DELIVERY §2.3).
 * @param password long and random; it goes nowhere else
 */
export async function createAccount(
  client: RestClient,
  name: string,
  { fullName, email }: AccountProfile,
  password: string,
): Promise<{ key: string }> {
  const body = { userName: usableAsNewUserName(name), fullName, email, password };
  const { userKey } = await client.call(ENDPOINTS.createUser, { body, secrets: [password] }, CreatedUser);
  return { key: userKey };
}

export async function updateAccount(client: RestClient, name: string, { fullName, email }: Partial<AccountProfile>): Promise<void> {
  const body = { ...(fullName !== undefined && { fullName }), ...(email !== undefined && { email }) };
  await client.call(ENDPOINTS.updateUser, { names: { username: name }, body }, Ignored);
}

/**
 * Undefined for someone no directory has any more. An account counts as disabled only when Confluence says so plainly: one that
 * is disabled once too often costs nothing, one that is taken for disabled by mistake keeps its access.
 */
function accountOf(person: Person): Account | undefined {
  if (person.type !== 'known') return undefined;
  const { username, userKey, displayName, email, status } = person;
  if (username === undefined || userKey === undefined || status === undefined) {
    throw new ProvisioningError('unexpected-answer', 'Confluence described an account without its user name, its key or its status.');
  }
  const active = !/^(deactivated|external[-_]?deleted)$/i.test(status);
  return { name: username, key: userKey, fullName: displayName ?? '', ...(email !== undefined && { email }), active };
}
