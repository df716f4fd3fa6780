import type { TAKEN_ALIKE } from '../../shared/scim/interoperability/taken-alike.ts';
import type { Place, ToleranceId } from '../../shared/scim/interoperability/tolerances.ts';
import { ENTERPRISE, GROUP, type Json, type Reply, type ScimClient, USER } from './scim-client.ts';

/** What each case finds: a user, a group with that user in it, and an id that nobody has. */
export interface Setting {
  readonly client: ScimClient;
  readonly user: string;
  readonly group: string;
  readonly nobody: string;
  /** A userName that is free. */
  readonly name: string;
}

export type Send = (setting: Setting) => Promise<Reply>;

export interface ToleranceCase {
  readonly id: ToleranceId;
  readonly place: Place;
  readonly send: Send;
  /** What the tolerant connection answers. */
  readonly status: number;
  readonly holds?: Json;
  /** Where the request log says it was used. */
  readonly where: string;
  /** Of a case that a strict connection takes literally: what it holds then. */
  readonly literally?: Json;
}

const PACKED = '{"id":"1","value":"Admin","displayName":"Administrator"}';
const UNPACKED = { roles: [{ value: 'Admin', display: 'Administrator' }] };
const post =
  (attributes: Json): Send =>
  (setting) =>
    setting.client.post('/Users', { schemas: [USER], userName: setting.name, ...attributes });
const patchUser =
  (...operations: Json[]): Send =>
  (setting) =>
    setting.client.patch(`/Users/${setting.user}`, operations);
const patchGroup =
  (operation: (setting: Setting) => Json): Send =>
  (setting) =>
    setting.client.patch(`/Groups/${setting.group}?attributes=members`, [operation(setting)]);
const postGroup =
  (members: (setting: Setting) => unknown): Send =>
  (setting) =>
    setting.client.post('/Groups', { schemas: [GROUP], displayName: setting.name, members: members(setting) });
const list =
  (query: string): Send =>
  ({ client }) =>
    client.get(`/Users?${query}`);

/** The reply to the one operation in a Bulk request, or to the whole of it where that was refused. */
const bulk =
  (message: (setting: Setting) => Json): Send =>
  async (setting) => {
    const reply = await setting.client.post('/Bulk', message(setting));
    const [result] = (reply.json['Operations'] ?? []) as { readonly status: string; readonly response?: Json }[];
    return result === undefined ? reply : { ...reply, status: Number(result.status), json: result.response ?? {} };
  };
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const creation = ({ name }: Setting, method = 'POST') => ({
  method,
  path: '/Users',
  bulkId: 'one',
  data: { schemas: [USER], userName: name },
});

/** Every place of every row of TOLERANCES, as a request. */
export const toleranceCases: readonly ToleranceCase[] = [
  {
    id: 'T1',
    place: 'patch',
    send: patchUser({ op: 'Replace', path: 'title', value: 'New' }),
    status: 200,
    holds: { title: 'New' },
    where: 'op',
  },
  {
    ...{ id: 'T1', place: 'bulk', status: 201, where: 'method' },
    send: bulk((setting) => ({ schemas: [BULK_REQUEST], Operations: [creation(setting, 'post')] })),
  },
  { id: 'T2', place: 'body', send: post({ active: 'False' }), status: 201, holds: { active: false }, where: 'active' },
  {
    id: 'T2',
    place: 'patch',
    send: patchUser({ op: 'replace', path: 'active', value: 'False' }),
    status: 200,
    holds: { active: false },
    where: 'active',
  },
  { id: 'T2', place: 'filter', send: list('filter=active+eq+"True"'), status: 200, where: 'active' },
  {
    ...{
      id: 'T2',
      place: 'path',
      send: patchUser({ op: 'replace', path: 'emails[primary eq "True"].display', value: 'Home' }),
      status: 200,
    },
    ...{ holds: { emails: [{ value: 'h@example.com', type: 'home', primary: true, display: 'Home' }] }, where: 'primary' },
  },
  { id: 'T3', place: 'filter', send: list('filter=externalId+eq+jyoung'), status: 200, holds: { totalResults: 0 }, where: 'externalId' },
  { id: 'T3', place: 'filter', send: list('filter=externalId+eq+701984'), status: 200, holds: { totalResults: 0 }, where: 'externalId' },
  { id: 'T3', place: 'filter', send: list('filter=emails[type+eq+"home"].value+eq+"x"'), status: 200, where: 'emails[…].value' },
  {
    ...{ id: 'T3', place: 'path', send: patchUser({ op: 'replace', path: 'emails[type eq home].display', value: 'Home' }), status: 200 },
    ...{ holds: { emails: [{ value: 'h@example.com', type: 'home', primary: true, display: 'Home' }] }, where: 'emails' },
  },
  {
    id: 'T4',
    place: 'patch',
    send: patchUser({ op: 'replace', value: { 'name.givenName': 'G' } }),
    status: 200,
    holds: { name: { givenName: 'G' } },
    where: 'name',
  },
  {
    id: 'T4',
    place: 'patch',
    send: patchUser({ op: 'add', value: { 'emails[type eq "home"].display': 'H' } }),
    status: 200,
    where: 'emails',
  },
  {
    ...{ id: 'T5', place: 'path', send: patchUser({ op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '1' }), status: 200 },
    ...{ holds: { phoneNumbers: [{ type: 'work', value: '1' }] }, where: 'phoneNumbers' },
  },
  {
    id: 'T5',
    place: 'path',
    send: patchUser({ op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '1' }),
    status: 200,
    where: 'phoneNumbers',
  },
  {
    ...{ id: 'T6', place: 'patch', status: 200, where: 'members' },
    send: patchGroup(({ user }) => ({ op: 'remove', path: 'members', value: [{ $ref: null, value: user }] })),
  },
  { id: 'T7', place: 'body', send: postGroup(({ user }) => [user]), status: 201, holds: { members: [{}] }, where: 'members' },
  {
    id: 'T7',
    place: 'patch',
    send: patchGroup(({ user }) => ({ op: 'add', path: 'members', value: user })),
    status: 200,
    holds: { members: [{}] },
    where: 'members',
  },
  {
    ...{ id: 'T10', place: 'body', status: 201, holds: { members: [{}] }, where: '00000000-' },
    send: postGroup(({ user, nobody }) => [{ value: user }, { value: nobody }]),
  },
  {
    ...{ id: 'T10', place: 'patch', status: 200, holds: { members: [{}] }, where: '00000000-' },
    send: patchGroup(({ user, nobody }) => ({ op: 'replace', path: 'members', value: [{ value: user }, { value: nobody }] })),
  },
  {
    id: 'T11',
    place: 'body',
    send: post({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: 'm' } }),
    status: 201,
    holds: { [ENTERPRISE]: { manager: { value: 'm' } } },
    where: 'manager',
  },
  ...['m', [{ value: 'm' }]].map((value) => ({
    ...({ id: 'T11', place: 'patch', status: 200, where: 'manager', holds: { [ENTERPRISE]: { manager: { value: 'm' } } } } as const),
    send: patchUser({ op: 'add', path: `${ENTERPRISE}:manager`, value }),
  })),
  {
    id: 'T11',
    place: 'patch',
    send: patchUser({ op: 'replace', path: `${ENTERPRISE}:manager`, value: '' }),
    status: 200,
    where: 'manager',
  },
  {
    id: 'T13',
    place: 'patch',
    send: patchUser({ op: 'replace', value: { id: 'mine', title: 'New' } }),
    status: 200,
    holds: { title: 'New' },
    where: 'id',
  },
  { id: 'T13', place: 'path', send: patchUser({ op: 'replace', path: 'groups', value: [] }), status: 200, where: 'groups' },
  {
    id: 'T13',
    place: 'path',
    send: patchUser({ op: 'add', path: 'meta.created', value: '2020-01-01T00:00:00Z' }),
    status: 200,
    where: 'meta',
  },
  {
    id: 'T14',
    place: 'body',
    send: ({ client, name }) => client.post('/Users', { userName: name }),
    status: 201,
    where: `schemas lacks ${USER}`,
  },
  {
    id: 'T14',
    place: 'body',
    send: post({ schemas: [USER, 'urn:example:mine'] }),
    status: 201,
    holds: { schemas: [USER] },
    where: 'schemas lists "urn:example:mine"',
  },
  { id: 'T14', place: 'body', send: post({ schemas: [USER, USER] }), status: 201, holds: { schemas: [USER] }, where: 'schemas lists' },
  {
    id: 'T14',
    place: 'body',
    send: post({ [ENTERPRISE.replace(':User', 'User')]: { department: 'D' } }),
    status: 201,
    holds: { [ENTERPRISE]: { department: 'D' } },
    where: 'a malformed schema URN',
  },
  {
    ...{ id: 'T14', place: 'patch', status: 200, holds: { title: 'New' }, where: 'schemas' },
    send: ({ client, user }) =>
      client.request('PATCH', `/Users/${user}`, { body: { Operations: [{ op: 'replace', path: 'title', value: 'New' }] } }),
  },
  { id: 'T14', place: 'bulk', status: 201, where: 'schemas', send: bulk((setting) => ({ Operations: [creation(setting)] })) },
  { id: 'T14', place: 'search', status: 200, where: 'schemas', send: ({ client }) => client.post('/Users/.search', { count: 0 }) },
  {
    ...{ id: 'T15', place: 'header', status: 201, where: 'no Content-Type' },
    send: ({ client, name }) => client.post('/Users', { schemas: [USER], userName: name }, { headers: { 'content-type': null } }),
  },
  { id: 'T17', place: 'patch', send: patchUser(), status: 200, where: 'Operations' },
  {
    id: 'T19',
    place: 'address',
    send: ({ client, user }) => client.patch(`/scim/v2/v2/Users/${user}`, [{ op: 'replace', path: 'title', value: 'New' }]),
    status: 200,
    where: '/v2 twice',
  },
  {
    id: 'T21',
    place: 'body',
    send: post({ roles: [{ value: PACKED }] }),
    status: 201,
    holds: UNPACKED,
    where: 'roles',
    literally: { roles: [{ value: PACKED }] },
  },
  {
    ...{ id: 'T21', place: 'patch', status: 200, holds: UNPACKED, where: 'roles', literally: { roles: [{ value: PACKED }] } },
    send: patchUser({ op: 'add', path: 'roles', value: [{ value: PACKED }] }),
  },
  {
    id: 'bothProjections',
    place: 'query',
    send: list('attributes=userName&excludedAttributes=emails'),
    status: 200,
    where: 'excludedAttributes',
  },
  { id: 'bothPagings', place: 'query', send: list('startIndex=1&cursor='), status: 200, where: 'startIndex' },
  {
    id: 'emptyPath',
    place: 'patch',
    send: patchUser({ op: 'replace', path: '', value: { title: 'New' } }),
    status: 200,
    holds: { title: 'New' },
    where: 'path',
  },
  {
    ...{ id: 'endpointCase', place: 'address', status: 200, holds: { title: 'New' }, where: '/users' },
    send: ({ client, user }) => client.patch(`/users/${user}`, [{ op: 'replace', path: 'title', value: 'New' }]),
  },
  {
    ...{ id: 'endpointCase', place: 'bulk', status: 204, where: '/groups' },
    send: bulk(({ group }) => ({ schemas: [BULK_REQUEST], Operations: [{ method: 'DELETE', path: `/groups/${group}` }] })),
  },
  ...[{}, { display: 'Ada' }, { value: null, type: 'User' }].flatMap((nobody): ToleranceCase[] => [
    {
      ...{ id: 'memberWithoutValue', place: 'body', status: 201, holds: { members: [{}] }, where: 'members: a member without a value' },
      send: postGroup(({ user }) => [nobody, { value: user }]),
    },
    {
      ...{ id: 'memberWithoutValue', place: 'patch', status: 200, holds: { members: [{}] }, where: 'members: a member without a value' },
      send: patchGroup(() => ({ op: 'add', path: 'members', value: [nobody] })),
    },
  ]),
  {
    ...{ id: 'memberWithoutValue', place: 'body', status: 200, holds: { members: [{}] }, where: 'members: a member without a value' },
    send: ({ client, group, user, name }) =>
      client.put(`/Groups/${group}`, { schemas: [GROUP], displayName: name, members: [{ value: user }, { display: 'Ada' }] }),
  },
  {
    ...{ id: 'memberWithoutValue', place: 'patch', status: 200, holds: { members: [{}] }, where: 'members: a member without a value' },
    send: patchGroup(({ user }) => ({ op: 'replace', value: { members: [{ display: 'Ada' }, { value: user }] } })),
  },
  {
    ...{ id: 'nestedGroup', place: 'body', status: 201, holds: { members: [{}] }, where: 'members: nested groups are not supported' },
    send: postGroup(({ user, group }) => [{ value: group, type: 'Group' }, { value: user }]),
  },
  {
    ...{ id: 'nestedGroup', place: 'body', status: 200, holds: { members: [{}] }, where: 'members: nested groups are not supported' },
    send: ({ client, group, user, name }) =>
      client.put(`/Groups/${group}`, { schemas: [GROUP], displayName: name, members: [{ value: user }, { value: group, type: 'Group' }] }),
  },
  {
    ...{ id: 'nestedGroup', place: 'patch', status: 200, holds: { members: [{}] }, where: 'members: nested groups are not supported' },
    send: patchGroup(({ group }) => ({ op: 'add', path: 'members', value: [{ value: group, type: 'Group' }] })),
  },
  ...['startIndex=first', 'count=many', 'count=1.5'].map((query) => ({
    ...({ id: 'paging', place: 'query', status: 200, where: query.split('=', 1)[0] ?? '' } as const),
    send: list(query),
  })),
  {
    id: 'singleValue',
    place: 'body',
    send: post({ emails: { value: 'one@example.com' } }),
    status: 201,
    holds: { emails: [{ value: 'one@example.com' }] },
    where: 'emails',
  },
  { id: 'sortBy', place: 'query', send: list('sortBy=shoeSize'), status: 200, where: 'sortBy' },
  { id: 'sortOrder', place: 'query', send: list('sortBy=userName&sortOrder=up'), status: 200, where: 'sortOrder' },
  { id: 'unknownAttribute', place: 'body', send: post({ shoeSize: 9 }), status: 201, holds: {}, where: 'shoeSize' },
  { id: 'unknownAttribute', place: 'body', send: post({ name: { petName: 'x' } }), status: 201, where: 'name.petName' },
  { id: 'unknownAttribute', place: 'body', send: post({ 'urn:example:mine': { badge: 1 } }), status: 201, where: 'urn:example:mine' },
  {
    id: 'unknownAttribute',
    place: 'patch',
    send: patchUser({ op: 'add', path: 'emails', value: [{ value: 'x@example.com', colour: 'red' }] }),
    status: 200,
    where: 'emails.colour',
  },
  ...['shoeSize', 'name.petName', 'emails[type eq "home"].colour', 'urn:example:mine:User:badge', `${ENTERPRISE}:badge`].map((path) => ({
    ...({ id: 'unknownAttribute', place: 'path', status: 200, holds: { title: 'New' }, where: path.replace(/\[.*\]/, '') } as const),
    send: patchUser({ op: 'add', path, value: 'x' }, { op: 'replace', path: 'title', value: 'New' }),
  })),
  {
    id: 'unknownAttribute',
    place: 'path',
    send: patchUser({ op: 'add', value: { shoeSize: 9, title: 'New' } }),
    status: 200,
    holds: { title: 'New' },
    where: 'shoeSize',
  },
];

export interface AlikeCase {
  readonly id: keyof typeof TAKEN_ALIKE;
  readonly send: Send;
  readonly status: number;
  readonly holds?: Json;
}

/** Every row of TAKEN_ALIKE, as a request that both connections answer in the same way. */
export const alikeCases: readonly AlikeCase[] = [
  { id: 'T3', send: list('filter=USERNAME%20Eq+"nobody@example.com"'), status: 200, holds: { totalResults: 0 } },
  {
    id: 'T8',
    send: patchGroup(({ user }) => ({ op: 'add', path: 'members', value: [{ value: user }] })),
    status: 200,
    holds: { members: [{}] },
  },
  {
    id: 'T8',
    send: patchGroup(({ nobody }) => ({ op: 'remove', path: `members[value eq "${nobody}"]` })),
    status: 200,
    holds: { members: [{}] },
  },
  { id: 'T9', send: patchGroup(() => ({ op: 'replace', path: 'members', value: [] })), status: 200 },
  {
    id: 'T11',
    send: patchUser({ op: 'add', path: 'manager', value: { value: 'm' } }),
    status: 200,
    holds: { [ENTERPRISE]: { manager: { value: 'm' } } },
  },
  { id: 'T12', send: post({ title: null, emails: null, name: { givenName: null } }), status: 201 },
  { id: 'T12', send: patchUser({ op: 'replace', path: 'title', value: null }), status: 200 },
  { id: 'T13', send: post({ id: 'mine', groups: [{ value: 'x' }], meta: { created: 'never' } }), status: 201 },
  {
    ...{ id: 'T13', status: 200, holds: { title: 'Put' } },
    send: ({ client, user, name }) =>
      client.put(`/Users/${user}`, { schemas: [USER], userName: name, id: 'mine', groups: [], title: 'Put' }),
  },
  { id: 'T13', send: patchUser({ op: 'add', value: { schemas: [USER], title: 'New' } }), status: 200, holds: { title: 'New' } },
  {
    ...{ id: 'T15', status: 201 },
    send: ({ client, name }) =>
      client.post(
        '/Users',
        { schemas: [USER], userName: name },
        { headers: { 'content-type': 'application/json; charset=UTF-8', accept: 'text/html' } },
      ),
  },
  { id: 'T16', send: post({ password: 'Tr0ub4dor-and-3' }), status: 201 },
  { id: 'T18', send: list('aadOptscim062020&attributeSets=all'), status: 200 },
  { id: 'T19', send: ({ client }) => client.get('/Users/'), status: 200 },
  { id: 'T20', send: list('startIndex=0&count=-1'), status: 200, holds: { startIndex: 1, itemsPerPage: 0 } },
  {
    ...{ id: 'T22', status: 409, holds: { scimType: 'uniqueness' } },
    send: async (setting) => {
      await post({ externalId: `ext-${setting.name}` })(setting);
      for (const filter of [`userName eq "${setting.name.toUpperCase()}"`, `externalId eq "ext-${setting.name}"`]) {
        const found = await setting.client.get(`/Users?filter=${encodeURIComponent(filter)}`);
        if (found.json['totalResults'] !== 1) return found;
      }
      return post({})(setting);
    },
  },
  {
    ...{ id: 'T23', status: 201 },
    send: async (setting) => {
      const { json } = await post({})(setting);
      await setting.client.delete(`/Users/${json['id']}`);
      return post({})(setting);
    },
  },
  { id: 'T24', send: ({ client }) => client.get('/Users', { headers: { 'user-agent': null, connection: 'close' } }), status: 200 },
  { id: 'T25', send: post({}), status: 201 },
  { id: 'attributes', send: list('attributes=shoeSize,emails[type+eq+"work"]'), status: 200 },
  { id: 'rule55', send: patchUser({ op: 'replace', path: 'nickName', value: 'N' }), status: 200, holds: { nickName: 'N' } },
  {
    ...{ id: 'rule56', status: 200, holds: { name: { givenName: 'New', familyName: 'F' } } },
    send: patchUser({ op: 'replace', path: 'name', value: { givenName: 'New' } }),
  },
];
