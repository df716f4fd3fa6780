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

/** As a client does: what there was no time for is sent again. A slow machine needs several requests, each of which gets on. */
async function bulkUntilDone(operations: readonly unknown[]): Promise<void> {
  for (let left = operations; left.length > 0; ) {
    const results = await bulk(left);
    const putOff = left.filter((_, i) => results[i]?.['status'] === '503');
    expect(putOff.length).toBeLessThan(left.length);
    expect(results.every(({ status }) => ['200', '204', '503'].includes(String(status)))).toBe(true);
    left = putOff;
  }
}

describe('POST /Bulk with as many operations as ServiceProviderConfig allows, on the table', () => {
  const user = (i: number) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `u${i}`,
    data: {
      schemas: [USER, ENTERPRISE],
      userName: `person-${i}@example.com`,
      // In the first hundred ten report to each other in a circle; everybody else reports to one of them.
      [ENTERPRISE]: { manager: { value: `bulkId:u${managerOf(i)}` } },
    },
  });
  const managerOf = (i: number) => (i < 100 && i % 10 === 9 ? i - 9 : i < 100 ? i + 1 : i % 100);
  const group = (i: number) => ({
    method: 'POST',
    path: '/Groups',
    bulkId: `g${i}`,
    data: { schemas: [GROUP], displayName: `Group ${i}`, members: [1, 2, 3].map((k) => ({ value: `bulkId:u${(i * 7 + k) % USERS}` })) },
  });
  let ids: string[];

  it('creates groups whose members and managers come later, and people who report to each other in circles', async () => {
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
    expect(last.json).toMatchObject({ [ENTERPRISE]: { manager: { value: idOf(managerOf(USERS - 1)) } } });
    expect((await client.get(`/Users/${idOf(9)}`)).json).toMatchObject({ [ENTERPRISE]: { manager: { value: idOf(0) } } });
    expect((await client.get('/Users?count=0')).json['totalResults']).toBe(USERS);
    expect(service.queue.sent).toHaveLength(USERS + GROUPS);
  });

  it('replaces all of them, and deletes all of them', async () => {
    const of = (i: number) =>
      i < GROUPS ? { path: `/Groups/${ids[i]}`, data: group(i).data } : { path: `/Users/${ids[i]}`, data: user(i - GROUPS).data };
    const noReferences = (data: object): Json => ({ ...data, members: [], [ENTERPRISE]: {}, title: 'replaced' });
    await bulkUntilDone(ids.map((_, i) => ({ method: 'PUT', path: of(i).path, data: noReferences(of(i).data) })));
    expect((await client.get(`/Users/${ids.at(-1)}`)).json['title']).toBe('replaced');
    await bulkUntilDone(ids.map((_, i) => ({ method: 'DELETE', path: of(i).path })));
    expect((await client.get('/Users?count=0')).json['totalResults']).toBe(0);
    expect((await client.get('/Groups?count=0')).json['totalResults']).toBe(0);
  });
});
