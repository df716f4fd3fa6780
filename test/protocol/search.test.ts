import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR, GROUP, type Json, LIST, type Reply, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** A millisecond passes at each look: the order of creation is the order in which the tests create. */
let time = Date.now();
const now = () => new Date(time++);

let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
const users: string[] = [];
const groups: string[] = [];
beforeAll(async () => {
  service = await startScimService({ inMemory: true, now });
  client = await service.connect();
  strict = await service.connect({ mode: 'strict' });
  for (const name of ['smith1', 'jones', 'smith2']) {
    users.push(await strict.newUser(`${name}@example.com`, { displayName: `${name}, User`, externalId: name, title: 'Boss' }));
  }
  for (const name of ['Smith Family', 'Admins']) groups.push(await strict.newGroup(name, users.slice(0, 2), { externalId: 'jones' }));
  await client.newUser('other@example.com');
});
afterAll(() => service.close());

const search = (path: string, body: Json = {}, as = strict) => as.post(`${path}/.search`, { schemas: [SEARCH], ...body });
const namesOf = ({ json }: Reply) => ((json['Resources'] ?? []) as Json[]).map(({ displayName }) => String(displayName));

describe('POST /.search below an endpoint (RFC 7644 §3.4.3), rule 46', () => {
  it.each<[path: string, query: string, body: Json]>([
    ['/Users', '', {}],
    ['/Users', 'filter=title+eq+"boss"&count=1&startIndex=2', { filter: 'title eq "boss"', count: 1, startIndex: 2 }],
    ['/Users', 'filter=userName+eq+"JONES@example.com"', { filter: 'userName eq "JONES@example.com"' }],
    ['/Users', 'attributes=userName,name.givenName&count=2', { attributes: ['userName', 'name.givenName'], count: 2 }],
    ['/Users', 'excludedAttributes=userName,meta', { excludedAttributes: ['userName', 'meta'] }],
    ['/Users', 'sortBy=displayName&sortOrder=descending', { sortBy: 'displayName', sortOrder: 'descending' }],
    ['/Users', 'count=0', { count: 0 }],
    ['/Users', 'count=-1&startIndex=-1', { count: -1, startIndex: -1 }],
    ['/Groups', 'excludedAttributes=members', { excludedAttributes: ['members'] }],
    ['/Groups', 'filter=displayName+eq+"smith+family"', { filter: 'displayName eq "smith family"' }],
  ])('%s: a body gives what the same query gives (%s)', async (path, query, body) => {
    const [got, posted] = [await strict.get(`${path}?${query}`), await search(path, body)];
    expect(posted.status).toBe(200);
    expect(posted.headers['content-type']).toBe('application/scim+json');
    expect(posted.text).toBe(got.text);
  });

  it('what is refused is refused alike', async () => {
    for (const [query, body] of [
      ['filter=nothing+pr', { filter: 'nothing pr' }],
      ['filter=', { filter: '' }],
      ['sortBy=password', { sortBy: 'password' }],
      ['sortBy=nothing', { sortBy: 'nothing' }],
      ['attributes=a&excludedAttributes=b', { attributes: ['a'], excludedAttributes: ['b'] }],
      ['cursor=forged', { cursor: 'forged' }],
      ['cursor&count=1001', { cursor: '', count: 1001 }],
    ] as const) {
      const [got, posted] = [await strict.get(`/Users?${query}`), await search('/Users', body)];
      expect(got.status).toBe(400);
      expect([posted.status, posted.text]).toEqual([400, got.text]);
    }
  });

  it('parameters in the address of a search are not looked at', async () => {
    expect((await strict.post('/Users/.search?count=1&attributes=id', { schemas: [SEARCH] })).text).toBe((await strict.get('/Users')).text);
  });

  it('another message, or none in strict mode, is 400 invalidSyntax', async () => {
    for (const path of ['/Users', '/Groups', '']) {
      for (const body of [{}, { schemas: [LIST] }]) {
        const { status, json } = await strict.post(`${path}/.search`, body);
        expect(status).toBe(400);
        expect(json).toMatchObject({ schemas: [ERROR], scimType: 'invalidSyntax' });
      }
      expect((await client.post(`${path}/.search`, { schemas: [LIST] })).json['scimType']).toBe('invalidSyntax');
      service.lines.length = 0;
      expect((await client.post(`${path}/.search`, {})).status).toBe(200);
      expect(service.records('scim.request')).toMatchObject([{ tolerances: ['T14 schemas'] }]);
    }
  });

  it('a member of a wrong type is 400 invalidSyntax and named', async () => {
    for (const as of [strict, client]) {
      const { status, json } = await search('/Users', { count: '10' }, as);
      expect(status).toBe(400);
      expect(json).toMatchObject({ scimType: 'invalidSyntax', detail: expect.stringContaining('count') });
    }
  });

  it('no body, no JSON: 400; other methods: 405', async () => {
    expect((await strict.request('POST', '/Users/.search')).json).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
    expect((await strict.request('POST', '/Users/.search', { rawBody: '{' })).json).toMatchObject({
      status: '400',
      scimType: 'invalidSyntax',
    });
    for (const path of ['/Users/.search', '/Groups/.search', '/.search']) {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const reply = await strict.request(method, path, { body: {} });
        expect([reply.status, reply.headers['allow']]).toEqual([405, 'POST']);
      }
    }
  });

  it('writes nothing, and its record tells of it without the filter, which is personal data', async () => {
    const sent = service.queue.sent.length;
    service.lines.length = 0;
    await search('/Users', { filter: 'userName eq "smith1@example.com"' });
    await search('/Users', { filter: 'userName zz "smith1@example.com"' });
    await strict.get('/Users?filter=userName+eq+"smith1@example.com"');
    expect(service.queue.sent.length).toBe(sent);
    const [posted, , got] = service.records('scim.request');
    expect(Object.keys(posted ?? {}).sort()).toEqual(Object.keys(got ?? {}).sort());
    expect(posted).toMatchObject({ method: 'POST', path: '/scim/v2/Users/.search', status: 200 });
    expect(service.lines.join()).not.toContain('smith1');
  });
});

describe('POST /.search at the root (RFC 7644 §3.4.2.1, §3.4.3), rule 46', () => {
  const everything = ['smith1, User', 'jones, User', 'smith2, User', 'Smith Family', 'Admins'];
  const found = async (body: Json) => namesOf(await search('', body));

  it('spans users and groups, each as its own endpoint shows it', async () => {
    const reply = await search('');
    expect(reply.json).toMatchObject({ schemas: [LIST], totalResults: 5, startIndex: 1, itemsPerPage: 5 });
    expect(namesOf(reply)).toEqual(everything);
    const parts = [await strict.get('/Users'), await strict.get('/Groups')].flatMap(({ json }) => json['Resources'] as Json[]);
    expect(reply.json['Resources']).toEqual(parts);
  });

  it.each<[query: string, body: Json]>([
    ['filter=displayName+sw+"smith"&sortBy=displayName', { filter: 'displayName sw "smith"', sortBy: 'displayName' }],
    ['startIndex=3&count=2&attributes=userName', { startIndex: 3, count: 2, attributes: ['userName'] }],
    ['cursor&count=1000', { cursor: '', count: 1000 }],
    ['filter=nothing+pr', { filter: 'nothing pr' }],
  ])('a GET of the base URL with a query is the same query (%s)', async (query, body) => {
    const [got, posted] = [await strict.get(`/?${query}`), await search('', body)];
    expect([got.status, got.text]).toEqual([posted.status, posted.text]);
  });

  it.each([1, 2, 3, 5, 100])('is one list over pages of %i', async (count) => {
    const walked: string[] = [];
    for (let startIndex = 1; startIndex <= 6; startIndex += count) {
      for (const filter of [undefined, 'displayName pr']) {
        const reply = await search('', { startIndex, count, ...(filter !== undefined && { filter }) });
        expect(reply.json).toMatchObject({ totalResults: 5, startIndex });
        if (filter === undefined) walked.push(...namesOf(reply));
        else expect(namesOf(reply)).toEqual(everything.slice(startIndex - 1, startIndex - 1 + count));
      }
    }
    expect(walked).toEqual(everything);
  });

  it.each([0, -3])('count %i gives the total alone', async (count) => {
    expect((await search('', { count })).json).toMatchObject({ totalResults: 5, itemsPerPage: 0, Resources: [] });
  });

  it.each<[filter: string, expected: string[]]>([
    ['displayName sw "smith"', ['smith1, User', 'smith2, User', 'Smith Family']],
    ['externalId eq "jones"', ['jones, User', 'Smith Family', 'Admins']],
    ['userName pr', everything.slice(0, 3)],
    ['not (userName pr)', everything.slice(3)],
    ['members pr', everything.slice(3)],
    ['userName sw "jones" or displayName eq "admins"', ['jones, User', 'Admins']],
    ['meta.resourceType eq "User"', everything.slice(0, 3)],
    ['(meta.resourceType eq "User") or (meta.resourceType eq "Group")', everything],
    ['meta.resourceType eq "Group" and externalId eq "jones"', everything.slice(3)],
    ['meta.resourceType eq "Robot"', []],
    [`schemas eq "${GROUP}"`, everything.slice(3)],
    [`${USER}:displayName pr`, everything.slice(0, 3)],
    ['userName eq "nobody"', []],
  ])('%s', async (filter, expected) => {
    const reply = await search('', { filter });
    expect(namesOf(reply)).toEqual(expected);
    expect(reply.json['totalResults']).toBe(expected.length);
  });

  it('finds one by its key in either type', async () => {
    expect(await found({ filter: `id eq "${users[1]}"` })).toEqual(['jones, User']);
    expect(await found({ filter: `id eq "${groups[1]}"` })).toEqual(['Admins']);
    expect(await found({ filter: `members.value eq "${users[0]}"` })).toEqual(['Smith Family', 'Admins']);
  });

  it('sorts over both; who has not what is sorted by is last, or first on descending', async () => {
    expect(await found({ sortBy: 'displayName' })).toEqual(['Admins', 'jones, User', 'Smith Family', 'smith1, User', 'smith2, User']);
    expect(await found({ sortBy: 'userName' })).toEqual(['jones, User', 'smith1, User', 'smith2, User', 'Smith Family', 'Admins']);
    expect(await found({ sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 2 })).toEqual(['Admins', 'smith2, User']);
    expect(await found({ sortBy: 'meta.resourceType', sortOrder: 'ascending' })).toEqual([
      'Smith Family',
      'Admins',
      ...everything.slice(0, 3),
    ]);
  });

  it('projects each type by its own schema', async () => {
    const { json } = await search('', {
      attributes: ['displayName', 'members.value', `${USER}:userName`],
      filter: 'externalId eq "jones"',
    });
    const [user, group] = json['Resources'] as Json[];
    expect(user).toEqual({ schemas: [USER], id: users[1], userName: 'jones@example.com', displayName: 'jones, User' });
    expect(Object.keys(group ?? {}).sort()).toEqual(['displayName', 'id', 'members', 'schemas']);
  });

  it('rule 42: an attribute that neither has is invalidFilter, and so is a wrong comparison in one of them', async () => {
    for (const as of [strict, client]) {
      for (const filter of ['shoeSize pr', 'not (userName pr) and shoeSize eq 1', 'active gt true', 'password pr']) {
        const { status, json } = await search('', { filter }, as);
        expect(status).toBe(400);
        expect(json).toMatchObject({ schemas: [ERROR], scimType: 'invalidFilter' });
      }
    }
    const { json } = await search('', { filter: 'shoeSize pr' });
    expect(json['detail']).toContain('User or Group');
  });

  it('looks at no resource of a type that can have no match, and at none where a key serves', async () => {
    const refusing = {
      ...service.directory.groups.listing,
      find: () => {
        throw new Error('groups were read');
      },
    };
    const directory = { ...service.directory, groups: { ...service.directory.groups, listing: refusing } };
    const watched = service.clientWith(strict, { directory });
    for (const filter of ['userName eq "jones@example.com"', 'meta.resourceType eq "User" and title pr', 'userName sw "s" and title pr']) {
      expect((await search('', { filter }, watched)).status).toBe(200);
    }
    expect((await search('', { filter: 'title pr or displayName pr' }, watched)).status).toBe(500);
    let lookups: unknown[] = [];
    const listing = {
      ...service.directory.users.listing,
      find: (...[connection, lookup, after, atATime]: Parameters<typeof service.directory.users.listing.find>) => {
        lookups.push(lookup);
        return service.directory.users.listing.find(connection, lookup, after, atATime);
      },
    };
    const counting = service.clientWith(strict, { directory: { ...service.directory, users: { ...service.directory.users, listing } } });
    await search('', { filter: 'userName eq "jones@example.com"' }, counting);
    expect(lookups).toEqual([{ by: 'userName', value: 'jones@example.com' }]);
    lookups = [];
    await search('', { filter: 'displayName eq "Admins"' }, counting);
    expect(lookups).toEqual([{ by: 'all' }]);
  });

  it('a filter of nothing but the type is no scan: its total is known and its pages are read as such', async () => {
    let asked = 0;
    const { listing: real } = service.directory.users;
    const listing = {
      ...real,
      find: () => {
        asked++;
        throw new Error('scanned');
      },
    };
    const watched = service.clientWith(strict, { directory: { ...service.directory, users: { ...service.directory.users, listing } } });
    const { json } = await search('', { filter: 'meta.resourceType eq "User"', count: 2 }, watched);
    expect(json).toMatchObject({ totalResults: 3, itemsPerPage: 2 });
    expect(asked).toBe(0);
  });

  it('rule 44: past 10,000 resources of both together it is 400 tooMany', async () => {
    const [user, group] = [
      await service.directory.users.read(strict.connection, users[0] as never),
      await service.directory.groups.read(strict.connection, groups[0] as never),
    ];
    if (!user || !group) throw new Error('not there');
    const times = (count: number, resource: unknown) => ({
      async *find() {
        for (let i = 0; i < count; i++) yield resource as never;
      },
    });
    const { directory } = service;
    const watched = (userCount: number, groupCount: number) =>
      service.clientWith(strict, {
        directory: {
          users: { ...directory.users, listing: { ...directory.users.listing, ...times(userCount, user) } },
          groups: { ...directory.groups, listing: { ...directory.groups.listing, ...times(groupCount, group) } },
        },
      });
    const body = { filter: 'displayName ew "nobody"', excludedAttributes: ['members'] };
    expect((await search('', body, watched(9_000, 1_000))).json).toMatchObject({ totalResults: 0 });
    const { status, json } = await search('', body, watched(9_000, 1_010));
    expect(status).toBe(400);
    expect(json).toMatchObject({ scimType: 'tooMany', detail: expect.stringMatching(/userName.*displayName.*cursor/s) });
  });

  it('what is tolerated in its filter and names is told once, though both types read them', async () => {
    service.lines.length = 0;
    await search('', { filter: 'externalId eq jones', attributes: ['id'], excludedAttributes: ['meta'] }, client);
    expect(service.records('scim.request')).toMatchObject([
      { tolerances: ['T3 externalId', 'bothProjections excludedAttributes'], tolerated: 2 },
    ]);
  });

  it('two connections never see each other (invariant 10)', async () => {
    expect((await search('', {}, client)).json).toMatchObject({ totalResults: 1 });
  });
});
