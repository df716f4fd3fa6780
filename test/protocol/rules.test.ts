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

/** What docs/scim-rules.md asks for and no test beside the code that it is about has said yet, by the chapters of RFC 7644. */
let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
beforeAll(async () => {
  service = await startScimService({ inMemory: true });
  client = await service.connect();
  strict = await service.connect({ mode: 'strict' });
});
afterAll(() => service.close());

let made = 0;
const newName = () => `rule-${++made}@example.com`;
const user = (attributes: Json = {}): Json => ({ schemas: [USER], userName: newName(), ...attributes });
const metaOf = ({ json }: Reply) => json['meta'] as Record<string, string>;
const find = (filter: string, who = client) => who.get(`/Users?filter=${encodeURIComponent(filter)}`);
const both = () => [client, strict] as const;

describe('discovery (RFC 7644 §4)', () => {
  it('rule 1: every reply is application/scim+json', async () => {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/Group', '/Schemas', `/Schemas/${ENTERPRISE}`]) {
      const { status, headers } = await client.get(path);
      expect([status, headers['content-type']], path).toEqual([200, 'application/scim+json']);
    }
  });

  it('rule 3: sorting and paging change nothing there, whatever they say', async () => {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${USER}`]) {
      const plain = await client.get(path);
      for (const query of ['startIndex=99', 'count=0', 'count=x', 'sortBy=password', 'sortOrder=x', 'cursor=forged', 'cursor'])
        for (const who of both()) expect((await who.get(`${path}?${query}`)).text, `${path}?${query}`).toBe(plain.text);
    }
  });
});

describe('resources (RFC 7643 §3)', () => {
  it("rule 12: an id is the server's own, opaque, unique and the same for ever", async () => {
    const given = ['bulkId', 'bulkId:1', '1', newName()];
    const ids = new Set<unknown>();
    for (const id of given) {
      const { status, json } = await client.post('/Users', user({ id }));
      expect(status).toBe(201);
      ids.add(json['id']);
      expect(String(json['id'])).not.toMatch(/bulkId/i);
      const path = `/Users/${json['id']}`;
      const replaced = await client.put(path, user({ id: 'another' }));
      const patched = await client.patch(path, [{ op: 'replace', value: { id: 'another', userName: newName() } }]);
      expect([replaced.json['id'], patched.json['id']]).toEqual([json['id'], json['id']]);
    }
    expect(ids.size).toBe(given.length);
    for (const id of given) expect(ids).not.toContain(id);
  });

  it("rule 13: externalId is the client's: kept as it is, exact in case, and gone when a PUT leaves it out", async () => {
    const externalId = `Ext-${newName()}`;
    const id = await client.newUser(newName(), { externalId });
    expect((await find(`externalId eq "${externalId}"`)).json['totalResults']).toBe(1);
    expect((await find(`externalId eq "${externalId.toUpperCase()}"`)).json['totalResults']).toBe(0);
    expect((await client.patch(`/Users/${id}`, [{ op: 'add', path: 'title', value: 'x' }])).json['externalId']).toBe(externalId);
    expect((await client.put(`/Users/${id}`, user())).json).not.toHaveProperty('externalId');
  });

  it('rules 14, 16: meta of users and groups is the server’s in POST, GET, PUT and PATCH, and ETag its version', async () => {
    const meta = {
      resourceType: 'Robot',
      created: '2001-01-01T00:00:00Z',
      lastModified: '2001-01-01T00:00:00Z',
      location: '/',
      version: 'x',
    };
    for (const [path, type, body] of [
      ['/Users', 'User', () => user({ meta })],
      ['/Groups', 'Group', () => ({ schemas: [GROUP], displayName: newName(), meta })],
    ] as const) {
      const created = await client.post(path, body());
      const one = `${path}/${created.json['id']}`;
      const replies = [
        created,
        await client.get(one),
        await client.put(one, body()),
        await client.patch(`${one}?attributes=meta`, [{ op: 'replace', value: { meta, externalId: 'x' } }]),
      ];
      for (const reply of replies) {
        expect(metaOf(reply)).toMatchObject({ resourceType: type, created: metaOf(created)['created'] });
        expect(metaOf(reply)['location']).toMatch(new RegExp(`^https://.*/scim/v2${one}$`));
        expect(reply.headers['etag']).toBe(metaOf(reply)['version']);
        for (const name of ['created', 'lastModified']) expect(metaOf(reply)[name]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/);
      }
      expect(metaOf(created)['created']).toBe(metaOf(created)['lastModified']);
      const versions = replies.map((reply) => metaOf(reply)['version']);
      expect(versions[0]).toBe(versions[1]);
      expect(new Set(versions).size).toBe(3);
    }
  });

  it('rule 15: a Content-Location, where there is one, and Location say what meta.location says', async () => {
    const created = await client.post('/Users', user());
    const path = `/Users/${created.json['id']}`;
    expect(created.headers['location']).toBe(metaOf(created)['location']);
    for (const reply of [created, await client.get(path), await client.put(path, user())])
      expect([undefined, metaOf(reply)['location']]).toContain(reply.headers['content-location']);
  });

  it('rule 19: groups in a PUT and in a PATCH change no membership', async () => {
    const id = await client.newUser(newName());
    const group = await client.newGroup(newName(), [id]);
    const other = await client.newGroup(newName());
    await client.put(`/Users/${id}`, user({ groups: [{ value: other }] }));
    await client.patch(`/Users/${id}`, [{ op: 'replace', value: { groups: [] } }]);
    expect(await client.memberIds(group)).toEqual([id]);
    expect(await client.memberIds(other)).toEqual([]);
    expect((await client.get(`/Users/${id}`)).json['groups']).toMatchObject([{ value: group }]);
  });

  it('rule 20: two primary values in a PUT are 400 and change nothing', async () => {
    const id = await strict.newUser(newName(), { emails: [{ value: 'a@example.com', primary: true }] });
    const before = (await strict.get(`/Users/${id}`)).text;
    const emails = ['a', 'b'].map((name) => ({ value: `${name}@example.com`, primary: true }));
    const { status, json } = await strict.put(`/Users/${id}`, user({ emails }));
    expect([status, json['scimType']]).toEqual([400, 'invalidValue']);
    expect((await strict.get(`/Users/${id}`)).text).toBe(before);
  });

  it('rule 21: from absent to null to an empty list is no change', async () => {
    const base = user();
    const created = await client.post('/Users', base);
    for (const value of [null, []]) {
      const { json } = await client.put(`/Users/${created.json['id']}`, { ...base, emails: value, title: null });
      expect(json).toEqual(created.json);
    }
  });

  it('rule 22: names and URNs are known in any case, in filters and in paths too', async () => {
    const id = await client.newUser(newName(), { [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'Rules' } });
    expect((await client.get(`/Users/${id}`)).json[ENTERPRISE]).toEqual({ department: 'Rules' });
    for (const name of ['department', 'DEPARTMENT']) {
      const { json } = await find(`${ENTERPRISE.toUpperCase()}:${name} EQ "rules"`);
      expect(json['totalResults']).toBe(1);
    }
    for (const who of both()) {
      const patched = await who.patch(`/Users/${await who.newUser(newName())}`, [
        { op: 'add', path: 'NAME.givenname', value: 'Babs' },
        { op: 'add', path: `${ENTERPRISE.toUpperCase()}:Department`, value: 'Rules' },
      ]);
      expect(patched.json).toMatchObject({ name: { givenName: 'Babs' }, [ENTERPRISE]: { department: 'Rules' } });
    }
  });

  it.each([
    { title: 7 },
    { title: {} },
    { name: 'x' },
    { active: 1 },
    { emails: { value: 'x@example.com' } },
    { emails: [{ value: 'x@example.com', primary: 'yes' }] },
    { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { employeeNumber: 701984 } },
  ])('rule 23: %j has a wrong type: 400 in strict mode', async (attributes) => {
    const { status, json } = await strict.post('/Users', user(attributes));
    expect(status).toBe(400);
    expect(json).toMatchObject({ schemas: [ERROR], scimType: expect.stringMatching(/^invalid(Value|Syntax)$/) });
  });

  it('rules 12, 14, 19, 27: what is readOnly is ignored in strict mode too', async () => {
    const sent = user({
      schemas: [USER, ENTERPRISE],
      id: 'x',
      meta: { version: 'x' },
      groups: [{ value: 'x' }],
      [ENTERPRISE]: { manager: { value: 'm', displayName: 'M' } },
    });
    const { status, json } = await strict.post('/Users', sent);
    expect(status).toBe(201);
    expect(json['id']).not.toBe('x');
    expect(json).not.toHaveProperty('groups');
    expect(json[ENTERPRISE]).toEqual({ manager: { value: 'm' } });
  });
});

describe('lists and filters (RFC 7644 §3.4.2)', () => {
  it('rule 34: a page has 100 resources where no count is given, and never more than 1,000', async () => {
    const many = await service.connect();
    for (let i = 0; i < 1_001; i++) await many.newUser(`many-${i}`);
    for (const [query, itemsPerPage] of [
      ['', 100],
      ['?count=5000', 1_000],
      ['?filter=userName+pr&count=5000', 1_000],
    ] as const) {
      const { json } = await many.get(`/Users${query}`);
      expect(json).toMatchObject({ totalResults: 1_001, itemsPerPage, startIndex: 1 });
      expect(json['Resources']).toHaveLength(itemsPerPage);
    }
  });

  it('rule 35: the order stays when resources change, and is the same with a filter', async () => {
    const other = await service.connect();
    for (let i = 0; i < 5; i++) await other.newUser(newName());
    const order = async (query = '') => ((await other.get(`/Users${query}`)).json['Resources'] as Json[]).map(({ id }) => id);
    const ids = await order();
    for (const i of [3, 0]) await other.patch(`/Users/${ids[i]}`, [{ op: 'replace', value: { userName: newName(), title: 'first' } }]);
    expect(await order()).toEqual(ids);
    expect(await order('?filter=userName+pr')).toEqual(ids);
    await other.delete(`/Users/${ids[1]}`);
    expect(await order('?startIndex=2&count=2')).toEqual([ids[2], ids[3]]);
  });

  it('rule 37: userName and e-mail in any case, id exact', async () => {
    const name = newName();
    const id = await strict.newUser(name, { emails: [{ value: `Mail-${name}` }] });
    for (const filter of [`userName eq "${name.toUpperCase()}"`, `emails.value eq "mail-${name.toUpperCase()}"`, `id eq "${id}"`])
      expect((await find(filter, strict)).json['totalResults'], filter).toBe(1);
    expect((await find(`id eq "${id.toUpperCase()}"`, strict)).json['totalResults']).toBe(0);
  });

  it('rule 40: a list alone means its values, and null means that there are none', async () => {
    const other = await service.connect({ mode: 'strict' });
    const [with1, without] = [await other.newUser(newName(), { emails: [{ value: 'bare@example.com' }] }), await other.newUser(newName())];
    for (const [filter, id] of [
      ['emails eq "BARE@example.com"', with1],
      ['emails co "bare"', with1],
      ['emails pr', with1],
      ['emails eq null', without],
      ['emails ne null', with1],
      ['not (emails pr)', without],
    ] as const)
      expect(
        ((await find(filter, other)).json['Resources'] as Json[]).map((each) => each['id']),
        filter,
      ).toEqual([id]);
  });

  it.each(['nothing eq "x"', 'nothing pr', 'name.nothing eq "x"', 'urn:no:such:schema:attribute pr', 'userName eq "x" or nothing pr'])(
    'rule 42: %s is 400 invalidFilter in both modes',
    async (filter) => {
      for (const who of both()) {
        const { status, json } = await find(filter, who);
        expect([status, json['scimType']]).toEqual([400, 'invalidFilter']);
      }
    },
  );
});

describe('PATCH (RFC 7644 §3.5.2)', () => {
  const patched = async (attributes: Json, operations: unknown, who = client) => {
    const id = await who.newUser(newName(), attributes);
    return who.patch(`/Users/${id}`, operations);
  };

  it('rule 51: a group whose new name is taken keeps its members and its version', async () => {
    const [inside, outside] = [await client.newUser(newName()), await client.newUser(newName())];
    const taken = newName();
    await client.newGroup(taken);
    const group = await client.newGroup(newName(), [inside]);
    const before = (await client.get(`/Groups/${group}`)).text;
    const { status, json } = await client.patch(`/Groups/${group}`, [
      { op: 'add', path: 'members', value: [{ value: outside }] },
      { op: 'remove', path: `members[value eq "${inside}"]` },
      { op: 'replace', path: 'displayName', value: taken },
    ]);
    expect([status, json['scimType']]).toEqual([409, 'uniqueness']);
    expect((await client.get(`/Groups/${group}`)).text).toBe(before);
  });

  it('rule 53: adding to a list appends what is not in it yet', async () => {
    for (const who of both()) {
      const emails = [{ value: 'a@example.com', type: 'work' }];
      const more = { value: 'b@example.com', type: 'home' };
      const { json } = await patched({ emails }, [{ op: 'add', path: 'emails', value: [...emails, more] }], who);
      expect(json['emails']).toEqual([...emails, more]);
    }
  });

  it('rule 54: a list from which the last value is removed is unassigned', async () => {
    for (const who of both()) {
      const { status, json } = await patched(
        { emails: [{ value: 'a@example.com', type: 'work' }] },
        [{ op: 'remove', path: 'emails[type eq "work"]' }],
        who,
      );
      expect(status).toBe(200);
      expect(json).not.toHaveProperty('emails');
    }
  });

  it('rule 55: replacing what is not there adds it', async () => {
    for (const who of both()) {
      const { json } = await patched({}, [{ op: 'replace', path: 'name.givenName', value: 'Babs' }], who);
      expect(json['name']).toEqual({ givenName: 'Babs' });
    }
  });

  it('rule 56: replacing a complex value keeps the sub-attributes that are not given, in both modes', async () => {
    for (const who of both()) {
      const name = { givenName: 'Barbara', familyName: 'Jensen' };
      const { json } = await patched({ name }, [{ op: 'replace', path: 'name', value: { givenName: 'Babs' } }], who);
      expect(json['name']).toEqual({ givenName: 'Babs', familyName: 'Jensen' });
      const whole = await patched({ name }, [{ op: 'replace', value: { name: { familyName: null } } }], who);
      expect(whole.json['name']).toEqual({ givenName: 'Barbara' });
    }
  });

  it.each([
    { op: 'remove', path: 'id' },
    { op: 'replace', path: 'id', value: 'x' },
    { op: 'remove', path: 'meta' },
    { op: 'add', path: 'groups', value: [{ value: 'x' }] },
    { op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'x' },
  ])('rules 54, 57: %j is 400 mutability in strict mode', async (operation) => {
    const { status, json } = await patched({}, [operation], strict);
    expect([status, json['scimType']]).toEqual([400, 'mutability']);
  });

  it.each([
    ['replace', 'emails[type eq "home"].primary', true],
    ['replace', 'emails[type eq "home"]', { value: 'h@example.com', type: 'home', primary: true }],
    ['add', 'emails[type eq "home"]', { primary: true }],
  ])('rules 20, 59: %s %s takes primary from the value that had it', async (op, path, value) => {
    for (const who of both()) {
      const emails = [
        { value: 'w@example.com', type: 'work', primary: true },
        { value: 'h@example.com', type: 'home' },
      ];
      const { json } = await patched({ emails }, [{ op, path, value }], who);
      const primary = (json['emails'] as Json[]).filter((email) => email['primary'] === true);
      expect(primary).toMatchObject([{ type: 'home' }]);
    }
  });
});

describe('pages by cursor (RFC 9865)', () => {
  it('§2: every cursor is of unreserved characters, and previousCursor is on no page', async () => {
    const walked = await service.connect();
    for (let i = 0; i < 5; i++) await walked.newUser(newName());
    for (const query of ['count=2', 'count=2&sortBy=userName', 'count=2&filter=userName+pr']) {
      let cursor: unknown = '';
      let pages = 0;
      for (; cursor !== undefined; pages++) {
        const { status, json } = await walked.get(`/Users?${query}&cursor=${cursor}`);
        expect(status).toBe(200);
        expect(json).not.toHaveProperty('previousCursor');
        cursor = json['nextCursor'];
        if (cursor !== undefined) expect(cursor).toMatch(/^[A-Za-z0-9\-._~]+$/);
      }
      expect(pages).toBe(3);
    }
  });

  it('§4, §2.4: the configuration has both methods, with index as the default that it was, and the sizes that hold', async () => {
    const { json } = await client.get('/ServiceProviderConfig');
    expect(json['pagination']).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1_000,
      cursorTimeout: expect.any(Number),
    });
    const { json: list } = await client.get('/Users?count=1');
    expect(list).toHaveProperty('startIndex');
    expect(list).not.toHaveProperty('nextCursor');
  });
});
