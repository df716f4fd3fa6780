import type { StoredGroup } from '../../../shared/directory/directory.ts';
import { isResourceId, type UserId } from '../../../shared/directory/ids.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { membersOf } from '../../../shared/scim/patch/membership-operations.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import type { Exchange } from '../exchange.ts';

/** So many ids are named in an error. */
const NAMED_IDS = 10;

/** A parsed group apart: its own attributes, and its members as users that are there. @throws ScimError invalidValue */
export async function takeMembers(exchange: Exchange, group: ScimObject): Promise<{ attributes: ScimObject; members: Set<UserId> }> {
  const { members = [], ...attributes } = group;
  return { attributes, members: await existingUsers(exchange, membersOf(members)) };
}

/**
 * Which of these ids are users of the connection. T10: Okta does not repeat a push that was refused, so one unknown id must not keep
 * everybody else out; it is dropped and the log names it.
 * @param joining the group that they will be added to, where it is there already
 * @throws ScimError invalidValue in strict mode, naming the unknown ids
 */
export async function existingUsers(exchange: Exchange, ids: Iterable<string>, joining?: StoredGroup): Promise<Set<UserId>> {
  const wanted = new Set(ids);
  if (wanted.size === 0) return new Set();
  const possible = [...wanted].filter(isResourceId);
  const existing = await exchange.dependencies.directory.users.existing(exchange.connection, possible, joining);
  const unknown = [...wanted].filter((id) => !existing.has(id as UserId));
  if (exchange.mode === 'strict' && unknown.length > 0) {
    const named = unknown.slice(0, NAMED_IDS).map((id) => id.slice(0, 64));
    const more = unknown.length > NAMED_IDS ? ` and ${unknown.length - NAMED_IDS} more` : '';
    throw new ScimError(
      'invalidValue',
      `These members are no users of this connection: ${named.join(', ')}${more}. Create the users first.`,
    );
  }
  for (const id of unknown) exchange.onTolerance('T10', id.slice(0, 64));
  return existing;
}
