import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import type { Directory } from '../../shared/directory/directory.ts';
import {
  apiGatewayEvent,
  ENTERPRISE,
  GROUP,
  type Json,
  PATCH_OP,
  type ScimClient,
  type ScimService,
  startScimService,
  USER,
} from './scim-client.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

let service: ScimService;
let client: ScimClient;
beforeAll(async () => {
  service = await startScimService({ inMemory: true });
});
afterAll(() => service.close());

const user = (bulkId: string, attributes: Json = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [USER], userName: bulkId, ...attributes },
});
const managed = (bulkId: string, manager: string) =>
  user(bulkId, { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: `bulkId:${manager}` } } });
const patch = (id: string, value: string) => ({
  method: 'PATCH',
  path: `/Users/${id}`,
  data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value }] },
});

type Users = Directory['users'];
interface Circumstances {
  /** What is left of Lambda's time, in milliseconds. */
  readonly remaining?: () => number;
  readonly users?: (users: Users) => Partial<Users>;
}

/** The results of a bulk request of a new connection; of a connection that is there, with `client` set before. */
async function bulk(operations: readonly unknown[], { remaining, users }: Circumstances = {}, more: Json = {}): Promise<Json[]> {
  const { directory } = service;
  const handle = scimFunction({
    ...service.dependencies,
    ...(users && { directory: { ...directory, users: { ...directory.users, ...users(directory.users) } } }),
  });
  const event = apiGatewayEvent('POST', '/Bulk', {
    body: { schemas: [BULK_REQUEST], ...more, Operations: operations },
    headers: { authorization: `Bearer ${client.token}` },
  });
  const context = (remaining ? { getRemainingTimeInMillis: remaining } : {}) as Context;
  const { statusCode, body } = await handle(event, context);
  expect([statusCode, body]).toEqual([200, expect.anything()]);
  return JSON.parse(body).Operations;
}
const statuses = (results: readonly Json[]) => results.map(({ status }) => status);
const detailOf = (result: Json | undefined) => String((result?.['response'] as Json | undefined)?.['detail']);
const count = async () => (await client.get('/Users?count=0')).json['totalResults'];

describe('POST /Bulk within the time of a request', () => {
  it('begins only what can end in time; the rest is 503, was not begun, and succeeds when it is sent again', async () => {
    client = await service.connect();
    const id = await client.newUser('timed');
    let updates = 0;
    const operations = ['1', '2', '3', '4', '5'].map((value) => patch(id, value));
    const results = await bulk(operations, {
      remaining: () => (updates < 3 ? 28_000 : 8_000),
      users: ({ update }) => ({
        update: (...given) => {
          updates++;
          return update(...given);
        },
      }),
    });
    expect(statuses(results)).toEqual(['200', '200', '200', '503', '503']);
    expect(detailOf(results[3])).toContain('not begun');
    expect((await client.get(`/Users/${id}`)).json['title']).toBe('3');
    expect(statuses(await bulk(operations.slice(3)))).toEqual(['200', '200']);
    expect((await client.get(`/Users/${id}`)).json['title']).toBe('5');
  });

  it('begins nothing when there is no time at all, but says what is wrong with an operation', async () => {
    client = await service.connect();
    const group = {
      method: 'POST',
      path: '/Groups',
      bulkId: 'g',
      data: { schemas: [GROUP], displayName: 'g', members: [{ value: 'bulkId:a' }] },
    };
    const operations = [
      user('a'),
      group,
      { method: 'PUT', path: '/Users/bulkId:a' },
      managed('b', 'nobody'),
      managed('c', 'd'),
      managed('d', 'c'),
    ];
    const results = await bulk(operations, { remaining: () => 9_000 }, { failOnErrors: 4 });
    // What refers to an operation that was put off is put off too, and that counts as no error.
    expect(statuses(results)).toEqual(['503', '503', '400', '409', '503', '503']);
    expect(await count()).toBe(0);
  });

  it('needs more time for a circle, which may have to be taken back, than for one operation', async () => {
    client = await service.connect();
    const results = await bulk([managed('a', 'b'), managed('b', 'a'), user('c')], { remaining: () => 15_000 });
    expect(statuses(results)).toEqual(['503', '503', '201']);
    expect(await count()).toBe(1);
  });

  it('takes back a circle for which the time runs out in the middle', async () => {
    client = await service.connect();
    let created = 0;
    const ring = Array.from({ length: 12 }, (_, i) => managed(`u${i}`, `u${(i + 1) % 12}`));
    const results = await bulk(ring, {
      remaining: () => (created < 8 ? 28_000 : 15_000),
      users: ({ create }) => ({
        create: (...given) => {
          created++;
          return create(...given);
        },
      }),
    });
    expect(created).toBe(8);
    expect(new Set(statuses(results))).toEqual(new Set(['503']));
    expect(await count()).toBe(0);
  });

  it('answers in time though the store hangs: what is done is reported, what was under way is said to be unknown', async () => {
    client = await service.connect();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const operations = [
      user('done'),
      { method: 'DELETE', path: '/Users/bulkId:done' },
      managed('hangs', 'done'),
      managed('waits', 'hangs'),
    ];
    const answer = bulk(operations, {
      users: ({ create }) => ({
        create: (context, attributes) => (attributes['userName'] === 'hangs' ? new Promise(() => {}) : create(context, attributes)),
      }),
    });
    await vi.advanceTimersByTimeAsync(28_000);
    const results = await answer.finally(() => vi.useRealTimers());
    expect(statuses(results)).toEqual(['201', '204', '503', '503']);
    expect(detailOf(results[2])).toContain('may have been done');
    expect(detailOf(results[3])).toContain('not begun');
  });
});

describe('POST /Bulk, a circle for which the store hangs', () => {
  it('is said to be unknown as a whole', async () => {
    client = await service.connect();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const answer = bulk([managed('stands', 'hangs'), managed('hangs', 'stands'), user('waits')], {
      users: ({ create }) => ({
        create: (context, attributes) => (attributes['userName'] === 'hangs' ? new Promise(() => {}) : create(context, attributes)),
      }),
    });
    await vi.advanceTimersByTimeAsync(28_000);
    const results = await answer.finally(() => vi.useRealTimers());
    expect(statuses(results)).toEqual(['503', '503', '503']);
    for (const result of results.slice(0, 2)) expect(detailOf(result)).toContain('may have been done');
    expect(detailOf(results[2])).toContain('not begun');
  });
});

describe('POST /Bulk, operations at once', () => {
  /** The results, and how many creates were under way together at most. */
  async function crowd(operations: readonly unknown[], more: Json = {}) {
    client = await service.connect();
    let running = 0;
    let most = 0;
    const results = await bulk(
      operations,
      {
        users: ({ create }) => ({
          create: async (...given) => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setImmediate(resolve));
            try {
              return await create(...given);
            } finally {
              running--;
            }
          },
        }),
      },
      more,
    );
    return { most, results };
  }
  const many = Array.from({ length: 40 }, (_, i) => user(`u${i}`));

  it('runs eight creates at once, and those of one name one after the other', async () => {
    const { most, results } = await crowd(many);
    expect([most, new Set(statuses(results))]).toEqual([8, new Set(['201'])]);
    const same = await crowd(many.map((operation) => ({ ...operation, data: { ...operation.data, userName: 'Same' } })));
    expect([same.most, statuses(same.results).filter((status) => status === '201').length]).toEqual([1, 1]);
  });

  it.each([
    [1, 1],
    [3, 3],
    [100, 8],
  ])('with failOnErrors %i no more than %i are under way', async (failOnErrors, expected) => {
    const { most, results } = await crowd(many, { failOnErrors });
    expect([most, results.length]).toEqual([expected, 40]);
  });

  it.each([1, 2, 5, 9])('with failOnErrors %i what comes after so many errors has not run', async (failOnErrors) => {
    const { results } = await crowd(
      many.map((operation, i) => (i % 3 === 1 ? { ...operation, data: {} } : operation)),
      { failOnErrors },
    );
    expect(statuses(results).filter((status) => status === '400')).toHaveLength(failOnErrors);
    expect(results.at(-1)?.['status']).toBe('400');
    expect(await count()).toBe(results.length - failOnErrors);
  });
});

describe('POST /Bulk in the request log (DESIGN §5)', () => {
  it('has a record for the request and one for each operation, with one correlation id and its own story each', async () => {
    client = await service.connect();
    const before = service.records('scim.request').length;
    const id = await client.newUser('logged');
    const operations = [
      user('Ann', { active: 'True' }),
      {
        method: 'Patch',
        path: `/Users/${id}`,
        version: 'W/"1"',
        data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'x' }] },
      },
      { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
      managed('Bob', 'nobody'),
    ];
    const { headers } = await client.post(
      '/Bulk',
      { schemas: [BULK_REQUEST], Operations: operations },
      { headers: { 'user-agent': 'bulk client' } },
    );
    const [, ann, patched, deleted, bob, whole] = [...service.records('scim.request').slice(before)].sort(byPlace);
    const common = { correlationId: headers['x-correlation-id'], connection: client.connection.id, client: 'bulk client' };
    expect(ann).toMatchObject({
      ...common,
      method: 'POST',
      path: '/scim/v2/Users',
      status: 201,
      bulk: { index: 0, bulkId: 'Ann' },
      revision: 1,
    });
    expect(ann).toMatchObject({ subject: { type: 'user', name: 'Ann' }, toleranceIds: ['T2'], tolerances: ['T2 active'], tolerated: 1 });
    expect(patched).toMatchObject({
      ...common,
      method: 'PATCH',
      path: `/scim/v2/Users/${id}`,
      status: 200,
      bulk: { index: 1 },
      revision: 2,
    });
    expect(patched).not.toHaveProperty('tolerances');
    expect(patched?.['bulk']).not.toHaveProperty('bulkId');
    expect(deleted).toMatchObject({
      ...common,
      status: 412,
      subject: { id, name: 'logged' },
      detail: expect.any(String),
      bulk: { index: 2 },
    });
    expect(bob).toMatchObject({ ...common, status: 409, bulk: { index: 3, bulkId: 'Bob' } });
    expect(whole).toMatchObject({ ...common, method: 'POST', path: '/scim/v2/Bulk', status: 200, toleranceIds: ['T1'] });
    expect(whole).not.toHaveProperty('bulk');
    expect(whole).not.toHaveProperty('subject');
  });

  it('keeps the passwords of full detail out of it', async () => {
    client = await service.connect({ log: { detail: 'full', fullUntil: new Date(Date.now() + 3_600_000).toISOString() } });
    const from = service.lines.length;
    await bulk([
      user('secret', { password: 'Tr0ub4dor' }),
      { method: 'PATCH', path: '/Users/bulkId:secret', data: { Operations: [{ op: 'add', path: 'password', value: 'Tr0ub4dor' }] } },
    ]);
    const lines = service.lines.slice(from).join('');
    expect(lines).toContain('"userName":"secret"');
    expect(lines).not.toContain('Tr0ub4dor');
  });

  it('sends each change to the queue, with that correlation id', async () => {
    client = await service.connect();
    const from = service.queue.sent.length;
    const { json, headers } = await client.post('/Bulk', {
      schemas: [BULK_REQUEST],
      Operations: [user('queued'), managed('queued-too', 'queued')],
    });
    const ids = (json['Operations'] as Json[]).map(({ location }) => String(location).split('/').at(-1));
    const sent = service.queue.sent.slice(from).map(({ change }) => change);
    expect(sent).toMatchObject(
      ids.map((id) => ({ resource: { type: 'user', id }, revision: 1, correlationId: headers['x-correlation-id'] })),
    );
  });
});

/** Records that are no operation's last, but for the first: that of the user who was made before. */
function byPlace(one: Json, other: Json): number {
  const place = ({ bulk: operation, path }: Json) =>
    (operation as { index: number } | undefined)?.index ?? (path === '/scim/v2/Bulk' ? 9 : -1);
  return place(one) - place(other);
}
