import type { ScimRecord } from './organization.ts';
import { Refused, scimError } from './scim-errors.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ATLASSIAN_SCHEMA = 'urn:scim:schemas:extension:atlassian-external:1.0';
const SIMPLE = ['externalId', 'displayName', 'nickName', 'title', 'preferredLanguage', 'department', 'organization', 'timezone'] as const;
const READ_ONLY = ['id', 'meta', 'groups', ATLASSIAN_SCHEMA];
const NAME_PARTS = ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'];
const EMAIL = /^[^\s@]+@[^\s@]+$/;

type Json = Readonly<Record<string, unknown>>;

/** What a client may say about a user, past the checks. */
export interface UserWish {
  readonly userName: string;
  /** The primary one. */
  readonly email: string;
  readonly fullName: string;
  readonly active: boolean;
  readonly attributes: Json;
}

/**
 * Reads a whole user as POST and PUT send it: "Existing values of unspecified attributes are cleaned", `active` among them, which is then
 * true as in a new user (unverified: that nothing is said of it must at least not keep somebody out unseen).
 * @throws Refused 400
 */
export function userWishOf(body: Json): UserWish {
  const { userName } = body;
  if (typeof userName !== 'string' || userName.trim() === '') throw invalid('userName is required');
  const active = body['active'] ?? true;
  if (typeof active !== 'boolean') throw invalid('active must be a boolean');
  const attributes: Record<string, unknown> = {};
  for (const key of SIMPLE) {
    const value = body[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw invalid(`${key} must be a string`);
    attributes[key] = value;
  }
  const name = body['name'];
  if (name !== undefined && name !== null) {
    if (!isObject(name)) throw invalid('name must be complex');
    attributes['name'] = Object.fromEntries(NAME_PARTS.flatMap((part) => (name[part] === undefined ? [] : [[part, name[part]]])));
  }
  for (const key of ['phoneNumbers', ENTERPRISE_SCHEMA]) if (body[key] !== undefined) attributes[key] = body[key];
  const email = primaryEmailOf(body['emails']);
  attributes['emails'] = body['emails'];
  return { userName, email, fullName: fullNameOf(attributes) ?? email, active, attributes };
}

/** The record as it would be sent back to itself: what PATCH works on. */
export function bodyOf(record: ScimRecord): Json {
  return { ...record.attributes, userName: record.userName, active: record.active };
}

/**
 * Applies the operations of a PatchOp to a user.
 * @throws Refused 400
 */
export function patchedUser(body: Json, operations: readonly { op: string; path?: string; value?: unknown }[]): Json {
  const patched: Record<string, unknown> = structuredClone({ ...body });
  for (const { op, path, value } of operations) {
    if (path === undefined) {
      if (op === 'remove') throw new Refused(scimError(400, 'remove needs a path', 'noTarget'));
      if (!isObject(value)) throw invalid('the value of an operation without a path is an object');
      for (const [key, part] of Object.entries(value)) if (key !== 'schemas') patchPath(patched, op, key, part);
    } else patchPath(patched, op, path, value);
  }
  return patched;
}

function patchPath(user: Record<string, unknown>, op: string, path: string, value: unknown): void {
  const chosen = /^emails\[(type|value) eq "([^"]*)"\](?:\.(value|primary|type))?$/i.exec(path);
  if (chosen) {
    patchEmail(user, op, chosen, value);
    return;
  }
  const { key, sub } = attributeOf(path);
  if (READ_ONLY.includes(key)) throw new Refused(scimError(400, `${key} is read-only`, 'mutability'));
  if (sub === undefined) {
    if (op === 'remove') delete user[key];
    else user[key] = op === 'add' && Array.isArray(user[key]) && Array.isArray(value) ? [...user[key], ...value] : value;
    return;
  }
  const parent = isObject(user[key]) ? { ...user[key] } : {};
  if (op === 'remove') delete parent[sub];
  else parent[sub] = value;
  user[key] = parent;
}

/** `title`, `name.givenName`, `urn:…:enterprise:2.0:User:department`. @throws Refused 400 invalidPath */
function attributeOf(path: string): { readonly key: string; readonly sub?: string } {
  if (path === ENTERPRISE_SCHEMA) return { key: ENTERPRISE_SCHEMA };
  if (path.startsWith(`${ENTERPRISE_SCHEMA}:`)) return { key: ENTERPRISE_SCHEMA, sub: path.slice(ENTERPRISE_SCHEMA.length + 1) };
  const [attribute = '', sub, ...more] = path.startsWith(`${USER_SCHEMA}:`)
    ? path.slice(USER_SCHEMA.length + 1).split('.')
    : path.split('.');
  const known = [...SIMPLE, ...READ_ONLY, 'userName', 'active', 'name', 'emails', 'phoneNumbers'];
  const key = known.find((name) => name.toLowerCase() === attribute.toLowerCase());
  if (key === undefined || more.length > 0) throw new Refused(scimError(400, `the path ${path} is not known`, 'invalidPath'));
  return sub === undefined ? { key } : { key, sub };
}

function patchEmail(user: Record<string, unknown>, op: string, [, by = '', wanted = '', sub]: RegExpExecArray, value: unknown): void {
  const emails = Array.isArray(user['emails']) ? user['emails'].filter(isObject) : [];
  const chosen = emails.filter((email) => String(email[by.toLowerCase()] ?? '').toLowerCase() === wanted.toLowerCase());
  if (chosen.length === 0) throw new Refused(scimError(400, `no e-mail address has the ${by} ${wanted}`, 'noTarget'));
  user['emails'] = emails.flatMap((email) => {
    if (!chosen.includes(email)) return [email];
    if (op === 'remove') return sub === undefined ? [] : [{ ...email, [sub]: undefined }];
    return [sub === undefined && isObject(value) ? { ...email, ...value } : { ...email, [sub ?? 'value']: value }];
  });
}

/** The user as it is answered, the vendor's ScimUser. `base`: the URL of the directory. */
export function userJson(
  record: ScimRecord,
  base: string,
  groups: readonly { readonly id: string; readonly name: string }[],
): Readonly<Record<string, unknown>> {
  const location = `${base}/Users/${record.id}`;
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA, ATLASSIAN_SCHEMA],
    id: record.id,
    userName: record.userName,
    active: record.active,
    ...record.attributes,
    groups: groups.map(({ id, name }) => ({ type: 'GROUP', value: id, display: name, $ref: `${base}/Groups/${id}` })),
    [ATLASSIAN_SCHEMA]: { atlassianAccountId: record.accountId },
    meta: {
      resourceType: 'USER',
      location,
      created: new Date(record.madeAt).toISOString(),
      lastModified: new Date(record.changedAt).toISOString(),
    },
  };
}

/** `attributes` or `excludedAttributes`: top-level names, or a dot below them. */
export function projected(user: Readonly<Record<string, unknown>>, query: URLSearchParams): Readonly<Record<string, unknown>> {
  const [wanted, unwanted] = [query.get('attributes'), query.get('excludedAttributes')];
  const namesIn = (list: string) => list.split(',').map((name) => (name.trim().split('.')[0] ?? '').toLowerCase());
  if (wanted !== null) {
    const kept = ['schemas', 'id', ...namesIn(wanted)];
    return Object.fromEntries(Object.entries(user).filter(([key]) => kept.includes(key.toLowerCase())));
  }
  if (unwanted === null) return user;
  const dropped = namesIn(unwanted).filter((name) => name !== 'id' && name !== 'schemas');
  return Object.fromEntries(Object.entries(user).filter(([key]) => !dropped.includes(key.toLowerCase())));
}

/** "This field is required during user creation or modification. One value must be marked as primary." */
function primaryEmailOf(emails: unknown): string {
  if (!Array.isArray(emails) || emails.length === 0) throw invalid('emails is required');
  const primary = emails.filter(isObject).filter((email) => email['primary'] === true);
  const [only] = primary;
  if (only === undefined || primary.length > 1) throw invalid('one e-mail address must be marked as primary');
  const { value } = only;
  if (typeof value !== 'string' || !EMAIL.test(value)) throw invalid('the primary e-mail address is not valid');
  return value;
}

function fullNameOf(attributes: Json): string | undefined {
  const { displayName, name } = attributes;
  if (typeof displayName === 'string' && displayName !== '') return displayName;
  if (!isObject(name)) return undefined;
  if (typeof name['formatted'] === 'string' && name['formatted'] !== '') return name['formatted'];
  const parts = [name['givenName'], name['familyName']].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}

function invalid(detail: string): Refused {
  return new Refused(scimError(400, detail, 'invalidValue'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
