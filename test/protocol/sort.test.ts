import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, ERROR, type Json, type Reply, type ScimClient, type ScimService, startScimService } from './scim-client.ts';

/** A millisecond passes at each look: the order of creation is the order in which the tests create. */
let time = Date.now();
const now = () => new Date(time++);

let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
const ids: Record<string, string> = {};
beforeAll(async () => {
  service = await startScimService({ inMemory: true, now });
  strict = await service.connect({ mode: 'strict' });
  client = await service.connect();
  const people: [name: string, attributes: Json][] = [
    [
      'dora',
      { externalId: 'b', name: { familyName: 'Álvarez' }, emails: [{ value: 'z@x.example' }, { value: 'a@x.example', primary: true }] },
    ],
    ['Bert', { externalId: 'B', name: { familyName: 'zuse' }, emails: [{ value: 'c@x.example' }, { value: 'b@x.example' }] }],
    ['anna', { name: { familyName: 'Baker' }, [ENTERPRISE]: { department: 'Sales' }, active: false }],
    ['Carl', { externalId: 'a', name: { familyName: 'baker' }, [ENTERPRISE]: { department: 'legal' } }],
    ['erik', { emails: [{ value: 'B@x.example', type: 'home' }] }],
  ];
  for (const [name, attributes] of people) {
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User', ...(ENTERPRISE in attributes ? [ENTERPRISE] : [])];
    for (const each of [strict, client])
      ids[`${name}${each === strict ? '' : ' of the tolerant'}`] = await each.newUser(name, { schemas, ...attributes });
  }
});
afterAll(() => service.close());

const namesOf = ({ json }: Reply) => (json['Resources'] as Json[]).map(({ userName, displayName }) => String(userName ?? displayName));
const sorted = async (query: string, path = '/Users') => namesOf(await strict.get(`${path}?${query}`));

describe('sortBy and sortOrder (RFC 7644 §3.4.2.3), rule 45', () => {
  it.each([
    ['sortBy=userName', ['anna', 'Bert', 'Carl', 'dora', 'erik']],
    ['sortBy=userName&sortOrder=ascending', ['anna', 'Bert', 'Carl', 'dora', 'erik']],
    ['sortBy=userName&sortOrder=descending', ['erik', 'dora', 'Carl', 'Bert', 'anna']],
    ['sortBy=externalId', ['Bert', 'Carl', 'dora', 'anna', 'erik']],
    ['sortBy=externalId&sortOrder=descending', ['anna', 'erik', 'dora', 'Carl', 'Bert']],
    ['sortBy=name.familyName', ['anna', 'Carl', 'Bert', 'dora', 'erik']],
    ['sortBy=urn:ietf:params:scim:schemas:core:2.0:User:NAME.FAMILYNAME', ['anna', 'Carl', 'Bert', 'dora', 'erik']],
    [`sortBy=${ENTERPRISE}:department`, ['Carl', 'anna', 'dora', 'Bert', 'erik']],
    ['sortBy=emails.value', ['dora', 'erik', 'Bert', 'anna', 'Carl']],
    ['sortBy=emails', ['dora', 'erik', 'Bert', 'anna', 'Carl']],
    ['sortBy=emails&sortOrder=descending', ['anna', 'Carl', 'Bert', 'erik', 'dora']],
    ['sortBy=active', ['anna', 'dora', 'Bert', 'Carl', 'erik']],
    ['sortBy=meta.created&sortOrder=descending', ['erik', 'Carl', 'anna', 'Bert', 'dora']],
    ['sortBy=meta.resourceType', ['dora', 'Bert', 'anna', 'Carl', 'erik']],
    ['sortBy=meta.resourceType&sortOrder=descending', ['dora', 'Bert', 'anna', 'Carl', 'erik']],
    ['sortOrder=descending', ['dora', 'Bert', 'anna', 'Carl', 'erik']],
    ['sortBy=userName&filter=externalId+pr&sortOrder=descending', ['dora', 'Carl', 'Bert']],
    ['sortBy=userName&filter=userName+eq+"dora"', ['dora']],
    ['sortBy=userName&attributes=displayName,userName', ['anna', 'Bert', 'Carl', 'dora', 'erik']],
  ])('%s', async (query, expected) => {
    expect(await sorted(query)).toEqual(expected);
  });

  it('pages of a sorted list are parts of it, and know the total', async () => {
    const pages: string[] = [];
    for (const startIndex of [1, 3, 5, 7]) {
      const reply = await strict.get(`/Users?sortBy=active&startIndex=${startIndex}&count=2`);
      expect(reply.json).toMatchObject({ totalResults: 5, startIndex, itemsPerPage: [2, 0, 2, 0, 1, 0, 0][startIndex - 1] });
      pages.push(...namesOf(reply));
    }
    expect(pages).toEqual(['anna', 'dora', 'Bert', 'Carl', 'erik']);
  });

  it('who sorts by a relation has it read', async () => {
    const groups = [
      await strict.newGroup('One', [ids['erik'] ?? '']),
      await strict.newGroup('Two', [ids['anna'] ?? '']),
      await strict.newGroup('None'),
    ];
    const byGroup = [groups[0], groups[1]].sort();
    const [first, second] = byGroup[0] === groups[0] ? ['erik', 'anna'] : ['anna', 'erik'];
    expect((await sorted('sortBy=groups.value&attributes=userName')).slice(0, 2)).toEqual([first, second]);
    expect(await sorted('sortBy=groups.display&attributes=userName')).toEqual(['erik', 'anna', 'dora', 'Bert', 'Carl']);
    const byMember = [ids['erik'] ?? '', ids['anna'] ?? ''].sort()[0] === ids['erik'] ? ['One', 'Two', 'None'] : ['Two', 'One', 'None'];
    expect(await sorted('sortBy=members.value&excludedAttributes=members', '/Groups')).toEqual(byMember);
    for (const group of groups) await strict.delete(`/Groups/${group}`);
  });

  it('sorting by anything else reads no member', async () => {
    const group = await strict.newGroup('Watched', [ids['erik'] ?? '']);
    let asked = 0;
    const readWithMembers = async () => {
      asked++;
      throw new Error('members were read');
    };
    const directory = { ...service.directory, groups: { ...service.directory.groups, readWithMembers } };
    const watched = service.clientWith(strict, { directory });
    const { status } = await watched.get('/Groups?sortBy=displayName&filter=externalId+ne+"x"&excludedAttributes=members');
    expect([status, asked]).toEqual([200, 0]);
    expect((await watched.get('/Groups?sortBy=members.value&excludedAttributes=members')).status).toBe(500);
    await strict.delete(`/Groups/${group}`);
  });

  it.each(['password', 'urn:ietf:params:scim:schemas:core:2.0:User:Password'])(
    'rule 43: by %s is 400 invalidFilter in either mode',
    async (sortBy) => {
      for (const each of [client, strict]) {
        const { status, json } = await each.get(`/Users?sortBy=${sortBy}`);
        expect(status).toBe(400);
        expect(json).toMatchObject({ schemas: [ERROR], scimType: 'invalidFilter', detail: expect.stringContaining('never returned') });
      }
    },
  );

  it.each(['nothing', 'name', '', '__proto__', 'userName.value', 'members'])(
    'rule 45: by %j is 400 invalidPath in strict mode, ignored and logged in tolerant',
    async (sortBy) => {
      const refused = await strict.get(`/Users?sortBy=${sortBy}`);
      expect(refused.status).toBe(400);
      expect(refused.json).toMatchObject({ schemas: [ERROR], scimType: 'invalidPath' });
      service.lines.length = 0;
      expect(namesOf(await client.get(`/Users?sortBy=${sortBy}&sortOrder=descending`))).toEqual(['dora', 'Bert', 'anna', 'Carl', 'erik']);
      expect(service.records('scim.request')).toMatchObject([{ tolerances: ['sortBy sortBy'], tolerated: 1 }]);
    },
  );

  it('a sortOrder of another word is 400 invalidValue in strict mode, ascending and logged in tolerant', async () => {
    const refused = await strict.get('/Users?sortBy=userName&sortOrder=down');
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({ schemas: [ERROR], scimType: 'invalidValue' });
    service.lines.length = 0;
    expect(namesOf(await client.get('/Users?sortBy=userName&sortOrder=down'))).toEqual(['anna', 'Bert', 'Carl', 'dora', 'erik']);
    expect(service.records('scim.request')).toMatchObject([{ tolerances: ['sortOrder sortOrder'] }]);
  });
});

describe('rule 44: sorting more than 10,000 resources', () => {
  it('is 400 tooMany with the way out, before one is read where the number is known', async () => {
    const stored = await service.directory.users.read(strict.connection, ids['anna'] as never);
    if (!stored) throw new Error('no user');
    let asked = 0;
    const listing = {
      ...service.directory.users.listing,
      count: async () => 10_001,
      async *find() {
        for (; ; asked++) yield stored;
      },
    };
    const watched = service.clientWith(strict, { directory: { ...service.directory, users: { ...service.directory.users, listing } } });
    const all = await watched.get('/Users?sortBy=userName');
    expect(all.status).toBe(400);
    expect(all.json).toMatchObject({ scimType: 'tooMany', detail: expect.stringMatching(/10000.*filter.*sortBy/s) });
    expect(asked).toBe(0);
    const filtered = await watched.get('/Users?sortBy=userName&filter=userName+sw+"a"&count=1');
    expect(filtered.json).toMatchObject({ status: '400', scimType: 'tooMany' });
    expect(filtered.json).not.toHaveProperty('Resources');
    expect(asked).toBeLessThan(10_100);
  });
});
