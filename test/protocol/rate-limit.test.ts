import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import { ERROR, ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
beforeAll(async () => {
  service = await startScimService();
});
afterAll(() => service.close());

/** A client of a connection that may send one request a second, ten in a window, and a clock that stands still. */
async function limited(other: Partial<ScimService['dependencies']> = {}, requestsPerSecond = 1) {
  const { connection, token } = await service.connect({ requestsPerSecond });
  const clock = { ms: Date.now() };
  clock.ms -= clock.ms % 10_000;
  const handle = scimFunction({ ...service.dependencies, now: () => new Date(clock.ms), ...other });
  return { client: new ScimClient(handle, connection, token), clock };
}

describe('more requests than a connection may send (rule 67)', () => {
  it('are 429 as a SCIM error with Retry-After, and change nothing; the next window takes them', async () => {
    const { client, clock } = await limited();
    for (let i = 0; i < 10; i++) expect((await client.get('/Users')).status).toBe(200);
    clock.ms += 3_500;
    const refused = await client.post('/Users', { schemas: [USER], userName: 'too-many@example.com' });
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '7', 'content-type': 'application/scim+json' } });
    expect(refused.json).toEqual({ schemas: [ERROR], status: '429', detail: expect.stringContaining('1 requests/s') });
    expect(service.records('scim.request').at(-1)).toMatchObject({
      connection: client.connection.id,
      method: 'POST',
      status: 429,
      detail: expect.stringContaining('again in 7 s'),
    });
    clock.ms += 6_500;
    expect((await client.get('/Users')).json).toMatchObject({ totalResults: 0 });
    expect((await client.post('/Users', { schemas: [USER], userName: 'too-many@example.com' })).status).toBe(201);
  });

  it('of somebody without a token are 401 and never count against the connection', async () => {
    const { client } = await limited();
    for (let i = 0; i < 20; i++) expect((await client.get('/Users', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await client.get('/Users')).status).toBe(200);
  });

  it('are refused whatever they ask for: unknown paths and refused bodies count too', async () => {
    const { client } = await limited();
    for (let i = 0; i < 5; i++) {
      expect((await client.get('/Nothing')).status).toBe(404);
      expect((await client.post('/Users', {})).status).toBe(400);
    }
    expect((await client.get('/ServiceProviderConfig')).status).toBe(429);
  });

  it('of one connection leave another’s alone', async () => {
    const [{ client }, { client: other }] = await Promise.all([limited(), limited()]);
    for (let i = 0; i < 11; i++) await client.get('/Users?count=0');
    expect((await client.get('/Users?count=0')).status).toBe(429);
    expect((await other.get('/Users?count=0')).status).toBe(200);
  });

  it('are counted together with those that other instances of the function took', async () => {
    const { client, clock } = await limited({}, 5);
    const handle = scimFunction({ ...service.dependencies, now: () => new Date(clock.ms) });
    const other = new ScimClient(handle, client.connection, client.token);
    for (let i = 0; i < 25; i++) expect((await client.get('/Users?count=0')).status).toBe(200);
    for (let i = 0; i < 25; i++) expect((await other.get('/Users?count=0')).status).toBe(200);
    expect((await other.get('/Users?count=0')).status).toBe(429);
  });

  it('are let through when the shared count can’t be kept, and the log says so', async () => {
    const add = () => Promise.reject(new DirectoryBusy('no capacity'));
    const { client } = await limited({ rates: { add } }, 5);
    for (let i = 0; i < 30; i++) expect((await client.get('/Users?count=0')).status).toBe(200);
    const told = service.records('error').filter(({ connection }) => connection === client.connection.id);
    expect(told).toEqual([expect.objectContaining({ where: expect.stringContaining('the shared count of requests') })]);
  });
});
