import type * as z from 'zod';
import { answerIn } from '../http/failure-table.ts';
import { type Account, type AccountProfile, ProvisioningError } from '../target.ts';
import { ChangedUser, emailOf, Ignored, UserRecord } from './answers.ts';
import { type Calls, type Directory, isNotFound } from './directory.ts';
import type { EmailIndex } from './email-index.ts';
import { ENDPOINTS } from './endpoints.ts';
import { findUser, readUser, withUser } from './find-record.ts';
import { illegalAccountName, refuseIllegal } from './illegal-name.ts';
import { isSameName } from './known-ids.ts';

const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** By userName; spelt as the record has it. */
export async function findAccount(directory: Directory, name: string): Promise<Account | undefined> {
  const found = await findUser(directory, directory.calls(1), name);
  return found && accountOf(found);
}

/**
 * There is no filter by e-mail address, and no address goes into a path, which is logged: the list of all users is read, once in a few
 * minutes, and who it says has the address is read anew. Who could not be found again by name, to be disabled, is not found here either.
 * @throws ProvisioningError 'settling' while the list is not read to its end
 */
export async function findAccountsByEmail(directory: Directory, emails: EmailIndex, email: string): Promise<Account[]> {
  const reading = directory.calls(4);
  const found: Account[] = [];
  // What is left is for who is found.
  for (const id of await emails.find(reading, email, reading.left() - 2 * directory.callTimeoutMs)) {
    const record = await existing(reading, id);
    if (record === undefined || !isSameName(emailOf(record) ?? '', email) || illegalAccountName(record.userName) !== undefined) continue;
    directory.ids.rememberAccount(record);
    found.push(accountOf(record));
  }
  return found;
}

/**
 * Sent once, never repeated: who gets no answer looks again (DELIVERY §2.3). "If a managed Atlassian account already exists ... for the
 * specified email address, the user in your identity provider is linked": that is Atlassian's doing and no 409.
 * @throws ProvisioningError at 409: 'conflict' if a record of that name is found, else 'taken'
 */
export async function createAccount(
  directory: Directory,
  emails: EmailIndex,
  name: string,
  { fullName, email }: AccountProfile,
): Promise<{ key: string }> {
  refuseIllegal(illegalAccountName(name));
  const calls = directory.calls(2);
  const body = { schemas: [USER_SCHEMA], userName: name, displayName: fullName, emails: emailsWith(email), active: true };
  try {
    const record = await calls.call(ENDPOINTS.createUser, { body, secrets: spellingsOf(email) }, UserRecord);
    directory.ids.rememberAccount(record);
    emails.add(email, record.id);
    return { key: record.id };
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'conflict') throw error;
    throw await whyRefused(directory, calls, emails, { name, email }, error);
  }
}

/** PATCH without a path, as identity providers send it to Atlassian. @throws ProvisioningError 'taken' for an address in use */
export async function updateAccount(directory: Directory, name: string, { fullName, email }: Partial<AccountProfile>): Promise<void> {
  const value = { ...(fullName !== undefined && { displayName: fullName }), ...(email !== undefined && { emails: emailsWith(email) }) };
  try {
    await changeUser(directory, name, value, spellingsOf(email));
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'conflict') throw error;
    throw taken(error, `The e-mail address of ${name} can't be changed: another Atlassian account has the new one. ${FREE_THE_ADDRESS}`);
  }
}

/**
 * Active in all of Atlassian's apps, or in none: the directory has no other way to take access away.
 * @throws ProvisioningError 'unexpected-answer' where the answer says that the user is as before
 */
export async function changeStatus(directory: Directory, name: string, active: boolean): Promise<void> {
  const changed = await changeUser(directory, name, { active });
  if (changed?.active === !active) {
    const sentence = `Atlassian took the change of ${name} and says that the user is ${active ? 'inactive' : 'active'} all the same.`;
    throw new ProvisioningError('unexpected-answer', sentence);
  }
}

/** The record is destroyed for good, and its account deactivated. */
export async function deleteAccount(directory: Directory, name: string): Promise<void> {
  const calls = directory.calls(2);
  await withUser(directory, calls, name, (userId) => calls.call(ENDPOINTS.deleteUser, { names: { userId } }, Ignored));
  directory.ids.forgetAccount(name);
}

async function changeUser(
  directory: Directory,
  name: string,
  value: Readonly<Record<string, unknown>>,
  secrets: readonly string[] = [],
): Promise<z.infer<typeof ChangedUser>> {
  const body = { schemas: [PATCH_SCHEMA], Operations: [{ op: 'replace', value }] };
  const calls = directory.calls(2);
  return withUser(directory, calls, name, (userId) => calls.call(ENDPOINTS.updateUser, { names: { userId }, body, secrets }, ChangedUser));
}

const FREE_THE_ADDRESS =
  'Find out who at admin.atlassian.com (Directory, Managed accounts, and the identity provider directory), and give that account another address, or ask Atlassian support to delete a record that is left over.';

/** Which 409 it was, as far as looks tell. One that fails says nothing: then the name may be there. */
async function whyRefused(
  directory: Directory,
  calls: Calls,
  emails: EmailIndex,
  { name, email }: { readonly name: string; readonly email: string },
  refusal: ProvisioningError,
): Promise<ProvisioningError> {
  try {
    if (await findUser(directory, calls, name)) return refusal;
    for (const id of await readSoFar(emails.find(calls, email, calls.left() - directory.callTimeoutMs))) {
      const record = await existing(calls, id);
      if (record === undefined || !isSameName(emailOf(record) ?? '', email)) continue;
      // A filter that minds capitals has not found it; the next look does, by its id.
      directory.ids.rememberAccount(record);
      if (isSameName(record.userName, name)) return refusal;
      return taken(
        refusal,
        `The directory has the e-mail address of ${name} already, for its user ${record.userName}, and gives it to one only. Give one of the two another address in the identity provider; a record that nobody sends any more can be deleted by Atlassian support.`,
      );
    }
  } catch {
    // Not its turn before the function ends, too: whatever else is thrown would keep the binding of an account that is not ours.
    return refusal;
  }
  return taken(
    refusal,
    `Atlassian says that ${name} exists, and the directory does not show it: the e-mail address, the user name or an external id belongs to another record, to another directory or to an account that the organisation does not manage. ${FREE_THE_ADDRESS}`,
  );
}

/** Who is not found yet is told as 'taken', never as what is tried again: the name that was bound for this attempt must be given back. */
async function readSoFar(found: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ProvisioningError && error.code === 'settling') return [];
    throw error;
  }
}

function taken(refusal: ProvisioningError, sentence: string): ProvisioningError {
  return new ProvisioningError('taken', `${sentence} ${answerIn(refusal)}`, { status: 409, cause: refusal });
}

async function existing(calls: Calls, id: string): Promise<UserRecord | undefined> {
  try {
    return await readUser(calls, id);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Atlassian says in its refusals whose address it is ("with email[...] already exists"): what is logged and shown has user names only. */
function spellingsOf(email: string | undefined): readonly string[] {
  return email === undefined ? [] : [email, email.toLowerCase()];
}

function emailsWith(email: string) {
  return [{ value: email, type: 'work', primary: true }];
}

/** A record counts as disabled only when it says so plainly: one that is disabled once too often costs nothing. */
function accountOf(record: UserRecord): Account {
  const { id, userName, displayName, name, active } = record;
  const parts = [name?.givenName, name?.familyName].filter((part) => part).join(' ');
  const email = emailOf(record);
  return {
    name: userName,
    key: id,
    fullName: displayName || name?.formatted || parts,
    ...(email !== undefined && { email }),
    active: active !== false,
  };
}
