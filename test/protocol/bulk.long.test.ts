import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, GROUP, type Json, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const USERS = 900;
const GROUPS = 100;

let service: ScimService;
let client: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
});
afterAll(() => service.close());

async function bulk(operations: readonly unknown[]): Promise<Json[]> {
  const reply = await client.post('/Bulk', { schemas: [BULK_REQUEST], failOnErrors: 1, Operations: operations });
  expect(reply.status).toBe(200);
  return reply.json['Operations'] as Json[];
}

describe('POST /Bulk with as many operations as ServiceProviderConfig allows, on the table', () => {
  const user = (i: number) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `u${i}`,
    data: {
      schemas: [USER, ENTERPRISE],
      userName: `person-${i}@example.com`,
      // Each reports to the next, and the last to the first: one circle of all.
      [ENTERPRISE]: { manager: { value: `bulkId:u${(i + 1) % USERS}` } },
    },
  });
  const group = (i: number) => ({
    method: 'POST',
    path: '/Groups',
    bulkId: `g${i}`,
    data: { schemas: [GROUP], displayName: `Group ${i}`, members: [1, 2, 3].map((k) => ({ value: `bulkId:u${(i * 7 + k) % USERS}` })) },
  });
  let ids: string[];

  it('creates groups whose members and managers come later, a circle of 900 among them', async () => {
    const results = await bulk([
      ...Array.from({ length: GROUPS }, (_, i) => group(i)),
      ...Array.from({ length: USERS }, (_, i) => user(i)),
    ]);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['201']));
    expect(results).toHaveLength(USERS + GROUPS);
    ids = results.map(({ location }) => String(location).split('/').at(-1) ?? '');
    const idOf = (i: number) => ids[GROUPS + (i % USERS)] ?? '';
    for (const i of [0, 42, GROUPS - 1]) {
      expect(await client.memberIds(ids[i] ?? '')).toEqual([1, 2, 3].map((k) => idOf(i * 7 + k)).sort());
    }
    const last = await client.get(`/Users/${idOf(USERS - 1)}`);
    expect(last.json).toMatchObject({ [ENTERPRISE]: { manager: { value: idOf(0) } } });
    expect((await client.get('/Users?count=0')).json['totalResults']).toBe(USERS);
    expect(service.queue.sent).toHaveLength(USERS + GROUPS);
  });

  it('replaces all of them, and deletes all of them', async () => {
    const of = (i: number) =>
      i < GROUPS ? { path: `/Groups/${ids[i]}`, data: group(i).data } : { path: `/Users/${ids[i]}`, data: user(i - GROUPS).data };
    const noReferences = (data: object): Json => ({ ...data, members: [], [ENTERPRISE]: {}, title: 'replaced' });
    const puts = await bulk(ids.map((_, i) => ({ method: 'PUT', path: of(i).path, data: noReferences(of(i).data) })));
    expect(new Set(puts.map(({ status }) => status))).toEqual(new Set(['200']));
    const deletes = await bulk(ids.map((_, i) => ({ method: 'DELETE', path: of(i).path })));
    expect(new Set(deletes.map(({ status }) => status))).toEqual(new Set(['204']));
    expect((await client.get('/Users?count=0')).json['totalResults']).toBe(0);
    expect((await client.get('/Groups?count=0')).json['totalResults']).toBe(0);
  });
});
