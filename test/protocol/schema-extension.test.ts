import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeclaredSchemaExtension } from '../../shared/provisioning/schema-extension/schema-extension.ts';
import { connectInMemory } from './connect-in-memory.ts';
import { BADGE, badge, SITE, site } from './declared-schema.ts';
import { ENTERPRISE, GROUP, type Json, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
let memory: ReturnType<typeof connectInMemory>;
let client: ScimClient;
let strict: ScimClient;
let groups: ScimClient;
let plain: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  memory = connectInMemory(service);
  client = await memory.connect({ schemaExtension: badge });
  strict = await memory.connect({ mode: 'strict', schemaExtension: badge });
  groups = await memory.connect({ schemaExtension: site });
  plain = await memory.connect({});
});
afterAll(() => service.close());

let people = 0;
const newPerson = async (data: Json, by = client) => {
  const userName = `person-${++people}@example.com`;
  return by.post('/Users', { schemas: [USER, BADGE], userName, [BADGE]: data });
};
const idOf = ({ json }: { json: Json }) => String(json['id']);
const badgeOf = ({ json }: { json: Json }) => json[BADGE];
const read = (id: string, query = '', by = client) => by.get(`/Users/${id}${query}`);
const found = async (filter: string, by = client) => {
  const { status, json } = await by.get(`/Users?filter=${encodeURIComponent(filter)}`);
  return status === 200 ? ((json['Resources'] as Json[]).map(({ id }) => id) as string[]) : [status, json['scimType']];
};
/** The connection with another declaration, or with none. */
async function redeclare(by: ScimClient, schemaExtension: DeclaredSchemaExtension | undefined): Promise<void> {
  const connection = (await service.connections.get(by.connection.id)) ?? by.connection;
  const { schemaExtension: _, ...settings } = connection.settings;
  const author = { by: 'test', at: connection.created };
  await service.connections.changeSettings(connection, { ...settings, ...(schemaExtension && { schemaExtension }) }, author);
}

describe('a declared schema extension (RFC 7643 §3.3, §6, §7)', () => {
  it('is in /Schemas and /ResourceTypes of its connection, and of no other', async () => {
    const schema = await client.get(`/Schemas/${BADGE.toUpperCase()}`);
    expect(schema.json).toMatchObject({ id: BADGE, name: 'Badge', description: badge.description, meta: { resourceType: 'Schema' } });
    expect((await client.get('/Schemas')).json).toMatchObject({ totalResults: 4 });
    const user = await client.get('/ResourceTypes/User');
    expect(user.json['schemaExtensions']).toEqual([
      { schema: ENTERPRISE, required: false },
      { schema: BADGE, required: false },
    ]);
    expect((await client.get('/ResourceTypes/Group')).json['schemaExtensions']).toEqual([]);
    expect((await groups.get('/ResourceTypes/Group')).json['schemaExtensions']).toEqual([{ schema: SITE, required: false }]);
    expect((await plain.get(`/Schemas/${BADGE}`)).status).toBe(404);
    expect((await plain.get('/Schemas')).json).toMatchObject({ totalResults: 3 });
    expect((await plain.get('/ResourceTypes/User')).text).not.toContain(BADGE);
  });

  it('has the defaults of RFC 7643 §2.2 for what the declaration leaves out', async () => {
    const { json } = await client.get(`/Schemas/${BADGE}`);
    const named = (name: string) => (json['attributes'] as Json[]).find((each) => each['name'] === name);
    expect(named('costCode')).toEqual({
      ...{ name: 'costCode', type: 'string', multiValued: false, description: 'Whom to bill.', required: false },
      ...{ caseExact: false, mutability: 'readWrite', returned: 'default', uniqueness: 'none' },
    });
    expect(named('pin')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(named('scan')).toMatchObject({ caseExact: true });
  });

  it('lists its URN in schemas where data is present, and only there', async () => {
    const created = await newPerson({ costCode: 'A-1' });
    expect(created.json).toMatchObject({ schemas: [USER, BADGE], [BADGE]: { costCode: 'A-1' } });
    const id = idOf(created);
    expect((await read(id)).json).toEqual(created.json);
    expect((await client.patch(`/Users/${id}`, [{ op: 'remove', path: BADGE }])).json).toMatchObject({ schemas: [USER] });
    expect((await read(id)).json).not.toHaveProperty([BADGE]);
  });

  it('takes names in any case, and a value of another type is 400 invalidValue', async () => {
    expect(badgeOf(await newPerson({ COSTCODE: 'A', Level: 3 }))).toEqual({ costCode: 'A', level: 3 });
    for (const data of [
      { level: 'three' },
      { level: 1.5 },
      { level: 1e300 },
      { score: '1' },
      { issued: 'today' },
      { tags: [1] },
      { office: 1 },
    ]) {
      expect((await newPerson(data)).json, JSON.stringify(data)).toMatchObject({ status: '400', scimType: 'invalidValue' });
    }
  });

  it('is unknown to every other connection: left out there, and no filter may name it', async () => {
    const reply = await newPerson({ costCode: 'A-1' }, plain);
    expect(reply.status).toBe(201);
    expect(reply.text).not.toContain('A-1');
    expect(await found('costCode eq "A-1"', plain)).toEqual([400, 'invalidFilter']);
  });
});

describe('declared attributes in filters (RFC 7644 §3.4.2.2)', () => {
  let id: string;
  beforeAll(async () => {
    const data = {
      ...{
        costCode: 'F-100',
        pinCase: 'Xy',
        remote: true,
        level: -7,
        score: 2.5,
        issued: '2026-01-31T09:00:00+01:00',
        page: 'https://x/F',
      },
      ...{ tags: ['red', 'blue'], rooms: [101, 102], flags: [true], visits: ['2026-01-01T00:00:00Z'] },
      ...{
        office: { value: 'North', floor: 4, corner: false, area: 20.25 },
        permits: [
          { value: 7, type: 'Gate' },
          { value: 9, type: 'lab' },
        ],
      },
    };
    for (const by of [client, strict]) {
      const reply = await newPerson(data, by);
      expect(reply.status).toBe(201);
      if (by === client) id = idOf(reply);
    }
  });

  it.each([
    `${BADGE}:costCode eq "f-100"`,
    `${BADGE.toUpperCase()}:COSTCODE sw "F-1"`,
    'costCode co "100"',
    'pinCase eq "Xy"',
    'remote eq true and level eq -7',
    'level eq -7.0 and level lt 0 and level ge -7',
    'level ne 7',
    'score gt 2.4999 and score le 2.5',
    'issued eq "2026-01-31T08:00:00.000Z" and issued gt "2026-01-31T07:59:59Z"',
    'page ew "/F"',
    'tags eq "RED"',
    'tags[value eq "blue"]',
    'rooms gt 101 and rooms lt 102',
    'flags eq true',
    'visits ge "2026-01-01T00:00:00Z"',
    'office.floor eq 4 and office eq "north" and office.corner eq false',
    `${BADGE}:office.area eq 20.25`,
    `${BADGE}:permits[value eq 7 and type eq "Gate"]`,
    'permits.value eq 9 and permits eq 7',
    'not (permits[value eq 7 and type eq "lab"])',
    'level pr and tags pr and not (printed pr)',
  ])('%s matches, tolerant and strict', async (filter) => {
    expect(await found(`${filter} and costCode eq "F-100"`)).toEqual([id]);
    expect(await found(`${filter} and costCode eq "F-100"`, strict)).toHaveLength(1);
  });

  it.each([
    'pinCase eq "xy"',
    'permits[type eq "gate"]',
    'level eq 7',
    'level gt -7',
    'tags[value eq "red" and value eq "blue"]',
    'rooms[value gt 102]',
  ])('%s does not match', async (filter) => {
    expect(await found(`${filter} and costCode eq "F-100"`)).toEqual([]);
  });

  it.each([
    'level eq "7"',
    'level co 7',
    'level eq 1e400',
    'remote gt true',
    'remote eq "perhaps"',
    'scan gt "AA"',
    'issued eq "today"',
    'office.nothing eq 1',
    'pin eq "1234"',
    'pin pr',
    'hint eq "x"',
    'office.code eq "1"',
    'tags[type eq "x"]',
    `${BADGE}:userName eq "x"`,
  ])('%s is 400 invalidFilter', async (filter) => {
    for (const by of [client, strict]) expect(await found(filter, by)).toEqual([400, 'invalidFilter']);
  });

  it('T2, T3: a quoted boolean and a bare word are understood by the declared type, tolerant only', async () => {
    expect(await found('remote eq "True" and costCode eq F-100')).toEqual([id]);
    expect(await found('office.corner eq "False" and costCode eq "F-100"')).toEqual([id]);
    expect(await found('office[corner eq "False"] and costCode eq "F-100"')).toEqual([id]);
    expect(await found('flags[value eq "TRUE"] and costCode eq "F-100"')).toEqual([id]);
    expect(await found('remote eq "True"', strict)).toEqual([400, 'invalidFilter']);
    // A bare number beside a text is that text, as it is for the RFC's own attributes.
    expect(await found('costCode eq 100')).toEqual([]);
  });
});

describe('declared attributes as sortBy (RFC 7644 §3.4.2.3)', () => {
  const sorted = async (sortBy: string, sortOrder = 'ascending') => {
    const filter = encodeURIComponent('tags eq "sorted"');
    const { json } = await strict.get(`/Users?filter=${filter}&sortBy=${encodeURIComponent(sortBy)}&sortOrder=${sortOrder}`);
    return (json['Resources'] as Json[]).map((resource) => (resource[BADGE] as Json)['costCode']);
  };
  beforeAll(async () => {
    const tags = ['sorted'];
    for (const data of [
      { costCode: 'ten', level: 10, score: 1.5, issued: '2026-01-01T01:00:00+02:00', permits: [{ value: 3 }, { value: 1, primary: true }] },
      { costCode: 'nine', level: 9, score: 1.25, issued: '2026-01-01T00:00:00Z', permits: [{ value: 2 }] },
      { costCode: 'none', score: -1, permits: [{ value: 9 }] },
      { costCode: 'minus', level: -1, score: 100, issued: '2025-12-31T22:59:59Z', permits: [{ value: 10 }] },
    ]) {
      expect((await newPerson({ ...data, tags }, strict)).status).toBe(201);
    }
  });

  it('numbers by their size, and what has none last', async () => {
    expect(await sorted('level')).toEqual(['minus', 'nine', 'ten', 'none']);
    expect(await sorted(`${BADGE}:level`, 'descending')).toEqual(['none', 'ten', 'nine', 'minus']);
    expect(await sorted('score')).toEqual(['none', 'nine', 'ten', 'minus']);
  });

  it('dates by their instant, several values by the primary one or the first', async () => {
    expect(await sorted('issued')).toEqual(['minus', 'ten', 'nine', 'none']);
    expect(await sorted('permits')).toEqual(['ten', 'nine', 'none', 'minus']);
  });
});

describe('declared attributes in PATCH (RFC 7644 §3.5.2)', () => {
  const patched = async (before: Json, ...operations: Json[]) => {
    const replies = [];
    for (const by of [client, strict]) {
      const created = await newPerson(before, by);
      replies.push(await by.patch(`/Users/${idOf(created)}`, operations));
    }
    expect(replies[1]?.json[BADGE]).toEqual(replies[0]?.json[BADGE]);
    return replies[1] as { status: number; json: Json };
  };

  it.each<[string, Json, Json, unknown]>([
    ['add by a qualified path', {}, { op: 'add', path: `${BADGE}:level`, value: 3 }, { level: 3 }],
    ['replace by a qualified path', { level: 1 }, { op: 'replace', path: `${BADGE}:level`, value: 0 }, { level: 0 }],
    ['the unqualified name', { level: 1 }, { op: 'replace', path: 'level', value: 2 }, { level: 2 }],
    ['remove', { level: 1, score: 1 }, { op: 'remove', path: `${BADGE}:level` }, { score: 1 }],
    ['remove the last one', { level: 1 }, { op: 'remove', path: `${BADGE}:level` }, undefined],
    ['the URN as a path', { score: 1 }, { op: 'add', path: BADGE, value: { level: 3 } }, { level: 3, score: 1 }],
    ['the URN as a key', { score: 1 }, { op: 'replace', value: { [BADGE]: { level: 3 } } }, { level: 3, score: 1 }],
    ['a qualified key', { score: 1 }, { op: 'add', value: { [`${BADGE}:level`]: 3 } }, { level: 3, score: 1 }],
    [
      'a sub-attribute',
      { office: { floor: 1, value: 'N' } },
      { op: 'replace', path: `${BADGE}:office.floor`, value: 2 },
      { office: { floor: 2, value: 'N' } },
    ],
    ['add to a list', { tags: ['a'] }, { op: 'add', path: 'tags', value: ['b', 'a'] }, { tags: ['a', 'b'] }],
    ['replace a list', { rooms: [1, 2] }, { op: 'replace', path: 'rooms', value: [3] }, { rooms: [3] }],
    ['remove one of a list', { tags: ['a', 'b'] }, { op: 'remove', path: 'tags[value eq "a"]' }, { tags: ['b'] }],
    ['remove one number of a list', { rooms: [1, 2] }, { op: 'remove', path: `${BADGE}:rooms[value gt 1]` }, { rooms: [1] }],
    ['replace one of a list', { tags: ['a', 'b'] }, { op: 'replace', path: 'tags[value eq "a"]', value: 'c' }, { tags: ['c', 'b'] }],
    [
      'the same value and type twice',
      { permits: [{ value: 1, type: 'x' }] },
      { op: 'add', path: 'permits', value: [{ value: 1, type: 'x', primary: true }] },
      { permits: [{ value: 1, type: 'x', primary: true }] },
    ],
    [
      'a value path',
      { permits: [{ value: 1 }, { value: 2 }] },
      { op: 'remove', path: `${BADGE}:permits[value eq 1]` },
      { permits: [{ value: 2 }] },
    ],
    [
      'a value path and a sub-attribute',
      { permits: [{ value: 1 }] },
      { op: 'add', path: 'permits[value eq 1].type', value: 'x' },
      { permits: [{ value: 1, type: 'x' }] },
    ],
    ['null', { level: 1, score: 1 }, { op: 'replace', path: 'level', value: null }, { score: 1 }],
    ['minus zero', { level: 1 }, { op: 'replace', path: 'level', value: -0 }, { level: 0 }],
  ])('%s', async (_, before, operation, after) => {
    const { status, json } = await patched(before, operation);
    expect(status).toBe(200);
    expect(json[BADGE]).toEqual(after);
  });

  it.each<[string, Json, Json, string]>([
    ['a text for a number', {}, { op: 'add', path: 'level', value: 'x' }, 'invalidValue'],
    ['a fraction for an integer', {}, { op: 'add', path: 'level', value: 0.5 }, 'invalidValue'],
    ['an unsafe integer', {}, { op: 'add', path: 'level', value: 2 ** 53 }, 'invalidValue'],
    ['a readOnly attribute, strict', {}, { op: 'replace', path: 'printed', value: 1 }, 'mutability'],
    ['an immutable attribute that is set', { serial: 'a' }, { op: 'replace', path: 'serial', value: 'b' }, 'mutability'],
    ['removing an immutable attribute', { serial: 'a' }, { op: 'remove', path: 'serial' }, 'mutability'],
    ['an immutable sub-attribute', { office: { door: '1' } }, { op: 'replace', path: 'office.door', value: '2' }, 'mutability'],
    ['removing the schema of an immutable attribute', { serial: 'a', level: 1 }, { op: 'remove', path: BADGE }, 'mutability'],
    ['no value for the schema of an immutable part', { office: { door: '1' } }, { op: 'replace', value: { [BADGE]: null } }, 'mutability'],
    [
      'two primary values',
      {},
      {
        op: 'add',
        path: 'permits',
        value: [
          { value: 1, primary: true },
          { value: 2, primary: true },
        ],
      },
      'invalidValue',
    ],
    ['a value without its required part', {}, { op: 'add', path: 'permits', value: [{ type: 'x' }] }, 'invalidValue'],
    ['removing a required part', { permits: [{ value: 1 }] }, { op: 'remove', path: 'permits[value eq 1].value' }, 'mutability'],
    ['an attribute of no schema, strict', {}, { op: 'add', path: `${BADGE}:nothing`, value: 1 }, 'invalidPath'],
  ])('%s is refused', async (_, before, operation, scimType) => {
    const id = idOf(await newPerson(before, strict));
    const stored = (await read(id, '', strict)).json;
    expect((await strict.patch(`/Users/${id}`, [operation])).json).toMatchObject({ status: '400', scimType });
    expect((await read(id, '', strict)).json).toEqual(stored);
  });

  it('an immutable attribute may be added once, and given again as it is', async () => {
    const { json } = await patched({}, { op: 'add', path: 'serial', value: 'a' }, { op: 'replace', path: 'serial', value: 'a' });
    expect(json[BADGE]).toEqual({ serial: 'a' });
  });

  it('1.0 and 1 are the same number: no change, no new version', async () => {
    const created = await newPerson({ level: 1, score: 1.5 });
    const rawBody = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"level","value":1.0},{"op":"replace","path":"score","value":15e-1}]}`;
    const reply = await client.request('PATCH', `/Users/${idOf(created)}`, { rawBody });
    expect(reply.json).toEqual(created.json);
  });

  it('T2, T5, T6: Entra’s dialect works for declared attributes too', async () => {
    const id = idOf(await newPerson({ tags: ['a', 'b'], rooms: [1, 2] }));
    const reply = await client.patch(`/Users/${id}`, [
      { op: 'Add', path: `${BADGE}:remote`, value: 'True' },
      { op: 'Add', path: `${BADGE}:office`, value: { corner: 'False' } },
      { op: 'Remove', path: `${BADGE}:tags`, value: ['a'] },
      { op: 'Remove', path: `${BADGE}:rooms`, value: [2] },
      { op: 'Add', path: `${BADGE}:permits[value eq 5].type`, value: 'x' },
    ]);
    expect(badgeOf(reply)).toEqual({
      remote: true,
      office: { corner: false },
      tags: ['b'],
      rooms: [1],
      permits: [{ value: 5, type: 'x' }],
    });
  });
});

describe('declared attributes that are not returned by default (RFC 7643 §7)', () => {
  it('writeOnly and never: accepted, never kept, never told, never logged', async () => {
    const created = await newPerson({ pin: 'open-sesame-1', hint: 'open-sesame-1', office: { code: 'open-sesame-1', floor: 1 } });
    expect(badgeOf(created)).toEqual({ office: { floor: 1 } });
    const id = idOf(created);
    const patched = await client.patch(`/Users/${id}`, [{ op: 'add', path: 'pin', value: 'open-sesame-1' }]);
    expect(patched.json).toEqual(created.json);
    const user = await memory.store.directory.users.read(client.connection, id as never);
    expect(JSON.stringify(user)).not.toContain('open-sesame-1');
    expect(service.lines.filter((line) => line.includes('open-sesame-1'))).toEqual([]);
  });

  it('writeOnly and never: not in a log with bodies either', async () => {
    const fullUntil = new Date(Date.now() + 60_000).toISOString();
    const loud = await service.connect({ schemaExtension: badge, log: { detail: 'full', fullUntil } });
    const id = idOf(await newPerson({ pin: 'open-sesame-2', costCode: 'told' }, loud));
    await loud.patch(`/Users/${id}`, [{ op: 'add', path: `${BADGE}:hint`, value: 'open-sesame-2' }]);
    await loud.get(`/Users?filter=${encodeURIComponent('pin eq "open-sesame-2"')}`);
    expect(service.lines.some((line) => line.includes('told'))).toBe(true);
    expect(service.lines.filter((line) => line.includes('open-sesame-2'))).toEqual([]);
  });

  it('request: told in the reply to the write that gave it, later only where it is asked for', async () => {
    const created = await newPerson({ note: 'n', costCode: 'c' });
    expect(badgeOf(created)).toEqual({ note: 'n', costCode: 'c' });
    const id = idOf(created);
    expect(badgeOf(await read(id))).toEqual({ costCode: 'c' });
    expect(badgeOf(await read(id, '?attributes=note'))).toEqual({ note: 'n' });
    expect(badgeOf(await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'costCode', value: 'd' }]))).toEqual({ costCode: 'd' });
    expect(badgeOf(await client.patch(`/Users/${id}`, [{ op: 'replace', value: { [BADGE]: { note: 'm' } } }]))).toEqual({
      note: 'm',
      costCode: 'd',
    });
  });

  it('always: told whatever is asked for', async () => {
    const id = idOf(await newPerson({ color: 'red', costCode: 'c' }));
    expect((await read(id, '?attributes=userName')).json).toMatchObject({ schemas: [USER, BADGE], [BADGE]: { color: 'red' } });
    expect(badgeOf(await read(id, `?excludedAttributes=${BADGE}`))).toEqual({ color: 'red' });
  });
});

describe('declared attributes in a projection (RFC 7644 §3.9, §3.10)', () => {
  it('are named with and without the URN, whole and in part', async () => {
    const id = idOf(await newPerson({ costCode: 'c', level: 1, office: { floor: 1, value: 'N' } }));
    for (const name of ['level', `${BADGE}:level`, `${BADGE.toUpperCase()}:LEVEL`]) {
      expect((await read(id, `?attributes=${name}`)).json).toEqual({ schemas: [USER, BADGE], id, [BADGE]: { level: 1 } });
    }
    expect(badgeOf(await read(id, `?attributes=${BADGE}:office.floor`))).toEqual({ office: { floor: 1 } });
    expect(badgeOf(await read(id, `?attributes=${BADGE}`))).toEqual({ costCode: 'c', level: 1, office: { floor: 1, value: 'N' } });
    expect((await read(id, `?excludedAttributes=${BADGE}`)).json).not.toHaveProperty([BADGE]);
    expect(badgeOf(await read(id, '?excludedAttributes=office.floor,level'))).toEqual({ costCode: 'c', office: { value: 'N' } });
  });
});

describe('required and immutable declared attributes (RFC 7643 §6, §7; RFC 7644 §3.5.1)', () => {
  const group = async (data: Json | undefined) => {
    const body = { schemas: [GROUP, ...(data ? [SITE] : [])], displayName: `site-${++people}`, ...(data && { [SITE]: data }) };
    return groups.post('/Groups', body);
  };

  it('required: where the extension is given, not where it is left out', async () => {
    expect((await group(undefined)).status).toBe(201);
    expect((await group({ city: 'Oslo' })).status).toBe(201);
    for (const data of [{ capacity: 1 }, { city: ' ', capacity: 1 }, { city: null, capacity: 1 }]) {
      expect((await group(data)).json).toMatchObject({ status: '400', scimType: 'invalidValue' });
    }
    const id = idOf(await group(undefined));
    expect((await groups.patch(`/Groups/${id}`, [{ op: 'add', path: `${SITE}:capacity`, value: 1 }])).json).toMatchObject({
      status: '400',
    });
    expect((await groups.patch(`/Groups/${id}`, [{ op: 'add', path: SITE, value: { capacity: 1, city: 'Bergen' } }])).status).toBe(204);
    expect((await groups.patch(`/Groups/${id}`, [{ op: 'remove', path: `${SITE}:city` }])).json).toMatchObject({ scimType: 'mutability' });
    expect((await groups.patch(`/Groups/${id}`, [{ op: 'remove', path: SITE }])).status).toBe(204);
    expect((await groups.get(`/Groups/${id}`)).json).not.toHaveProperty([SITE]);
  });

  it('stand beside members in one PATCH of a group', async () => {
    const member = await groups.newUser(`member-${++people}@example.com`);
    const id = idOf(await group(undefined));
    const value = { members: [{ value: member }], [SITE]: { city: 'Oslo' } };
    expect((await groups.patch(`/Groups/${id}`, [{ op: 'add', value }])).status).toBe(204);
    expect((await groups.get(`/Groups/${id}`)).json).toMatchObject({ members: [{ value: member }], [SITE]: { city: 'Oslo' } });
    const operations = [
      { op: 'replace', path: `${SITE}:city`, value: 'Moss' },
      { op: 'remove', path: 'members[type eq "User"]' },
    ];
    expect((await groups.patch(`/Groups/${id}`, operations)).status).toBe(204);
    const { json } = await groups.get(`/Groups/${id}`);
    expect(json).toMatchObject({ [SITE]: { city: 'Moss' } });
    expect(json).not.toHaveProperty('members');
  });

  it('immutable: PUT keeps it where it is left out, applies it where there is none, and refuses another', async () => {
    const created = await newPerson({ serial: 'a', costCode: 'c', office: { door: '1', floor: 1 } });
    const id = idOf(created);
    const put = (data: Json | undefined) =>
      client.put(`/Users/${id}`, { schemas: [USER, BADGE], userName: created.json['userName'], ...(data && { [BADGE]: data }) });
    expect(badgeOf(await put({ serial: 'a', office: { floor: 2 } }))).toEqual({ serial: 'a', office: { door: '1', floor: 2 } });
    expect(badgeOf(await put(undefined))).toEqual({ serial: 'a', office: { door: '1' } });
    expect((await put({ serial: 'b' })).json).toMatchObject({ status: '400', scimType: 'mutability' });
    expect((await put({ office: { door: '2' } })).json).toMatchObject({ status: '400', scimType: 'mutability' });
    const bare = await newPerson({ costCode: 'c' });
    const first = { schemas: [USER, BADGE], userName: bare.json['userName'], [BADGE]: { serial: 'z' } };
    expect(badgeOf(await client.put(`/Users/${idOf(bare)}`, first))).toEqual({ serial: 'z' });
  });
});

describe('a declaration that changes', () => {
  const attributes = (...given: DeclaredSchemaExtension['attributes']): DeclaredSchemaExtension => ({ ...badge, attributes: given });

  it('removed: the data is out of replies, refused in filters, in nobody’s way, and back when it is declared again', async () => {
    const by = await service.connect({ schemaExtension: badge });
    const id = idOf(await newPerson({ costCode: 'kept', level: 1 }, by));
    await redeclare(by, undefined);
    const hidden = await read(id, '', by);
    expect(hidden.json).toMatchObject({ schemas: [USER] });
    expect(hidden.text).not.toContain('kept');
    expect(await found('costCode eq "kept"', by)).toEqual([400, 'invalidFilter']);
    expect(await found('schemas co "badge"', by)).toEqual([]);
    const patched = await by.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect(patched.json).toMatchObject({ active: false });
    expect(patched.text).not.toContain('kept');
    await redeclare(by, badge);
    expect(badgeOf(await read(id, '', by))).toEqual({ costCode: 'kept', level: 1 });
  });

  it('removed: a walk that was sorted by it ends with invalidCursor, and goes on in no other order', async () => {
    const by = await service.connect({ schemaExtension: badge });
    for (const costCode of ['b', 'c', 'a']) await newPerson({ costCode }, by);
    const walk = `/Users?count=1&sortBy=${BADGE}:costCode&cursor=`;
    const cursor = String((await by.get(walk)).json['nextCursor']);
    await redeclare(by, undefined);
    expect((await by.get(walk + cursor)).json).toMatchObject({ status: '400', scimType: 'invalidCursor' });
    await redeclare(by, badge);
    expect((await by.get(walk + cursor)).json['Resources']).toMatchObject([{ [BADGE]: { costCode: 'b' } }]);
  });

  it('removed: a PUT drops the data, as it drops everything that the client leaves out', async () => {
    const by = await service.connect({ schemaExtension: badge });
    const created = await newPerson({ costCode: 'dropped' }, by);
    await redeclare(by, undefined);
    expect((await by.put(`/Users/${idOf(created)}`, { schemas: [USER], userName: created.json['userName'] })).status).toBe(200);
    await redeclare(by, badge);
    expect((await read(idOf(created), '', by)).json).not.toHaveProperty([BADGE]);
  });

  it('changed: values of another type or plurality are as good as none, and the next write gives new ones', async () => {
    const by = await service.connect({
      schemaExtension: attributes({ name: 'rank', type: 'string', mutability: 'immutable' }, { name: 'zone', type: 'string' }),
    });
    const id = idOf(await newPerson({ rank: 'first', zone: 'a' }, by));
    await redeclare(
      by,
      attributes({ name: 'rank', type: 'integer', mutability: 'immutable' }, { name: 'zone', type: 'string', multiValued: true }),
    );
    expect((await read(id, '', by)).json).toMatchObject({ schemas: [USER] });
    expect(await found('rank pr or zone eq "a" or rank eq 1', by)).toEqual([]);
    const operations = [
      { op: 'add', path: 'rank', value: 1 },
      { op: 'add', path: 'zone', value: ['b'] },
    ];
    expect(badgeOf(await by.patch(`/Users/${id}`, operations))).toEqual({ rank: 1, zone: ['b'] });
  });

  it('required since: a user without it can still be deactivated', async () => {
    const by = await service.connect({ schemaExtension: attributes({ name: 'rank', type: 'integer' }, { name: 'zone', type: 'string' }) });
    const id = idOf(await newPerson({ rank: 1 }, by));
    await redeclare(by, attributes({ name: 'rank', type: 'integer' }, { name: 'zone', type: 'string', required: true }));
    expect((await by.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }])).json).toMatchObject({ active: false });
    expect((await by.patch(`/Users/${id}`, [{ op: 'replace', path: 'rank', value: 2 }])).json).toMatchObject({ status: '400' });
  });
});
