import type * as z from 'zod';
import type { Endpoint } from '../http/rest-client.ts';
import { ProvisioningError } from '../target.ts';
import { GroupRecord, listOf, UserRecord } from './answers.ts';
import { type Calls, type Directory, isNotFound } from './directory.ts';
import { ENDPOINTS } from './endpoints.ts';
import { illegalAccountName } from './illegal-name.ts';
import { isSameName } from './known-ids.ts';

/**
 * The record of that userName, in any case. First as the directory's filter finds it; what it does not find although this process knows the
 * record's id is read by the id, since what was just made may be unknown to filters for a while.
 */
export async function findUser({ ids }: Directory, calls: Calls, name: string): Promise<UserRecord | undefined> {
  const isFindable = illegalAccountName(name) === undefined;
  const filtered = isFindable ? await filter(calls, ENDPOINTS.users, 'userName', name, UserRecord) : [];
  const found = pick(filtered, name, ({ userName }) => userName) ?? (await readKnown(ids.account(name), (id) => readUser(calls, id)));
  if (found === undefined || !isSameName(found.userName, name)) {
    ids.forgetAccount(name);
    return undefined;
  }
  ids.rememberAccount(found);
  return found;
}

/** The group of that displayName, in any case, in the same way; its members come with it. */
export async function findGroup({ ids }: Directory, calls: Calls, name: string): Promise<GroupRecord | undefined> {
  const filtered = await filter(calls, ENDPOINTS.groups, 'displayName', name, GroupRecord);
  const found = pick(filtered, name, ({ displayName }) => displayName) ?? (await readKnown(ids.group(name), (id) => readGroup(calls, id)));
  if (found === undefined || !isSameName(found.displayName, name)) {
    ids.forgetGroup(name);
    return undefined;
  }
  ids.rememberGroup(found);
  return found;
}

export function readUser(calls: Calls, userId: string): Promise<UserRecord> {
  return calls.call(ENDPOINTS.user, { names: { userId } }, UserRecord);
}

export function readGroup(calls: Calls, id: string): Promise<GroupRecord> {
  return calls.call(ENDPOINTS.group, { names: { id } }, GroupRecord);
}

/**
 * Does something with the id of an account. One that is only remembered may be out of date: at a 404 it is forgotten, looked up, and used
 * once more, so `act` must bear repeating.
 * @throws ProvisioningError 'not-found' if there is no such record
 */
export function withUser<T>(directory: Directory, calls: Calls, name: string, act: (id: string) => Promise<T>): Promise<T> {
  const { ids } = directory;
  return withId(
    ids.account(name),
    () => ids.forgetAccount(name),
    async () => (await wantedUser(directory, calls, name)).id,
    act,
  );
}

/** The same for a group. */
export function withGroup<T>(directory: Directory, calls: Calls, name: string, act: (id: string) => Promise<T>): Promise<T> {
  const { ids } = directory;
  return withId(
    ids.group(name),
    () => ids.forgetGroup(name),
    async () => (await wantedGroup(directory, calls, name)).id,
    act,
  );
}

/** @throws ProvisioningError 'not-found' */
async function wantedUser(directory: Directory, calls: Calls, name: string): Promise<UserRecord> {
  const found = await findUser(directory, calls, name);
  if (!found) throw new ProvisioningError('not-found', `The directory has no user ${name}.`);
  return found;
}

/** @throws ProvisioningError 'not-found' */
async function wantedGroup(directory: Directory, calls: Calls, name: string): Promise<GroupRecord> {
  const found = await findGroup(directory, calls, name);
  if (!found) throw new ProvisioningError('not-found', `The directory has no group ${name}.`);
  return found;
}

async function withId<T>(
  known: string | undefined,
  forget: () => void,
  lookUp: () => Promise<string>,
  act: (id: string) => Promise<T>,
): Promise<T> {
  if (known !== undefined) {
    try {
      return await act(known);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      forget();
    }
  }
  return act(await lookUp());
}

/** "Filtering is supported with a single exact match (`eq`)." Names that would need escaping are no legal names. */
async function filter<T>(calls: Calls, endpoint: Endpoint, attribute: string, name: string, record: z.ZodType<T>): Promise<readonly T[]> {
  return (await calls.call(endpoint, { query: { filter: `${attribute} eq "${name}"` } }, listOf(record))).Resources;
}

/** Spelt as asked for, if there are several: a filter that is not known to be so strict is not believed. */
function pick<T>(records: readonly T[], name: string, nameOf: (record: T) => string): T | undefined {
  return records.find((record) => nameOf(record) === name) ?? records.find((record) => isSameName(nameOf(record), name));
}

async function readKnown<T>(id: string | undefined, read: (id: string) => Promise<T>): Promise<T | undefined> {
  if (id === undefined) return undefined;
  try {
    return await read(id);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
