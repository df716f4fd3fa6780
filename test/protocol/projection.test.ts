import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  GROUP,
  type Json,
  PATCH_OP,
  type Reply,
  type ScimClient,
  type ScimService,
  startScimService,
  USER,
} from './scim-client.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

let service: ScimService;
let client: ScimClient;
let user: string;
let group: string;
/** How often members of a group, and the groups of a user, were asked for. */
let relationsRead: number;
beforeAll(async () => {
  service = await startScimService({ inMemory: true });
  const { directory } = service;
  const plain = await service.connect({ mode: 'strict' });
  client = service.clientWith(plain, {
    directory: {
      users: {
        ...directory.users,
        groupsOf: (...parameters) => {
          relationsRead++;
          return directory.users.groupsOf(...parameters);
        },
      },
      groups: {
        ...directory.groups,
        readWithMembers: (...parameters) => {
          relationsRead++;
          return directory.groups.readWithMembers(...parameters);
        },
      },
    },
  });
  user = await client.newUser('bjensen', BARBARA);
  group = await client.newGroup('Tour Guides', [user]);
});
afterAll(() => service.close());

const BARBARA = {
  schemas: [USER, ENTERPRISE],
  displayName: 'Babs',
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [{ value: 'b@example.com', type: 'work', primary: true }],
  [ENTERPRISE]: { department: 'Tours', manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d' } },
};
const userBody = { ...BARBARA, userName: 'bjensen' };
const groupBody = () => ({ schemas: [GROUP], displayName: 'Tour Guides', members: [{ value: user }] });

interface Projected {
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}
type Send = (projected: Projected) => Promise<Reply>;

const query = (projected: Projected) =>
  Object.entries(projected)
    .map(([name, list]) => `${name}=${list.join(',')}`)
    .join('&');
const patch = (path: string, projected: Projected, value: Json) =>
  client.request('PATCH', `${path}?${query(projected)}`, { body: { schemas: [PATCH_OP], Operations: [{ op: 'replace', value }] } });
let made = 0;

/** Every method that returns a user, or a group: RFC 7644 §3.9. */
const users: [method: string, send: Send][] = [
  ['GET', (projected) => client.get(`/Users/${user}?${query(projected)}`)],
  ['list', (projected) => client.get(`/Users?filter=userName+eq+"bjensen"&${query(projected)}`)],
  ['list by cursor', (projected) => client.get(`/Users?cursor&count=1&${query(projected)}`)],
  ['POST .search', (projected) => client.post('/Users/.search', { schemas: [SEARCH], filter: 'userName eq "bjensen"', ...projected })],
  [
    'POST .search at the root',
    (projected) => client.post('/.search', { schemas: [SEARCH], filter: 'userName eq "bjensen"', ...projected }),
  ],
  ['PUT', (projected) => client.put(`/Users/${user}?${query(projected)}`, userBody)],
  ['PATCH', (projected) => patch(`/Users/${user}`, projected, { displayName: 'Babs' })],
  ['POST', (projected) => client.post(`/Users?${query(projected)}`, { ...userBody, userName: `bjensen${++made}` })],
];
const groups: [method: string, send: Send][] = [
  ['GET', (projected) => client.get(`/Groups/${group}?${query(projected)}`)],
  ['list', (projected) => client.get(`/Groups?filter=displayName+eq+"Tour+Guides"&${query(projected)}`)],
  ['list by cursor', (projected) => client.get(`/Groups?cursor&count=1&${query(projected)}`)],
  ['sorted list', (projected) => client.get(`/Groups?sortBy=meta.created&count=1&${query(projected)}`)],
  ['POST .search', (projected) => client.post('/Groups/.search', { schemas: [SEARCH], count: 1, ...projected })],
  [
    'POST .search at the root',
    (projected) => client.post('/.search', { schemas: [SEARCH], filter: 'displayName eq "Tour Guides"', ...projected }),
  ],
  ['PUT', (projected) => client.put(`/Groups/${group}?${query(projected)}`, groupBody())],
  ['POST', (projected) => client.post(`/Groups?${query(projected)}`, { ...groupBody(), displayName: `Tour Guides ${++made}` })],
];

/** The resource of a reply, alone or the first of a list. */
function shown({ status, json, text }: Reply): Json {
  if (status >= 300) throw new Error(text);
  return ((json['Resources'] as Json[] | undefined)?.[0] ?? json) as Json;
}

describe.each(users)('a user in the reply to %s (RFC 7644 §3.9), rules 29 to 31', (method, send) => {
  it('has the attributes asked for, and those that are always returned', async () => {
    const attributes = ['NAME.familyName', `${USER}:displayName`, `${ENTERPRISE}:manager.value`, 'emails.type', 'shoeSize'];
    const reply = shown(await send({ attributes }));
    expect(reply).toEqual({
      schemas: [USER, ENTERPRISE],
      id: expect.any(String),
      // RFC 7643 §4.1.1: userName has "returned" of "default" here, so it is not in it.
      displayName: 'Babs',
      name: { familyName: 'Jensen' },
      emails: [{ type: 'work' }],
      [ENTERPRISE]: { manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d' } },
    });
  });

  it('a URN alone is all of its attributes', async () => {
    expect(Object.keys(shown(await send({ attributes: [ENTERPRISE] }))).sort()).toEqual(['id', 'schemas', ENTERPRISE].sort());
    const without = shown(await send({ excludedAttributes: [ENTERPRISE] }));
    expect(without['schemas']).toEqual([USER]);
    expect(without).not.toHaveProperty([ENTERPRISE]);
  });

  it('has not those that are excluded, but always id and schemas', async () => {
    const excludedAttributes = ['id', 'schemas', 'Emails', 'name.givenName', `${ENTERPRISE}:department`, 'meta.version', 'groups'];
    const reply = shown(await send({ excludedAttributes }));
    expect(reply).toMatchObject({ id: expect.any(String), schemas: [USER, ENTERPRISE], name: { familyName: 'Jensen' } });
    expect(reply['name']).not.toHaveProperty('givenName');
    expect(reply[ENTERPRISE]).toEqual({ manager: expect.anything() });
    expect(reply['meta']).not.toHaveProperty('version');
    for (const name of ['emails', 'groups', 'password']) expect(reply).not.toHaveProperty(name);
  });

  it('groups are read only where they are shown, and never of a user who is new', async () => {
    relationsRead = 0;
    for (const projected of [
      { excludedAttributes: ['groups'] },
      { excludedAttributes: [`${USER}:GROUPS`] },
      { attributes: ['userName'] },
    ]) {
      shown(await send(projected));
    }
    expect(relationsRead).toBe(0);
    shown(await send({ attributes: ['groups.display'] }));
    expect(relationsRead).toBe(method === 'POST' ? 0 : 1);
  });
});

describe.each(groups)('a group in the reply to %s (RFC 7644 §3.9), rule 31', (_, send) => {
  it('excludedAttributes=members never reads a member', async () => {
    relationsRead = 0;
    for (const projected of [
      { excludedAttributes: ['members'] },
      { excludedAttributes: [`${GROUP}:Members`] },
      { attributes: ['displayName'] },
      { attributes: ['shoeSize'] },
    ]) {
      expect(shown(await send(projected))).not.toHaveProperty('members');
    }
    expect(relationsRead).toBe(0);
    expect(shown(await send({ attributes: ['members.value'] }))['members']).toEqual([{ value: user }]);
    expect(relationsRead).toBe(1);
  });
});

describe('PATCH of a group (RFC 7644 §3.5.2), rule 52', () => {
  it('is 204, also where nothing or nothing but an exclusion is asked for, and reads no member', async () => {
    relationsRead = 0;
    for (const asked of ['', '?attributes=', '?attributes=%20', '?excludedAttributes=members', '?excludedAttributes=displayName']) {
      const reply = await client.patch(`/Groups/${group}${asked}`, [{ op: 'add', path: 'members', value: [{ value: user }] }]);
      expect([reply.status, reply.text]).toEqual([204, '']);
    }
    expect(relationsRead).toBe(0);
  });

  it('"MUST return a 200 OK if the "attributes" parameter is specified in the request"', async () => {
    relationsRead = 0;
    const operations = [{ op: 'add', path: 'members', value: [{ value: user }] }];
    const bare = await client.patch(`/Groups/${group}?attributes=displayName`, operations);
    expect([bare.status, bare.json]).toEqual([200, { schemas: [GROUP], id: group, displayName: 'Tour Guides' }]);
    expect(relationsRead).toBe(0);
    const whole = await client.patch(`/Groups/${group}?attributes=members`, operations);
    expect([whole.status, whole.json['members']]).toEqual([200, [expect.objectContaining({ value: user })]]);
  });
});
