import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import { ENTERPRISE, ERROR, GROUP, type Json, PATCH_OP, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

interface Result {
  readonly method: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: Json;
}

let service: ScimService;
let client: ScimClient;
let strict: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
  strict = await service.connect({ mode: 'strict' });
});
afterAll(() => service.close());

const bulkBody = (operations: readonly unknown[], more: Json = {}) => ({ schemas: [BULK_REQUEST], ...more, Operations: operations });
/** The results of a request that is answered by 200. */
async function bulk(operations: readonly unknown[], more: Json = {}, by = client): Promise<Result[]> {
  const reply = await by.post('/Bulk', bulkBody(operations, more));
  expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
  expect(reply.json['schemas']).toEqual([BULK_RESPONSE]);
  return reply.json['Operations'] as Result[];
}
const statuses = (results: readonly Result[]) => results.map(({ status }) => status);
const idOf = (result: Result | undefined) => String(result?.location).split('/').at(-1) ?? '';
const user = (bulkId: string, attributes: Json = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [USER], userName: `${bulkId}-${randomUUID()}`, ...attributes },
});
const managedUser = (bulkId: string, manager: unknown, attributes: Json = {}) =>
  user(bulkId, { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager }, ...attributes });
const group = (bulkId: string, members: readonly string[], attributes: Json = {}) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [GROUP], displayName: `${bulkId}-${randomUUID()}`, members: members.map((value) => ({ value })), ...attributes },
});
const managerOf = async (id: string, by = client) => {
  const { json } = await by.get(`/Users/${id}`);
  return (json[ENTERPRISE] as { manager: Json } | undefined)?.manager['value'];
};

describe('POST /Bulk, the response: RFC 7644 §3.7.3', () => {
  it('adds, updates and removes users as the example of §3.7.3 does', async () => {
    const [bob, dave, gone] = [await client.newUser('bob'), await client.newUser('dave', { nickName: 'D' }), await client.newUser('gone')];
    const results = await bulk(
      [
        user('qwerty'),
        { method: 'PUT', path: `/Users/${bob}`, version: 'W/"1"', data: { schemas: [USER], id: bob, userName: 'Bob' } },
        {
          method: 'PATCH',
          path: `/Users/${dave}`,
          version: 'W/"1"',
          data: {
            schemas: [PATCH_OP],
            Operations: [
              { op: 'remove', path: 'nickName' },
              { op: 'add', path: 'userName', value: 'Dave' },
            ],
          },
        },
        { method: 'DELETE', path: `/Users/${gone}`, version: 'W/"1"' },
      ],
      { failOnErrors: 1 },
    );
    const at = (id: string) => `https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2/Users/${id}`;
    const created = idOf(results[0]);
    expect(results).toEqual([
      { method: 'POST', bulkId: 'qwerty', location: at(created), version: 'W/"1"', status: '201' },
      { method: 'PUT', location: at(bob), version: 'W/"2"', status: '200' },
      { method: 'PATCH', location: at(dave), version: 'W/"2"', status: '200' },
      { method: 'DELETE', location: at(gone), status: '204' },
    ]);
    const read = await client.get(`/Users/${created}`);
    expect(read.headers['etag']).toBe(results[0]?.version);
    expect((await client.get(`/Users/${dave}`)).json).toMatchObject({ userName: 'Dave' });
    expect((await client.get(`/Users/${gone}`)).status).toBe(404);
  });

  it('has the error of each operation that failed, and the location of all but a failed POST', async () => {
    const id = await client.newUser('stale');
    const results = await bulk([
      user('bad', { userName: ' ' }),
      { method: 'PUT', path: `/Users/${id}`, version: 'W/"7"', data: { schemas: [USER], userName: 'x' } },
      {
        method: 'PATCH',
        path: `/Users/${id}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'no.such.thing', value: 1 }] },
      },
      { method: 'DELETE', path: `/Users/${randomUUID()}`, bulkId: 'of a DELETE' },
    ]);
    expect(statuses(results)).toEqual(['400', '412', '400', '404']);
    for (const { status, response } of results) {
      expect(response).toMatchObject({ schemas: [ERROR], status, detail: expect.any(String) });
    }
    expect(results.map(({ location }) => location !== undefined)).toEqual([false, true, true, true]);
    expect(results.every((result) => !('version' in result))).toBe(true);
    expect(results[0]?.response).toMatchObject({ scimType: 'invalidValue' });
    expect(results[3]?.bulkId).toBe('of a DELETE');
  });

  it('runs what single requests can be, and no query, search, discovery or Bulk', async () => {
    const id = await client.newUser('queried');
    const results = await bulk([
      { method: 'GET', path: `/Users/${id}` },
      { method: 'POST', path: '/Users/.search', bulkId: 'a', data: {} },
      { method: 'POST', path: '/Bulk', bulkId: 'b', data: bulkBody([]) },
      { method: 'DELETE', path: '/ServiceProviderConfig' },
      { method: 'PUT', path: '/Users', data: {} },
      { method: 'POST', path: `/Users/${id}`, bulkId: 'c', data: {} },
      { method: 'constructor', path: `/Users/${id}` },
    ]);
    expect(statuses(results)).toEqual(['405', '405', '404', '404', '405', '405', '405']);
  });

  it('fails only the operation that lacks something: a POST without a bulkId, an operation without data or path', async () => {
    const id = await client.newUser('lacking');
    const { bulkId: _, ...anonymous } = user('none');
    const results = await bulk([
      anonymous,
      { method: 'PUT', path: `/Users/${id}` },
      { method: 'PATCH', path: 7, data: {} },
      { method: 'DELETE', path: `https://elsewhere.example.com/scim/v2/Users/${id}` },
      { method: 'DELETE', path: `/Users/${id}?x=1` },
      { method: 'DELETE', path: `/Users/${id}`, version: 1 },
      { ...user('x'), bulkId: 9 },
      user('whole'),
    ]);
    expect(statuses(results)).toEqual(['400', '400', '400', '400', '400', '400', '400', '201']);
    for (const { response } of results.slice(0, -1)) expect(response).toMatchObject({ scimType: 'invalidSyntax' });
    expect((await client.get(`/Users/${id}`)).status).toBe(200);
  });
});

describe('POST /Bulk, bulkId: RFC 7644 §3.7.2', () => {
  it('puts a new user into a new group, in whichever order they are written', async () => {
    for (const operations of [
      [user('alice'), group('guides', ['bulkId:alice'])],
      [group('guides', ['bulkId:alice']), user('alice')],
    ]) {
      const results = await bulk(operations);
      expect(statuses(results)).toEqual(['201', '201']);
      expect(results.map(({ bulkId }) => bulkId)).toEqual(operations.map(({ bulkId }) => bulkId));
      const alice = results.find(({ bulkId }) => bulkId === 'alice');
      const guides = results.find(({ bulkId }) => bulkId === 'guides');
      expect(await client.memberIds(idOf(guides))).toEqual([idOf(alice)]);
    }
  });

  it('does the same on a strict connection, which refuses members who are not there', async () => {
    const created = await bulk([group('g', ['bulkId:a']), user('a')], {}, strict);
    expect(statuses(created)).toEqual(['201', '201']);
    expect(await strict.memberIds(idOf(created[0]))).toEqual([idOf(created[1])]);
  });

  it('resolves the references of an extension, in the dialects of the manager too', async () => {
    const urn = `${ENTERPRISE}:manager`;
    const patch = (path: string, Operations: unknown[]) => ({ method: 'PATCH', path, data: { schemas: [PATCH_OP], Operations } });
    const id = await client.newUser('managed');
    const other = await client.newUser('managed-too');
    const results = await bulk([
      managedUser('bob', { value: 'bulkId:boss', $ref: '../Users/bulkId:boss' }),
      managedUser('ben', 'bulkId:boss'),
      patch(`/Users/${id}`, [{ op: 'Add', path: urn, value: 'bulkId:boss' }]),
      patch(`/Users/${other}`, [{ op: 'replace', value: { [`${urn}.value`]: 'bulkId:boss', title: 'bulkId:boss' } }]),
      user('boss', { title: 'bulkId:nobody', displayName: 'bulkId:bob' }),
    ]);
    expect(statuses(results)).toEqual(['201', '201', '200', '200', '201']);
    const boss = idOf(results[4]);
    for (const each of results.slice(0, 4)) expect(await managerOf(idOf(each))).toBe(boss);
    // A text that is no reference is what it says.
    expect((await client.get(`/Users/${boss}`)).json).toMatchObject({ title: 'bulkId:nobody', displayName: 'bulkId:bob' });
    expect((await client.get(`/Users/${other}`)).json).toMatchObject({ title: 'bulkId:boss' });
    const bob = (await client.get(`/Users/${idOf(results[0])}`)).json[ENTERPRISE];
    expect(bob).toMatchObject({ manager: { $ref: results[4]?.location } });
  });

  it('resolves references in paths, and in the values and filters of a PATCH', async () => {
    const stays = await client.newUser('stays');
    const crew = await client.newGroup('crew', [stays]);
    const results = await bulk([
      {
        method: 'PATCH',
        path: `/Groups/${crew}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }, { value: 'bulkId:b' }] }] },
      },
      {
        method: 'PATCH',
        path: `/Groups/${crew}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'remove', path: 'members[value eq "bulkId:a"]' }] },
      },
      { method: 'PATCH', path: '/Users/bulkId:b', data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'T' }] } },
      { method: 'DELETE', path: '/Users/bulkId:a' },
      user('a'),
      user('b'),
    ]);
    expect(statuses(results)).toEqual(['204', '204', '200', '204', '201', '201']);
    expect(await client.memberIds(crew)).toEqual([stays, idOf(results[5])].sort());
    expect((await client.get(`/Users/${idOf(results[5])}`)).json['title']).toBe('T');
    expect((await client.get(`/Users/${idOf(results[4])}`)).status).toBe(404);
  });

  it('is 409 for a bulkId that no POST has, and for one whose POST failed, however far away', async () => {
    const results = await bulk([
      managedUser('a', { value: 'bulkId:nobody' }),
      managedUser('b', { value: 'bulkId:bad' }),
      managedUser('c', { value: 'bulkId:b' }),
      user('bad', { userName: 7 }),
      { method: 'DELETE', path: '/Users/bulkId:bad' },
      group('g', ['bulkId:c']),
      user('d'),
    ]);
    expect(statuses(results)).toEqual(['409', '409', '409', '400', '409', '409', '201']);
    expect(results[0]?.response?.['detail']).toContain('nobody');
    expect(results[1]?.response?.['detail']).toContain('bad');
  });

  it('refuses the whole message where one bulkId means two resources', async () => {
    const before = (await client.get('/Users?count=0')).json['totalResults'];
    const reply = await client.post('/Bulk', bulkBody([user('same'), user('same')]));
    expect([reply.status, reply.json['scimType']]).toEqual([400, 'invalidValue']);
    expect((await client.get('/Users?count=0')).json['totalResults']).toBe(before);
  });
});

describe('POST /Bulk, circles: RFC 7644 §3.7.1', () => {
  it('creates users who are managers of each other, and one who is his own', async () => {
    const results = await bulk([
      managedUser('a', { value: 'bulkId:b' }),
      managedUser('b', { value: 'bulkId:c' }),
      managedUser('c', { value: 'bulkId:a' }),
      managedUser('own', { value: 'bulkId:own' }),
    ]);
    expect(statuses(results)).toEqual(['201', '201', '201', '201']);
    const [a, b, c, own] = results.map(idOf);
    expect(await Promise.all([a, b, c, own].map((id) => managerOf(String(id))))).toEqual([b, c, a, own]);
  });

  it('creates the two groups of the example; that they are members of each other is not supported here, and noted', async () => {
    const results = await bulk([group('qwerty', ['bulkId:ytrewq']), group('ytrewq', ['bulkId:qwerty'])]);
    expect(statuses(results)).toEqual(['201', '201']);
    expect(await client.memberIds(idOf(results[0]))).toEqual([]);
  });

  it.each([
    ['a name that is taken', { userName: 'TAKEN' }, '409', 'uniqueness'],
    ['a body that is refused', { userName: '' }, '400', 'invalidValue'],
  ])('writes nothing of a circle with %s', async (_what, attributes, status, scimType) => {
    const by = await service.connect();
    await by.newUser('taken');
    const sent = service.queue.sent.length;
    const results = await bulk([managedUser('a', { value: 'bulkId:b' }), managedUser('b', { value: 'bulkId:a' }, attributes)], {}, by);
    expect(statuses(results)).toEqual(['409', status]);
    expect(results[0]?.response).not.toHaveProperty('scimType');
    expect(results[1]?.response).toMatchObject({ scimType });
    expect(service.queue.sent.length).toBe(sent);
    expect((await by.get('/Users')).json['totalResults']).toBe(1);
  });

  it('writes nothing of a circle that refers to what failed, and nothing that refers to the circle', async () => {
    const by = await service.connect();
    const circle = [managedUser('a', { value: 'bulkId:b' }), managedUser('b', { value: 'bulkId:a' }), user('bad', { userName: '' })];
    const patch = {
      method: 'PATCH',
      path: '/Users/bulkId:a',
      data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'T' }] },
    };
    const outside = { ...circle[1], data: { ...circle[1]?.data, [ENTERPRISE]: { manager: { value: 'bulkId:nobody' } } } };
    expect(statuses(await bulk([circle[0], outside, patch], {}, by))).toEqual(['409', '409', '409']);
    const three = [
      managedUser('x', { value: 'bulkId:y' }),
      group('g', ['bulkId:x', 'bulkId:bad']),
      managedUser('y', { value: 'bulkId:x' }),
      circle[2],
    ];
    expect(statuses(await bulk(three, {}, by))).toEqual(['201', '409', '201', '400']);
    expect((await by.get('/Groups')).json['totalResults']).toBe(0);
  });

  it('refuses a circle with an operation that no endpoint takes', async () => {
    const results = await bulk([managedUser('a', { value: 'bulkId:b' }), { ...managedUser('b', { value: 'bulkId:a' }), path: '/Users/x' }]);
    expect(statuses(results)).toEqual(['409', '405']);
  });

  it('refuses a circle in which two want one name', async () => {
    const results = await bulk([
      managedUser('a', { value: 'bulkId:b' }, { userName: 'Twice' }),
      managedUser('b', { value: 'bulkId:a' }, { userName: 'tWICE' }),
    ]);
    expect(statuses(results)).toEqual(['409', '409']);
  });

  it('takes back what it had created when a write fails that nobody foresaw', async () => {
    const by = await service.connect();
    const { users } = service.directory;
    const create: typeof users.create = async (context, attributes) => {
      if (attributes['userName'] === 'unlucky') throw new DirectoryBusy('for the test');
      return users.create(context, attributes);
    };
    const unlucky = service.clientWith(by, { directory: { ...service.directory, users: { ...users, create } } });
    const results = await bulk(
      [managedUser('a', { value: 'bulkId:b' }), managedUser('b', { value: 'bulkId:a' }, { userName: 'unlucky' }), user('c')],
      {},
      unlucky,
    );
    expect(statuses(results)).toEqual(['409', '503', '201']);
    expect((await by.get('/Users')).json['totalResults']).toBe(1);
  });

  it('reports what could not be taken back as created', async () => {
    const by = await service.connect();
    const { users } = service.directory;
    const busy = async () => {
      throw new DirectoryBusy('for the test');
    };
    const create: typeof users.create = async (context, attributes) =>
      attributes['userName'] === 'unlucky' ? busy() : users.create(context, attributes);
    const unlucky = service.clientWith(by, { directory: { ...service.directory, users: { ...users, create, delete: busy } } });
    const results = await bulk(
      [managedUser('a', { value: 'bulkId:b' }), managedUser('b', { value: 'bulkId:a' }, { userName: 'unlucky' })],
      {},
      unlucky,
    );
    expect(statuses(results)).toEqual(['201', '503']);
    expect((await by.get(`/Users/${idOf(results[0])}`)).status).toBe(200);
  });
});

describe('POST /Bulk, failOnErrors: RFC 7644 §3.7', () => {
  const bad = (bulkId: string) => user(bulkId, { userName: '' });

  it.each([
    [1, ['201', '400']],
    [2, ['201', '400', '201', '400']],
    [3, ['201', '400', '201', '400', '201', '201']],
    [undefined, ['201', '400', '201', '400', '201', '201']],
  ])('after %s errors nothing more is executed', async (failOnErrors, expected) => {
    const by = await service.connect();
    const operations = [user('a'), bad('b'), user('c'), bad('d'), user('e'), user('f')];
    const results = await bulk(operations, failOnErrors === undefined ? {} : { failOnErrors }, by);
    expect(statuses(results)).toEqual(expected);
    expect(results.map(({ bulkId }) => bulkId)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].slice(0, expected.length));
    expect((await by.get('/Users')).json['totalResults']).toBe(expected.filter((status) => status === '201').length);
  });

  it.each([0, -1, 1.5, '1', true, []])('refuses %j', async (failOnErrors) => {
    expect((await client.post('/Bulk', bulkBody([user('a')], { failOnErrors }))).status).toBe(400);
  });
});

describe('POST /Bulk, a message that is refused as a whole', () => {
  it.each([
    ['no object', []],
    ['no Operations', { schemas: [BULK_REQUEST] }],
    ['Operations that are no array', { schemas: [BULK_REQUEST], Operations: {} }],
    ['no operation', bulkBody([])],
    ['an operation that is none', bulkBody([user('a'), 7])],
    ['an operation without a method', bulkBody([user('a'), { path: '/Users' }])],
  ])('is 400 invalidSyntax for %s', async (_what, body) => {
    const sent = service.queue.sent.length;
    const reply = await client.post('/Bulk', body);
    expect([reply.status, reply.json['scimType']]).toEqual([400, 'invalidSyntax']);
    expect(service.queue.sent.length).toBe(sent);
  });

  it('wants the schema on a strict connection, and methods as they are written; a tolerant one takes both and notes it', async () => {
    const operation = user('loose');
    const loose = { Operations: [{ ...operation, method: 'post' }] };
    expect((await strict.post('/Bulk', loose)).json).toMatchObject({ status: '400', scimType: 'invalidSyntax' });
    expect(statuses(await bulk([{ ...user('x'), method: 'post' }], {}, strict))).toEqual(['400']);
    const { json } = await client.post('/Bulk', loose);
    expect(json['Operations']).toMatchObject([{ method: 'POST', status: '201' }]);
    const record = service.records('scim.request').at(-1);
    expect(record?.['tolerances']).toEqual(['T14 schemas', 'T1 method']);
  });

  it('is 413 with the limit for more operations than maxOperations, and for a body over maxPayloadSize', async () => {
    const { json: config } = await client.get('/ServiceProviderConfig');
    const { maxOperations, maxPayloadSize } = config['bulk'] as { maxOperations: number; maxPayloadSize: number };
    const sent = service.queue.sent.length;
    const many = await client.post('/Bulk', bulkBody(Array.from({ length: maxOperations + 1 }, (_, i) => user(`u${i}`))));
    expect(many.status).toBe(413);
    expect(many.json['detail']).toContain(`maxOperations (${maxOperations})`);
    expect(many.json['detail']).toContain(String(maxOperations + 1));

    // In bytes: each é is two of them.
    const body = (size: number) => {
      const empty = JSON.stringify(bulkBody([user('big', { userName: 'big', nickName: '' })]));
      const fill = size - Buffer.byteLength(empty);
      return empty.replace('"nickName":""', `"nickName":"${'é'.repeat(Math.floor(fill / 2))}${'e'.repeat(fill % 2)}"`);
    };
    for (const isBase64 of [false, true]) {
      const large = await client.request('POST', '/Bulk', { rawBody: body(maxPayloadSize + 1), isBase64 });
      expect(large.status).toBe(413);
      expect(large.json['detail']).toContain(`maxPayloadSize (${maxPayloadSize})`);
      expect(large.json['detail']).toContain(String(maxPayloadSize + 1));
    }
    expect(service.queue.sent.length).toBe(sent);
    // At the limit it is taken: what is refused then is the user, for its size.
    const most = await client.request('POST', '/Bulk', { rawBody: body(maxPayloadSize) });
    expect(most.json['Operations']).toMatchObject([{ status: '413' }]);
  });
});
