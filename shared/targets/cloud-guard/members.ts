import { ProvisioningError } from '../target.ts';
import { PATCH_SCHEMA } from './accounts.ts';
import { ChangedGroup, type GroupRecord } from './answers.ts';
import { type Calls, type Directory, isNotFound } from './directory.ts';
import { ENDPOINTS } from './endpoints.ts';
import { readGroup, readUser, withGroup, withUser } from './find-record.ts';
import { illegalGroupName, refuseIllegal } from './illegal-name.ts';
import { isSameName } from './known-ids.ts';
import { userNames } from './user-names.ts';

/**
 * The userNames of a group's members. The group tells ids only, all of them at once; they are gone through in their order, so that the
 * `start`-th is the same one the next time.
 */
export async function* members(directory: Directory, group: string, start: number): AsyncGenerator<string, void, undefined> {
  refuseIllegal(illegalGroupName(group));
  let calls = directory.calls(1);
  const record = await withGroup(directory, calls, group, (id) => readGroup(calls, id));
  const users = (record.members ?? []).filter(({ type }) => type?.toLowerCase() !== 'group').map(({ value }) => value);
  const ids = [...new Set(users)].sort().slice(start);
  const names = userNames(directory, ids);
  for (const id of ids) {
    const name = await names.of(calls, id);
    if (name === undefined) continue;
    yield name;
    // The caller gives each name the time of one call.
    calls = directory.calls(1);
  }
}

/** The displayNames of the groups of the directory that an account is in. */
export async function* groupsOf(directory: Directory, account: string): AsyncGenerator<string, void, undefined> {
  let calls = directory.calls(1);
  const { groups } = await withUser(directory, calls, account, (id) => readUser(calls, id));
  for (const { value, display } of groups ?? []) {
    const name = display || (await nameOfGroup(calls, value));
    if (name === undefined) continue;
    yield name;
    calls = directory.calls(1);
  }
}

async function nameOfGroup(calls: Calls, id: string): Promise<string | undefined> {
  try {
    return (await readGroup(calls, id)).displayName;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Who is a member already stays one. */
export async function addMember(directory: Directory, group: string, account: string): Promise<void> {
  await withMembership(directory, group, account, async (calls, id, userId) => {
    try {
      await change(calls, id, { op: 'add', path: 'members', value: [{ value: userId }] });
    } catch (error) {
      // "400: the users referenced do not exist" is documented of PUT: then the id may be out of date, which is a 404 here.
      if (error instanceof ProvisioningError && error.code === 'bad-request') await readUser(calls, userId);
      throw error;
    }
  });
}

/**
 * Who is none stays none. RFC 7644 §3.5.2.2 takes one member out by a filter in the path. The vendor shows no removal, so the answer is looked
 * at: none is taken for done that was not. There is no second way to try: "If the target location is a multi-valued attribute and no filter
 * is specified, the attribute and all values are removed", which would empty the group. And an id that is out of date is nobody's: the
 * answer is then as if the account had been taken out, which is in the group under another id. So one that is only remembered is looked at.
 * @throws ProvisioningError 'unexpected-answer' if the answer shows the member still there
 */
export async function removeMember(directory: Directory, group: string, account: string): Promise<void> {
  const remembered = directory.ids.account(account);
  const look = async (calls: Calls, userId: string): Promise<void> => {
    if (userId !== remembered || isSameName((await readUser(calls, userId)).userName, account)) return;
    throw new ProvisioningError('not-found', `The user of the directory that was ${account} has another userName by now.`);
  };
  const act: Membership = async (calls, id, userId) => {
    const left = await change(calls, id, { op: 'remove', path: `members[value eq "${userId}"]` }).catch(async (error: unknown) => {
      if (!(error instanceof ProvisioningError) || error.code !== 'bad-request') throw error;
      // "noTarget: the specified path did not yield an attribute": some services say that of who is no member.
      const now = idsOf(await readGroup(calls, id));
      if (now.has(userId)) throw error;
      return now;
    });
    if (left?.has(userId)) {
      throw new ProvisioningError(
        'unexpected-answer',
        `Atlassian's directory answered well that ${account} be taken out of ${group}, and shows the account there still.`,
      );
    }
  };
  await withMembership(directory, group, account, act, look);
}

type Membership = (calls: Calls, groupId: string, userId: string) => Promise<unknown>;

/** The ids of the members afterwards, as far as the answer tells them. */
async function change(calls: Calls, id: string, operation: Readonly<Record<string, unknown>>): Promise<ReadonlySet<string> | undefined> {
  const body = { schemas: [PATCH_SCHEMA], Operations: [operation] };
  const changed = await calls.call(ENDPOINTS.updateGroup, { names: { id }, body }, ChangedGroup);
  return changed?.members ? idsOf(changed) : undefined;
}

function idsOf({ members }: Pick<GroupRecord, 'members'>): ReadonlySet<string> {
  return new Set((members ?? []).map(({ value }) => value));
}

/**
 * "404: The directory, group, or user does not exist": whichever id was only remembered is looked up, once.
 * @param look awaited before the group is looked for; a 'not-found' says that the id of the account is out of date
 */
async function withMembership(
  directory: Directory,
  group: string,
  account: string,
  act: Membership,
  look?: (calls: Calls, userId: string) => Promise<void>,
): Promise<void> {
  refuseIllegal(illegalGroupName(group));
  const calls = directory.calls(2);
  await withUser(directory, calls, account, async (userId) => {
    await look?.(calls, userId);
    await withGroup(directory, calls, group, (id) => act(calls, id, userId));
  });
}
