import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, ERROR, GROUP, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
  strict = await service.connect({ mode: 'strict' });
});
afterAll(() => service.close());

const bjensen = (userName: string) => ({
  schemas: [USER, ENTERPRISE],
  userName,
  externalId: `ext-${userName}`,
  name: { givenName: 'Barbara', familyName: 'Jensen', formatted: null },
  emails: [{ value: `${userName}`, type: 'work', primary: true }],
  phoneNumbers: [],
  [ENTERPRISE]: { department: 'R&D' },
});

describe('POST /Users (RFC 7644 §3.3)', () => {
  it('rules 14, 15, 16, 25: 201 with body, Location and ETag, equal to what meta says', async () => {
    const { status, headers, json } = await client.post('/Users', bjensen('one@example.com'));
    expect(status).toBe(201);
    const meta = json['meta'] as Record<string, string>;
    expect(headers['location']).toBe(meta['location']);
    expect(headers['etag']).toBe(meta['version']);
    expect(headers['etag']).toMatch(/^W\/"/);
    expect(meta['resourceType']).toBe('User');
    expect(meta['created']).toBe(meta['lastModified']);
    expect(meta['created']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });

  it('rule 11: schemas lists the extension when its data is there, else not', async () => {
    expect((await client.post('/Users', bjensen('two@example.com'))).json['schemas']).toEqual([USER, ENTERPRISE]);
    const bare = await client.post('/Users', { schemas: [USER, ENTERPRISE], userName: 'bare@example.com', [ENTERPRISE]: {} });
    expect(bare.json['schemas']).toEqual([USER]);
  });

  it('rules 12, 14, 19, 27: id, meta and groups of the client are ignored', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const sent = { ...bjensen('three@example.com'), id, meta: { created: '2001-01-01T00:00:00Z' }, groups: [{ value: id }] };
    const { status, json } = await client.post('/Users', sent);
    expect(status).toBe(201);
    expect(json['id']).not.toBe(id);
    expect((json['meta'] as { created: string }).created).not.toContain('2001');
    expect(json).not.toHaveProperty('groups');
  });

  it('rule 13: externalId is never made up, and two users may have the same', async () => {
    expect((await client.post('/Users', { schemas: [USER], userName: 'noext@example.com' })).json).not.toHaveProperty('externalId');
    const same = { schemas: [USER], externalId: 'same' };
    expect((await client.post('/Users', { ...same, userName: 'same1@example.com' })).status).toBe(201);
    expect((await client.post('/Users', { ...same, userName: 'same2@example.com' })).status).toBe(201);
  });

  it.each([{}, { userName: '' }, { userName: '   ' }, { userName: 7 }, { userName: null }])(
    'rule 17: %j is 400 invalidValue',
    async (attributes) => {
      const { status, json } = await client.post('/Users', { schemas: [USER], ...attributes });
      expect(status).toBe(400);
      expect(json).toMatchObject({ schemas: [ERROR], scimType: 'invalidValue' });
    },
  );

  it('rules 17, 26, T22: a userName is unique in any case; 409 uniqueness says what to do', async () => {
    await client.newUser('Taken@example.com', { externalId: 'taken-ext' });
    const { status, json } = await client.post('/Users', { schemas: [USER], userName: 'tAKEN@example.com' });
    expect(status).toBe(409);
    expect(json).toEqual({ schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: expect.stringContaining('filter=userName') });
    for (const filter of ['userName eq "taken@example.com"', 'externalId eq "taken-ext"']) {
      expect((await client.get(`/Users?filter=${encodeURIComponent(filter)}`)).json['totalResults']).toBe(1);
    }
  });

  it('the same userName in two connections is no conflict', async () => {
    const other = await service.connect();
    expect(await client.newUser('both@example.com')).not.toBe(await other.newUser('both@example.com'));
  });

  it('rule 18, T16: a password is taken and returned by nothing', async () => {
    const password = 'correct horse battery staple';
    const created = await client.post('/Users', { ...bjensen('password@example.com'), password });
    expect(created.status).toBe(201);
    const path = `/Users/${created.json['id']}`;
    const patched = await client.patch(path, [{ op: 'replace', path: 'password', value: password }]);
    const read = await client.get(`${path}?attributes=password`);
    for (const { text } of [created, patched, read, await client.get(path), await client.get('/Users')])
      expect(text).not.toContain(password);
  });

  it('rule 20: two primary values are 400', async () => {
    const emails = ['a', 'b'].map((name) => ({ value: `${name}@example.com`, primary: true }));
    expect((await strict.post('/Users', { schemas: [USER], userName: 'primary@example.com', emails })).status).toBe(400);
  });

  it('rule 21: null, an empty list and absent are the same: not returned', async () => {
    const { json } = await client.post('/Users', bjensen('null@example.com'));
    expect(json).not.toHaveProperty('phoneNumbers');
    expect(json['name']).toEqual({ givenName: 'Barbara', familyName: 'Jensen' });
  });

  it('rule 22: names in any case come back in the spelling of the schema', async () => {
    const { json } = await client.post('/Users', { SCHEMAS: [USER], USERNAME: 'case@example.com', Name: { GIVENNAME: 'C' } });
    expect(json).toMatchObject({ userName: 'case@example.com', name: { givenName: 'C' } });
  });

  it('rule 23: booleans are booleans; strict takes no string for one', async () => {
    const active = await client.post('/Users', { schemas: [USER], userName: 'string@example.com', active: 'False' });
    expect(active.json['active']).toBe(false);
    const refused = await strict.post('/Users', { schemas: [USER], userName: 'string@example.com', active: 'False' });
    expect(refused.status).toBe(400);
    expect(refused.json['scimType']).toMatch(/invalidValue|invalidSyntax/);
  });

  it('rule 24: a type nobody suggested is kept', async () => {
    const emails = [{ value: 'x@example.com', type: 'holiday home' }];
    expect((await client.post('/Users', { schemas: [USER], userName: 'type@example.com', emails })).json['emails']).toEqual(emails);
  });

  it('rule 10: a body without schemas is taken in tolerant mode, 400 invalidSyntax in strict', async () => {
    expect((await client.post('/Users', { userName: 'schemaless@example.com' })).status).toBe(201);
    const { status, json } = await strict.post('/Users', { userName: 'schemaless@example.com' });
    expect(status).toBe(400);
    expect(json['scimType']).toBe('invalidSyntax');
  });
});

describe('GET /Users/{id} (RFC 7644 §3.4.1)', () => {
  it('gives what POST gave', async () => {
    const created = await client.post('/Users', bjensen('read@example.com'));
    const read = await client.get(`/Users/${created.json['id']}`);
    expect(read.status).toBe(200);
    expect(read.json).toEqual(created.json);
    expect(read.headers['etag']).toBe(created.headers['etag']);
  });

  it.each([
    ['a word', 'none'],
    ['a UUID', '00000000-0000-4000-8000-000000000000'],
    ['a way up', '..%2f..'],
    ['no valid encoding', '%'],
    ['long', 'a'.repeat(3000)],
  ])('rule 28: an unknown id that is %s is 404', async (_what, id) => {
    for (const path of [`/Users/${id}`, `/Groups/${id}`]) {
      const { status, json } = await client.get(path);
      expect(status).toBe(404);
      expect(json).toMatchObject({ schemas: [ERROR], status: '404' });
      expect(json).not.toHaveProperty('scimType');
    }
  });

  it("a user's id names no group", async () => {
    expect((await client.get(`/Groups/${await client.newUser('notagroup@example.com')}`)).status).toBe(404);
  });

  it('rules 29 to 31: attributes and excludedAttributes, on every reply', async () => {
    const created = await client.post('/Users?attributes=userName', bjensen('some@example.com'));
    expect(Object.keys(created.json).sort()).toEqual(['id', 'schemas', 'userName']);
    expect(created.headers['location']).toContain(`/Users/${created.json['id']}`);
    expect(created.headers['etag']).toMatch(/^W\//);
    const path = `/Users/${created.json['id']}`;
    expect((await client.get(`${path}?attributes=name.givenName,urn:ietf:params:scim:schemas:core:2.0:User:userName`)).json).toEqual({
      schemas: [USER],
      id: created.json['id'],
      userName: 'some@example.com',
      name: { givenName: 'Barbara' },
    });
    const without = (await client.get(`${path}?excludedAttributes=id,schemas,emails,name.familyName`)).json;
    expect(without).toMatchObject({ id: created.json['id'], name: { givenName: 'Barbara' } });
    expect(without).not.toHaveProperty('emails');
    const patched = await client.patch(`${path}?attributes=active`, [{ op: 'replace', path: 'active', value: false }]);
    expect(patched.json).toEqual({ schemas: [USER], id: created.json['id'], active: false });
    const replaced = await client.put(`${path}?excludedAttributes=meta`, bjensen('some@example.com'));
    expect(replaced.json).not.toHaveProperty('meta');
  });

  it('rule 30: both at once is 400 in strict; attributes wins in tolerant', async () => {
    const id = await strict.newUser('both@example.com');
    expect((await strict.get(`/Users/${id}?attributes=userName&excludedAttributes=name`)).status).toBe(400);
    const path = `/Users/${await client.newUser('bothtolerant@example.com')}`;
    const { json } = await client.get(`${path}?attributes=userName&excludedAttributes=userName`);
    expect(json['userName']).toBe('bothtolerant@example.com');
  });

  it('rule 19: groups are computed, direct, with $ref and display', async () => {
    const user = await client.newUser('grouped@example.com');
    const group = await client.newGroup('Grouped', [user]);
    const { json } = await client.get(`/Users/${user}`);
    const $ref = `https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2/Groups/${group}`;
    expect(json['groups']).toEqual([{ value: group, $ref, display: 'Grouped', type: 'direct' }]);
    expect((await client.get(`/Users/${user}?excludedAttributes=groups`)).json).not.toHaveProperty('groups');
  });
});

describe('POST and GET of groups (RFC 7643 §4.2)', () => {
  it('members come back as users with their addresses', async () => {
    const user = await client.newUser('member@example.com');
    const { status, headers, json } = await client.post('/Groups', {
      schemas: [GROUP],
      displayName: 'With members',
      externalId: 'g-1',
      members: [{ value: user, display: 'whatever' }],
    });
    expect(status).toBe(201);
    const $ref = `https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2/Users/${user}`;
    expect(json).toMatchObject({ displayName: 'With members', externalId: 'g-1', members: [{ value: user, $ref, type: 'User' }] });
    expect(headers['location']).toBe((json['meta'] as Record<string, string>)['location']);
    expect((await client.get(`/Groups/${json['id']}`)).json).toEqual(json);
  });

  it('rule 26: a displayName is unique in any case', async () => {
    await client.newGroup('Unique');
    const { status, json } = await client.post('/Groups', { schemas: [GROUP], displayName: 'UNIQUE' });
    expect(status).toBe(409);
    expect(json).toMatchObject({ scimType: 'uniqueness', detail: expect.stringContaining('displayName') });
  });

  it('T10: unknown members are dropped in tolerant mode and told to the log; strict refuses and names them', async () => {
    const user = await client.newUser('known@example.com');
    const unknown = '00000000-0000-4000-8000-00000000dead';
    const body = (displayName: string, known: string) => ({
      schemas: [GROUP],
      displayName,
      members: [known, unknown].map((value) => ({ value })),
    });
    const { status, json } = await client.post('/Groups', body('Half known', user));
    expect(status).toBe(201);
    expect(await client.memberIds(String(json['id']))).toEqual([user]);
    const [record] = service.records('scim.request').filter(({ subject }) => (subject as { name?: string })?.name === 'Half known');
    expect(record).toMatchObject({ tolerances: [expect.stringContaining(`T10 ${unknown}`)] });

    const refused = await strict.post('/Groups', body('Half known', await strict.newUser('known@example.com')));
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining(unknown) });
    expect((await strict.get('/Groups?filter=displayName+eq+"Half known"')).json['totalResults']).toBe(0);
  });

  it("another connection's user is an unknown member", async () => {
    const foreign = await strict.newUser('foreign@example.com');
    const group = await client.newGroup('No foreigners', [foreign]);
    expect(await client.memberIds(group)).toEqual([]);
  });
});
