import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ENTERPRISE,
  ERROR,
  GROUP,
  type Json,
  type Reply,
  type ScimClient,
  type ScimService,
  startScimService,
  USER,
} from './scim-client.ts';

let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
  strict = await service.connect({ mode: 'strict' });
});
afterAll(() => service.close());

const unknown = '00000000-0000-4000-8000-000000000000';
const metaOf = (json: Json) => json['meta'] as Record<string, string>;

describe('PUT (RFC 7644 §3.5.1)', () => {
  it('rule 47: creates nothing', async () => {
    expect((await client.put(`/Users/${unknown}`, { schemas: [USER], userName: 'put@example.com' })).status).toBe(404);
    expect((await client.put(`/Groups/${unknown}`, { schemas: [GROUP], displayName: 'Put' })).status).toBe(404);
  });

  it('rule 48: what is left out is cleared, what is readOnly stays, id and meta of the client are ignored', async () => {
    const id = await client.newUser('replace@example.com', { title: 'Boss', [ENTERPRISE]: { department: 'R&D' } });
    const sent = { schemas: [USER], id: unknown, meta: { version: 'x' }, userName: 'replace@example.com', nickName: 'R' };
    const { status, headers, json } = await client.put(`/Users/${id}`, sent);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, nickName: 'R', schemas: [USER] });
    expect(json).not.toHaveProperty('title');
    expect(headers['etag']).toBe(metaOf(json)['version']);
    expect((await client.get(`/Users/${id}`)).json).toEqual(json);
  });

  it('rule 48: a missing userName is 400 and changes nothing', async () => {
    const id = await client.newUser('stays@example.com');
    const before = (await client.get(`/Users/${id}`)).json;
    const { status, json } = await client.put(`/Users/${id}`, { schemas: [USER], title: 'x' });
    expect(status).toBe(400);
    expect(json['scimType']).toBe('invalidValue');
    expect((await client.get(`/Users/${id}`)).json).toEqual(before);
  });

  it('rule 49: a taken name is 409; the own name in another case is not', async () => {
    await client.newUser('first@example.com');
    const id = await client.newUser('second@example.com');
    const { status, json } = await client.put(`/Users/${id}`, { schemas: [USER], userName: 'FIRST@example.com' });
    expect(status).toBe(409);
    expect(json).toMatchObject({ schemas: [ERROR], scimType: 'uniqueness' });
    expect((await client.put(`/Users/${id}`, { schemas: [USER], userName: 'SECOND@example.com' })).status).toBe(200);
  });

  it('a rename frees the old name at once', async () => {
    const id = await client.newUser('old-name@example.com');
    await client.put(`/Users/${id}`, { schemas: [USER], userName: 'new-name@example.com' });
    expect(await client.newUser('old-name@example.com')).not.toBe(id);
  });

  it("a group's members become those of the body, and none without members", async () => {
    const users = [await client.newUser('m1@example.com'), await client.newUser('m2@example.com')];
    const group = await client.newGroup('Put members', [String(users[0])]);
    const put = (members?: readonly unknown[]) => client.put(`/Groups/${group}`, { schemas: [GROUP], displayName: 'Put members', members });
    const { status, json } = await put([{ value: users[1] }]);
    expect(status).toBe(200);
    expect(json['members']).toMatchObject([{ value: users[1], type: 'User' }]);
    expect(await client.memberIds(group)).toEqual([users[1]]);
    expect((await put()).json).not.toHaveProperty('members');
    expect(await client.memberIds(group)).toEqual([]);
  });
});

describe('PATCH of a user (RFC 7644 §3.5.2)', () => {
  it('rule 52: 200 with the whole resource', async () => {
    const id = await client.newUser('patch@example.com');
    const { status, headers, json } = await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, userName: 'patch@example.com', active: false });
    expect(headers['etag']).toBe(metaOf(json)['version']);
  });

  it('rule 51: is all or nothing: revision, lastModified and content stay', async () => {
    const id = await client.newUser('atomic@example.com', { title: 'Kept' });
    const before = await client.get(`/Users/${id}`);
    const { status } = await client.patch(`/Users/${id}`, [
      { op: 'replace', path: 'title', value: 'Lost' },
      { op: 'replace', path: 'no such', value: 'x' },
    ]);
    expect(status).toBe(400);
    expect((await client.get(`/Users/${id}`)).text).toBe(before.text);
  });

  it.each([
    ['rule 50', [{ op: 'copy', path: 'title', value: 'x' }], 'invalidSyntax'],
    ['rule 53', [{ op: 'add', path: 'title' }], 'invalidValue'],
    ['rule 54', [{ op: 'remove' }], 'noTarget'],
    ['rule 54', [{ op: 'remove', path: 'userName' }], 'mutability'],
    ['rule 57', [{ op: 'replace', path: 'a b c', value: 'x' }], 'invalidPath'],
    ['rule 57', [{ op: 'replace', path: 'meta.created', value: '2001-01-01T00:00:00Z' }], 'mutability'],
    ['rule 55', [{ op: 'replace', path: 'emails[type eq "other"].value', value: 'x@example.com' }], 'noTarget'],
    ['rule 50', [], 'invalidSyntax'],
    ['rule 50', 'x', 'invalidSyntax'],
  ])('%s: %j is 400 %s in strict mode', async (_rule, operations, scimType) => {
    const id = await strict.newUser(`${crypto.randomUUID()}@example.com`, { emails: [{ type: 'work', value: 'w@example.com' }] });
    const { status, json } = await strict.patch(`/Users/${id}`, operations);
    expect(status).toBe(400);
    expect(json).toMatchObject({ schemas: [ERROR], status: '400', scimType });
  });

  it('rule 50: a body without the PatchOp schema is 400 in strict mode', async () => {
    const id = await strict.newUser('noschema@example.com');
    const body = { Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
    expect((await strict.request('PATCH', `/Users/${id}`, { body })).status).toBe(400);
    expect((await client.request('PATCH', `/Users/${await client.newUser('noschema@example.com')}`, { body })).status).toBe(200);
  });

  it('rule 55, T5: a missing e-mail of a type is made, and several operations land in it', async () => {
    const id = await client.newUser('entra@example.com', { emails: [{ type: 'home', value: 'h@example.com', primary: true }] });
    const { json } = await client.patch(`/Users/${id}`, [
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'w@example.com' },
      { op: 'Replace', path: 'emails[type eq "work"].display', value: 'Work' },
    ]);
    expect(json['emails']).toEqual([
      { type: 'home', value: 'h@example.com', primary: true },
      { type: 'work', value: 'w@example.com', display: 'Work' },
    ]);
  });

  it('rules 20, 59: a new primary takes it from the old one', async () => {
    const id = await client.newUser('primary@example.com', { emails: [{ type: 'home', value: 'h@example.com', primary: true }] });
    const { json } = await client.patch(`/Users/${id}`, [
      { op: 'add', path: 'emails', value: [{ type: 'work', value: 'w@example.com', primary: true }] },
    ]);
    const primaries = (json['emails'] as Json[]).filter(({ primary }) => primary === true);
    expect(primaries).toMatchObject([{ value: 'w@example.com' }]);
  });

  it('rule 58: a URN with dots in a path', async () => {
    const id = await client.newUser('urn@example.com');
    const { json } = await client.patch(`/Users/${id}`, [{ op: 'add', path: `${ENTERPRISE}:manager.value`, value: unknown }]);
    expect(json[ENTERPRISE]).toMatchObject({ manager: { value: unknown } });
  });

  it('a taken userName is 409', async () => {
    await client.newUser('taken-by-patch@example.com');
    const id = await client.newUser('wants@example.com');
    const { status, json } = await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'userName', value: 'Taken-By-Patch@example.com' }]);
    expect(status).toBe(409);
    expect(json['scimType']).toBe('uniqueness');
  });
});

describe('PATCH of a group', () => {
  it('rule 52: 204 without a body; 200 with it when attributes are asked for', async () => {
    const group = await client.newGroup('Patched');
    const bare = await client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: 'Patched 2' }]);
    expect(bare.status).toBe(204);
    expect(bare.text).toBe('');
    const asked = await client.patch(`/Groups/${group}?attributes=displayName`, [
      { op: 'replace', path: 'displayName', value: 'Patched 3' },
    ]);
    expect(asked.status).toBe(200);
    expect(asked.json).toEqual({ schemas: [GROUP], id: group, displayName: 'Patched 3' });
    expect(bare.headers['etag']).not.toBe(asked.headers['etag']);
  });

  it('T8: adding a member again and removing one who is not there change nothing', async () => {
    const [one, two] = [await client.newUser('t8a@example.com'), await client.newUser('t8b@example.com')];
    const group = await client.newGroup('T8', [one]);
    const before = (await client.get(`/Groups/${group}`)).text;
    service.queue.sent.length = 0;
    for (const operation of [
      { op: 'add', path: 'members', value: [{ value: one }] },
      { op: 'remove', path: `members[value eq "${two}"]` },
      { op: 'remove', path: `members[value eq "${unknown}"]` },
      { op: 'Remove', path: 'members', value: [{ value: two, $ref: null }] },
    ]) {
      expect((await client.patch(`/Groups/${group}`, [operation])).status).toBe(204);
    }
    expect((await client.get(`/Groups/${group}`)).text).toBe(before);
    expect(service.queue.sent).toEqual([]);
  });

  it('E8, T6: a remove with a list of values removes these and no others', async () => {
    const users = await Promise.all([1, 2, 3].map((i) => client.newUser(`e8-${i}@example.com`)));
    const group = await client.newGroup('E8', users);
    expect((await client.patch(`/Groups/${group}`, [{ op: 'Remove', path: 'members', value: [{ value: users[1] }] }])).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([users[0], users[2]].sort());
  });

  it('operations count in their order: remove all, then add one', async () => {
    const users = await Promise.all([1, 2].map((i) => client.newUser(`order-${i}@example.com`)));
    const group = await client.newGroup('Order', [String(users[0])]);
    const add = { op: 'add', path: 'members', value: [{ value: users[1] }] };
    await client.patch(`/Groups/${group}`, [{ op: 'remove', path: 'members' }, add]);
    expect(await client.memberIds(group)).toEqual([users[1]]);
    await client.patch(`/Groups/${group}`, [add, { op: 'remove', path: `members[value eq "${users[1]}"]` }]);
    expect(await client.memberIds(group)).toEqual([]);
  });

  it('a removal by a filter that asks for more than ids looks at the members', async () => {
    const users = await Promise.all([1, 2].map((i) => client.newUser(`by-type-${i}@example.com`)));
    const group = await client.newGroup('By type', users);
    const remove = (path: string) => client.patch(`/Groups/${group}`, [{ op: 'remove', path }]);
    expect((await remove(`members[type eq "User" and value eq "${users[0]}"]`)).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([users[1]]);
    expect((await remove('members[type eq "Group"]')).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([users[1]]);
    expect((await remove('members[type eq "User"]')).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([]);
  });

  it('O6: a rename travels with members, and the id inside the value is ignored', async () => {
    const user = await client.newUser('o6@example.com');
    const group = await client.newGroup('O6');
    await client.patch(`/Groups/${group}`, [
      { op: 'replace', value: { id: group, displayName: 'O6 renamed' } },
      { op: 'add', path: 'members', value: [{ value: user, display: 'o6@example.com' }] },
    ]);
    expect((await client.get(`/Groups/${group}`)).json).toMatchObject({ displayName: 'O6 renamed', members: [{ value: user }] });
  });

  it('T10: an unknown member is dropped in tolerant mode; strict refuses the whole PATCH and names it', async () => {
    const user = await client.newUser('t10@example.com');
    const group = await client.newGroup('T10');
    const add = (known: string) => [
      { op: 'replace', path: 'displayName', value: 'T10 renamed' },
      { op: 'add', path: 'members', value: [{ value: unknown }, { value: known }] },
    ];
    expect((await client.patch(`/Groups/${group}`, add(user))).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([user]);

    const strictUser = await strict.newUser('t10@example.com');
    const strictGroup = await strict.newGroup('T10');
    const { status, json } = await strict.patch(`/Groups/${strictGroup}`, add(strictUser));
    expect(status).toBe(400);
    expect(json).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining(unknown) });
    expect((await strict.get(`/Groups/${strictGroup}`)).json).toMatchObject({ displayName: 'T10' });
    expect(await strict.memberIds(strictGroup)).toEqual([]);
  });

  it('invariant 4: adding and removing read no member', async () => {
    const users = await Promise.all([1, 2].map((i) => client.newUser(`inv4-${i}@example.com`)));
    const group = await client.newGroup('Invariant 4', [String(users[0])]);
    const refusing = async () => {
      throw new Error('members were read');
    };
    const directory = { ...service.directory, groups: { ...service.directory.groups, readWithMembers: refusing } };
    const watched = service.clientWith(client, { directory });
    const operations = [
      { op: 'add', path: 'members', value: [{ value: users[1] }] },
      { op: 'remove', path: `members[value eq "${users[0]}"]` },
      { op: 'replace', path: 'displayName', value: 'Invariant 4 renamed' },
    ];
    expect((await watched.patch(`/Groups/${group}`, operations)).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([users[1]]);
  });

  it('a change of more members than one transaction carries is there as a whole', async () => {
    const users = await Promise.all(Array.from({ length: 130 }, (_, i) => client.newUser(`many-${i}@example.com`)));
    const group = await client.newGroup('Many');
    const value = users.map((id) => ({ value: id }));
    expect((await client.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value }])).status).toBe(204);
    expect(await client.memberIds(group)).toEqual([...users].sort());
    const half = users.slice(0, 65);
    await client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'members', value: half.map((id) => ({ value: id })) }]);
    expect(await client.memberIds(group)).toEqual([...half].sort());
    expect((await client.get(`/Users/${half[0]}`)).json['groups']).toMatchObject([{ value: group, display: 'Many' }]);
    expect((await client.get(`/Users/${users[100]}`)).json).not.toHaveProperty('groups');
  });
});

describe('DELETE (RFC 7644 §3.6, rule 60)', () => {
  it('is 204 without a body, then 404 for every method, gone from lists and groups, and the name is free', async () => {
    const user = await client.newUser('delete@example.com', { externalId: 'delete-ext' });
    const group = await client.newGroup('Delete', [user]);
    const reply = await client.delete(`/Users/${user}`);
    expect(reply.status).toBe(204);
    expect(reply.text).toBe('');
    expect((await client.get(`/Users/${user}`)).status).toBe(404);
    expect((await client.put(`/Users/${user}`, { schemas: [USER], userName: 'delete@example.com' })).status).toBe(404);
    expect((await client.patch(`/Users/${user}`, [{ op: 'replace', path: 'active', value: true }])).status).toBe(404);
    expect((await client.delete(`/Users/${user}`)).status).toBe(404);
    for (const filter of ['userName eq "delete@example.com"', 'externalId eq "delete-ext"', `id eq "${user}"`]) {
      expect((await client.get(`/Users?filter=${encodeURIComponent(filter)}`)).json['totalResults']).toBe(0);
    }
    expect(await client.memberIds(group)).toEqual([]);
    expect(await client.newUser('delete@example.com')).not.toBe(user);
  });

  it('of a group: gone from its members, its name free', async () => {
    const user = await client.newUser('delgroup@example.com');
    const group = await client.newGroup('Deleted group', [user]);
    expect((await client.delete(`/Groups/${group}`)).status).toBe(204);
    expect((await client.delete(`/Groups/${group}`)).status).toBe(404);
    expect((await client.get(`/Users/${user}`)).json).not.toHaveProperty('groups');
    const again = await client.newGroup('Deleted group');
    expect(await client.memberIds(again)).toEqual([]);
  });
});

describe('versions (RFC 7644 §3.14, rule 65)', () => {
  const stale = { headers: { 'if-match': 'W/"999"' } };

  it('If-Match of another version is 412 for PUT, PATCH and DELETE, and nothing is changed', async () => {
    const id = await client.newUser('version@example.com');
    const before = (await client.get(`/Users/${id}`)).text;
    expect((await client.put(`/Users/${id}`, { schemas: [USER], userName: 'x' }, stale)).status).toBe(412);
    expect((await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }], stale)).status).toBe(412);
    const reply = await client.delete(`/Users/${id}`, stale);
    expect(reply.status).toBe(412);
    expect(reply.json).toMatchObject({ schemas: [ERROR], status: '412' });
    expect((await client.get(`/Users/${id}`)).text).toBe(before);
  });

  it('If-Match of this version and * are taken, for groups too', async () => {
    const group = await client.newGroup('Version');
    const { headers } = await client.get(`/Groups/${group}`);
    const rename = (name: string, match: string) =>
      client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: name }], { headers: { 'If-Match': match } });
    expect((await rename('Version 2', String(headers['etag']))).status).toBe(204);
    expect((await rename('Version 3', String(headers['etag']))).status).toBe(412);
    expect((await rename('Version 3', '*')).status).toBe(204);
    expect((await rename('Version 4', `W/"abc", ${(await client.get(`/Groups/${group}`)).headers['etag']}`)).status).toBe(204);
  });

  it('If-None-Match of this version is 304 with the ETag and no body', async () => {
    const id = await client.newUser('cached@example.com');
    const { headers } = await client.get(`/Users/${id}`);
    const again = await client.get(`/Users/${id}`, { headers: { 'if-none-match': String(headers['etag']) } });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
    expect(again.headers['etag']).toBe(headers['etag']);
    await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect((await client.get(`/Users/${id}`, { headers: { 'if-none-match': String(headers['etag']) } })).status).toBe(200);
  });

  it("a user's groups are part of the version where they are shown: no 304 hides that they changed", async () => {
    const id = await client.newUser('grouped@example.com');
    const get = (etag: string, query = '') => client.get(`/Users/${id}${query}`, { headers: { 'if-none-match': etag } });
    const etagNow = async (query = '') => String((await client.get(`/Users/${id}${query}`)).headers['etag']);
    const alone = await etagNow();
    expect(alone).toBe('W/"1"');
    const group = await client.newGroup('Grouped', [id]);

    const grown = await get(alone);
    expect(grown.status).toBe(200);
    expect(grown.json['groups']).toMatchObject([{ value: group }]);
    const etag = String(grown.headers['etag']);
    expect(metaOf(grown.json)['version']).toBe(etag);
    expect(await etagNow()).toBe(etag);
    expect((await get(etag)).status).toBe(304);
    expect((await get(etag)).headers['etag']).toBe(etag);
    // Where they are not shown they are no part of it, and are not read.
    expect(await etagNow('?excludedAttributes=groups')).toBe(alone);
    expect((await get(alone, '?attributes=userName')).status).toBe(304);

    await client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: 'Grouped 2' }]);
    expect((await get(etag)).json['groups']).toMatchObject([{ display: 'Grouped 2' }]);
    // Nothing that is computed can be written: a client that read the user before may write it.
    const title = (value: string) => [{ op: 'replace', path: 'title', value }];
    expect((await client.patch(`/Users/${id}`, title('x'), { headers: { 'if-match': etag } })).status).toBe(200);
    expect((await client.patch(`/Users/${id}`, title('y'), { headers: { 'if-match': etag } })).status).toBe(412);
    await client.delete(`/Groups/${group}`);
    expect(await etagNow()).toBe('W/"2"');
  });

  it("If-None-Match of a group's version is 304 until a member is added", async () => {
    const group = await client.newGroup('Cached');
    const etag = String((await client.get(`/Groups/${group}`)).headers['etag']);
    const get = () => client.get(`/Groups/${group}`, { headers: { 'if-none-match': etag } });
    expect((await get()).status).toBe(304);
    const id = await client.newUser('cached-member@example.com');
    await client.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: id }] }]);
    expect((await get()).status).toBe(200);
  });

  it("a group's members are part of the version where they are shown: no 304 hides that one was deleted", async () => {
    const [first = '', second = ''] = [await client.newUser('shown-1@example.com'), await client.newUser('shown-2@example.com')];
    const group = await client.newGroup('Shown', [first, second]);
    const path = `/Groups/${group}`;
    const get = (etag: string, query = '') => client.get(path + query, { headers: { 'if-none-match': etag } });
    const etagOf = (reply: Reply) => String(reply.headers['etag']);
    const both = await client.get(path);
    expect(metaOf(both.json)['version']).toBe(etagOf(both));
    expect(await get(etagOf(both))).toMatchObject({ status: 304, headers: { etag: etagOf(both) }, text: '' });
    // In any order, and of the same revision.
    const replaced = await client.put(path, { schemas: [GROUP], displayName: 'Shown', members: [{ value: second }, { value: first }] });
    expect(etagOf(replaced)).toBe(etagOf(both));

    await client.delete(`/Users/${second}`);
    const one = await get(etagOf(both));
    expect(one.status).toBe(200);
    expect(one.json['members']).toMatchObject([{ value: first }]);
    expect(etagOf(one)).not.toBe(etagOf(both));
    expect((await get(etagOf(one))).status).toBe(304);
    await client.delete(`/Users/${first}`);
    const none = await get(etagOf(one));
    expect(none.status).toBe(200);
    expect(none.json['members']).toBeUndefined();

    // Where they are not shown they are no part of it, and of a write only the revision counts.
    const { headers } = await client.patch(path, [{ op: 'replace', path: 'externalId', value: 'shown' }], {
      headers: { 'if-match': etagOf(both) },
    });
    expect(headers['etag']).toBe('W/"2"');
    expect((await get('W/"2"', '?excludedAttributes=members')).status).toBe(304);
    expect((await get('W/"2"')).status).toBe(200);
  });

  it('rules 53, 65: a write that changes nothing keeps version and lastModified and tells nobody', async () => {
    const sent = { schemas: [USER], userName: 'noop@example.com', title: 'T', emails: [{ type: 'work', value: 'n@example.com' }] };
    const created = await client.post('/Users', sent);
    const path = `/Users/${created.json['id']}`;
    service.queue.sent.length = 0;
    const replies = [
      await client.put(path, sent),
      await client.patch(path, [{ op: 'replace', path: 'title', value: 'T' }]),
      await client.patch(path, [{ op: 'add', path: 'emails', value: [{ type: 'work', value: 'n@example.com' }] }]),
      await client.patch(path, [{ op: 'remove', path: 'nickName' }]),
    ];
    for (const { status, json } of replies) {
      expect(status).toBe(200);
      expect(json).toEqual(created.json);
    }
    expect(service.queue.sent).toEqual([]);
  });

  it('every change raises the version', async () => {
    const id = await client.newUser('raise@example.com');
    const versions = new Set<string>();
    for (const value of ['a', 'b', 'c']) {
      versions.add(String((await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value }])).headers['etag']));
    }
    expect(versions.size).toBe(3);
  });
});
