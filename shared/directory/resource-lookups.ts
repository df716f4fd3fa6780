import { ScimError } from '../scim/errors.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import type { Step } from './commit.ts';
import { NameTaken } from './directory.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { type Key, keys } from './keys.ts';
import { absent, requiredText } from './resource-write.ts';

/** A key by which a resource is found, written and deleted in the resource's own transaction. A claim belongs to one resource only. */
export interface LookupKey {
  readonly key: Key;
  readonly id: string;
  readonly claims?: 'userName' | 'displayName';
}

/** A user has at most this many different e-mail addresses: each is found by its key, and both sides of an exchange fit in a transaction. */
const MAX_EMAILS = 40;

/**
 * RFC 7643 §4.1.1: userName "MUST be unique across the service provider's entire set of Users", case-insensitive.
 * @throws ScimError invalidValue for more e-mail addresses than a look-up would find
 */
export function lookupsOfUser(c: ConnectionId, id: UserId, attributes: ScimObject): LookupKey[] {
  const emails = emailsOf(attributes).map((value) => keys.email(c, value, id));
  const different = [...new Map(emails.map((key) => [key.pk, key])).values()];
  if (different.length > MAX_EMAILS)
    throw new ScimError(
      'invalidValue',
      `A user may have ${MAX_EMAILS} different e-mail addresses; this one has ${different.length}. Send fewer.`,
    );
  return [
    { key: keys.userNameClaim(c, requiredText(attributes, 'userName')), id, claims: 'userName' },
    ...externalIdOf(c, 'User', id, attributes),
    ...different.map((key) => ({ key, id })),
  ];
}

export function lookupsOfGroup(c: ConnectionId, id: GroupId, attributes: ScimObject): LookupKey[] {
  return [
    { key: keys.groupNameClaim(c, requiredText(attributes, 'displayName')), id, claims: 'displayName' },
    ...externalIdOf(c, 'Group', id, attributes),
  ];
}

/** The steps from one set of look-ups to another. A name whose folded spelling stays the same keeps its claim. */
export function exchangeLookups(before: readonly LookupKey[], after: readonly LookupKey[]): Step[] {
  const has = (lookups: readonly LookupKey[], { key }: LookupKey) =>
    lookups.some((other) => other.key.pk === key.pk && other.key.sk === key.sk);
  return [
    ...after.filter((lookup) => !has(before, lookup)).map(take),
    ...before.filter((lookup) => !has(after, lookup)).map(({ key }) => ({ write: { delete: key } })),
  ];
}

function take({ key, id, claims }: LookupKey): Step {
  if (!claims) return { write: { put: { ...key, v: ITEM_VERSION, type: 'lookup', id } } };
  return {
    write: { put: { ...key, v: ITEM_VERSION, type: 'claim', id }, condition: absent },
    otherwise: (options) => new NameTaken(claims, options),
  };
}

function externalIdOf(c: ConnectionId, type: 'User' | 'Group', id: string, attributes: ScimObject): LookupKey[] {
  const value = attributes['externalId'];
  return typeof value === 'string' && value !== '' ? [{ key: keys.externalId(c, value, type, id), id }] : [];
}

function emailsOf(attributes: ScimObject): string[] {
  const emails = attributes['emails'];
  if (!Array.isArray(emails)) return [];
  return emails.flatMap((email: ScimObject) => {
    const value = email?.['value'];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}
