import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR, GROUP, type Json, type Reply, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

/** What a client reads before anything else: every request of this file follows from it. */
interface Advertised {
  readonly patch: { readonly supported: boolean };
  readonly bulk: { readonly supported: boolean; readonly maxOperations: number; readonly maxPayloadSize: number };
  readonly filter: { readonly supported: boolean; readonly maxResults: number };
  readonly changePassword: { readonly supported: boolean };
  readonly sort: { readonly supported: boolean };
  readonly etag: { readonly supported: boolean };
  readonly pagination: {
    readonly cursor: boolean;
    readonly index: boolean;
    readonly defaultPaginationMethod: string;
    readonly defaultPageSize: number;
    readonly maxPageSize: number;
    readonly cursorTimeout: number;
  };
  readonly authenticationSchemes: readonly { readonly type: string; readonly primary?: boolean }[];
}

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
let now = Date.parse('2026-01-01T00:00:00Z');
let service: ScimService;
let client: ScimClient;
let advertised: Advertised;
beforeAll(async () => {
  service = await startScimService({ inMemory: true, now: () => new Date(now) });
  client = await service.connect();
  advertised = (await client.get('/ServiceProviderConfig')).json as unknown as Advertised;
});
afterAll(() => service.close());

const answerOf = ({ status, json }: Reply) => [status, json['scimType']].filter((part) => part !== undefined).join(' ');
const resources = (reply: Reply) => reply.json['Resources'] as Json[];
const bulk = (operations: readonly unknown[], more: Json = {}) => JSON.stringify({ schemas: [BULK], Operations: operations, ...more });
const sendBulk = (rawBody: string) => client.request('POST', '/Bulk', { rawBody });
/** An operation that is done and changes nothing: its answer is 404, inside a reply that is 200. */
const nothing = { method: 'DELETE', path: '/Users/00000000-0000-4000-8000-000000000000' };

describe('what ServiceProviderConfig advertises is so (RFC 7643 §5)', () => {
  it('every feature of the RFCs is there, and what is a number is one', () => {
    const { patch, bulk: bulks, filter, sort, etag, pagination } = advertised;
    for (const { supported } of [patch, bulks, filter, sort, etag]) expect(supported).toBe(true);
    expect(pagination).toMatchObject({ cursor: true, index: true, defaultPaginationMethod: 'index' });
    // SCIM.md §4; the documents name the same numbers.
    expect({ bulks, filter, pagination }).toMatchObject({
      bulks: { maxOperations: 1_000, maxPayloadSize: 1024 * 1024 },
      filter: { maxResults: 1_000 },
      pagination: { defaultPageSize: 100, maxPageSize: 1_000 },
    });
  });

  it('patch: an operation changes a resource', async () => {
    const id = await client.newUser('patch@example.com');
    const reply = await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'T' }]);
    expect([reply.status, reply.json['title']]).toEqual(advertised.patch.supported ? [200, 'T'] : [501, undefined]);
  });

  it('changePassword: false, so a password is taken, never kept and never shown', async () => {
    expect(advertised.changePassword.supported).toBe(false);
    const password = 'correct-horse-battery-staple';
    const created = await client.post('/Users', { schemas: [USER], userName: 'password@example.com', password });
    const path = `/Users/${created.json['id']}`;
    const patched = await client.patch(path, [{ op: 'replace', path: 'password', value: password }]);
    const replaced = await client.put(path, { schemas: [USER], userName: 'password@example.com', password });
    for (const reply of [created, patched, replaced, await client.get(path), await client.get(`${path}?attributes=password`)]) {
      expect(reply.status).toBeLessThan(300);
      expect(reply.text).not.toContain('password"');
      expect(reply.text).not.toContain(password);
    }
    // Nothing was written either: a password makes no new version.
    expect(replaced.headers['etag']).toBe(created.headers['etag']);
    expect(JSON.stringify(service.lines)).not.toContain(password);
    expect(answerOf(await client.get('/Users?filter=password+pr'))).toBe('400 invalidFilter');
  });

  it('sort: by an attribute, both ways', async () => {
    const group = async (displayName: string) => client.newGroup(displayName);
    for (const name of ['Sort b', 'Sort A', 'sort c']) await group(name);
    const names = async (order: string) =>
      resources(await client.get(`/Groups?filter=displayName+sw+"sort"&sortBy=displayName&sortOrder=${order}`)).map(
        (each) => each['displayName'],
      );
    expect(advertised.sort.supported).toBe(true);
    expect(await names('ascending')).toEqual(['Sort A', 'Sort b', 'sort c']);
    expect(await names('descending')).toEqual(['sort c', 'Sort b', 'Sort A']);
  });

  it('etag: a version that is not the newest changes nothing, one that is need not be sent again', async () => {
    expect(advertised.etag.supported).toBe(true);
    const id = await client.newUser('etag@example.com');
    const path = `/Users/${id}`;
    const { headers } = await client.get(path);
    const etag = String(headers['etag']);
    expect(answerOf(await client.get(path, { headers: { 'If-None-Match': etag } }))).toBe('304');
    const change = [{ op: 'replace', path: 'title', value: 'T' }];
    expect(answerOf(await client.patch(path, change, { headers: { 'If-Match': 'W/"99"' } }))).toBe('412');
    expect(answerOf(await client.patch(path, change, { headers: { 'If-Match': etag } }))).toBe('200');
    expect(answerOf(await client.patch(path, change, { headers: { 'If-Match': etag } }))).toBe('412');
    expect(answerOf(await client.put(path, { schemas: [USER], userName: 'x' }, { headers: { 'If-Match': etag } }))).toBe('412');
    expect(answerOf(await client.delete(path, { headers: { 'If-Match': etag } }))).toBe('412');
    expect(answerOf(await client.get(path, { headers: { 'If-None-Match': etag } }))).toBe('200');
  });

  it('authenticationSchemes: the bearer token opens, its absence and every other scheme is 401', async () => {
    expect(advertised.authenticationSchemes.map(({ type }) => type)).toEqual(['oauthbearertoken']);
    const withAuthorization = async (authorization: string | null) =>
      (await client.get('/Users?count=0', { headers: { authorization } })).status;
    expect(await withAuthorization(`Bearer ${client.token}`)).toBe(200);
    const basic = `Basic ${Buffer.from(`user:${client.token}`).toString('base64')}`;
    for (const other of [null, basic, client.token, `Token ${client.token}`]) expect(await withAuthorization(other)).toBe(401);
  });
});

describe('the limits of Bulk (RFC 7644 §3.7.4)', () => {
  it('maxOperations of them are done, one more is 413 that names the limit, and none is done', async () => {
    const { maxOperations } = advertised.bulk;
    const most = await sendBulk(bulk(Array.from({ length: maxOperations }, () => nothing)));
    expect(most.status).toBe(200);
    expect(most.json['Operations']).toHaveLength(maxOperations);
    const create = { method: 'POST', path: '/Users', bulkId: 'a', data: { schemas: [USER], userName: 'one-too-many@example.com' } };
    const tooMany = await sendBulk(bulk([create, ...Array.from({ length: maxOperations }, () => nothing)]));
    expect(tooMany.json).toMatchObject({ schemas: [ERROR], status: '413', detail: expect.stringContaining(String(maxOperations)) });
    expect((await client.get('/Users?filter=userName+eq+"one-too-many@example.com"')).json['totalResults']).toBe(0);
  });

  it('maxPayloadSize bytes are taken, one more is 413 that names the limit', async () => {
    const { maxPayloadSize } = advertised.bulk;
    const filled = (bytes: number) => {
      const empty = bulk([nothing], { unknown: '' });
      return bulk([nothing], { unknown: 'x'.repeat(bytes - empty.length) });
    };
    expect(Buffer.byteLength(filled(maxPayloadSize))).toBe(maxPayloadSize);
    expect((await sendBulk(filled(maxPayloadSize))).status).toBe(200);
    const tooLarge = await sendBulk(filled(maxPayloadSize + 1));
    expect(tooLarge.json).toMatchObject({ schemas: [ERROR], status: '413', detail: expect.stringMatching(/1 MiB|1048576|1,048,576/) });
    // Bytes, not characters.
    const wide = await sendBulk(filled(maxPayloadSize).replace('xx', 'xü'));
    expect(wide.status).toBe(413);
  });
});

describe('the limits of lists (RFC 7644 §3.4.2.4, RFC 9865 §4)', () => {
  let many: ScimClient;
  let most: number;
  beforeAll(async () => {
    many = await service.connect();
    most = advertised.filter.maxResults;
    for (let i = 0; i <= most; i++) {
      now += 1;
      await many.newUser(`user${i}@example.com`, { title: 'T' });
    }
  });
  const sizeOf = async (query: string) => resources(await many.get(`/Users${query}`)).length;

  it('filter.maxResults: a count above it is capped to it, and the total is still exact', async () => {
    const reply = await many.get(`/Users?filter=title+pr&count=${most + 1}`);
    expect(reply.json).toMatchObject({ totalResults: most + 1, itemsPerPage: most });
    expect(resources(reply)).toHaveLength(most);
    expect(await sizeOf(`?startIndex=${most + 1}&count=${most}`)).toBe(1);
  });

  it('pagination: who asks for no method gets defaultPageSize by the default method', async () => {
    const { json } = await many.get('/Users');
    expect(json).toMatchObject({ itemsPerPage: advertised.pagination.defaultPageSize, startIndex: 1 });
    expect(json).not.toHaveProperty('nextCursor');
    expect(await sizeOf('?cursor')).toBe(advertised.pagination.defaultPageSize);
  });

  it('pagination.maxPageSize: so many by cursor, and one more is 400 invalidCount', async () => {
    const { maxPageSize } = advertised.pagination;
    const first = await many.get(`/Users?cursor&count=${maxPageSize}`);
    expect(resources(first)).toHaveLength(maxPageSize);
    const second = await many.get(`/Users?cursor=${first.json['nextCursor']}&count=${maxPageSize}`);
    expect(resources(second)).toHaveLength(most + 1 - maxPageSize);
    expect(second.json).not.toHaveProperty('nextCursor');
    expect(answerOf(await many.get(`/Users?cursor&count=${maxPageSize + 1}`))).toBe('400 invalidCount');
  });

  it('pagination.cursorTimeout: a cursor is good for so many seconds, then it has expired', async () => {
    const next = async () => (await many.get('/Users?cursor&count=10')).json['nextCursor'];
    const [used, late] = [await next(), await next()];
    now += (advertised.pagination.cursorTimeout - 1) * 1_000;
    expect((await many.get(`/Users?cursor=${used}&count=10`)).status).toBe(200);
    now += 2_000;
    expect(answerOf(await many.get(`/Users?cursor=${late}&count=10`))).toBe('400 expiredCursor');
  });
});

describe('the limits that documents name (SCIM.md §4)', () => {
  it('a body of 5 MB is taken, one byte more is 413 that names the limit', async () => {
    const body = (bytes: number) => {
      const empty = JSON.stringify({ schemas: [GROUP], displayName: 'Five', members: [], unknown: '' });
      return empty.replace('"unknown":"', `"unknown":"${'x'.repeat(bytes - empty.length)}`);
    };
    const five = 5 * 1024 * 1024;
    expect((await client.request('POST', '/Groups', { rawBody: body(five) })).status).toBe(201);
    const tooLarge = await client.request('POST', '/Groups', { rawBody: body(five + 1) });
    expect(tooLarge.json).toMatchObject({ schemas: [ERROR], status: '413', detail: expect.stringContaining('5 MB') });
  });

  const filters: readonly (readonly [string, (size: number) => string, number, string])[] = [
    ['characters', (size) => `title eq "${'x'.repeat(size - 11)}"`, 4096, '4096'],
    ['levels', (size) => `${'('.repeat(size)}title pr${')'.repeat(size)}`, 32, '32'],
    ['terms', (size) => Array.from({ length: size }, () => 'title pr').join(' or '), 100, '100'],
  ];
  it.each(filters)(
    'a filter of so many %s is taken, one more is 400 invalidFilter that names the limit',
    async (_, filter, limit, named) => {
      const ask = (size: number) => client.get(`/Users?filter=${encodeURIComponent(filter(size))}`);
      expect((await ask(limit)).status).toBe(200);
      const refused = await ask(limit + 1);
      expect(answerOf(refused)).toBe('400 invalidFilter');
      expect(refused.json['detail']).toContain(named);
    },
  );

  it('a PATCH of so many operations as a Bulk request is taken, one more is 413', async () => {
    const id = await client.newUser('operations@example.com');
    const operations = (count: number) => Array.from({ length: count }, () => ({ op: 'remove', path: 'title' }));
    expect((await client.patch(`/Users/${id}`, operations(advertised.bulk.maxOperations))).status).toBe(200);
    const refused = await client.patch(`/Users/${id}`, operations(advertised.bulk.maxOperations + 1));
    expect(answerOf(refused)).toBe('413');
    expect(refused.json['detail']).toContain('1000');
  });
});
