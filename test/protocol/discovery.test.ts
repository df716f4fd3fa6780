import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, ERROR, GROUP, type Json, LIST, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
let client: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
});
afterAll(() => service.close());

describe('GET of the discovery endpoints (RFC 7644 §4)', () => {
  it('rule 1: ServiceProviderConfig is one resource, ResourceTypes and Schemas are lists', async () => {
    const config = await client.get('/ServiceProviderConfig');
    expect(config.status).toBe(200);
    expect(config.headers['content-type']).toBe('application/scim+json');
    for (const path of ['/ResourceTypes', '/Schemas']) {
      const { status, json } = await client.get(path);
      expect(status).toBe(200);
      expect(json['schemas']).toEqual([LIST]);
      expect(json['totalResults']).toBe((json['Resources'] as unknown[]).length);
    }
  });

  it('rule 5: the configuration says what works, and always holds the numbers authentik reads', async () => {
    const { json } = await client.get('/ServiceProviderConfig');
    expect(json).toMatchObject({
      patch: { supported: true },
      filter: { supported: true, maxResults: expect.any(Number) },
      bulk: { supported: true, maxOperations: 1_000, maxPayloadSize: 1_048_576 },
      etag: { supported: true },
      sort: { supported: true },
      pagination: { cursor: true, index: true, defaultPaginationMethod: 'index' },
      changePassword: { supported: false },
      meta: { location: `https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2/ServiceProviderConfig` },
    });
  });

  it('the base URL alone answers with the configuration', async () => {
    const { status, json } = await client.get('/');
    expect(status).toBe(200);
    expect(json['patch']).toEqual({ supported: true });
  });

  it('rule 4: a schema by URN, encoded or not and in any case, and a resource type by name', async () => {
    for (const urn of [USER, GROUP, ENTERPRISE]) {
      expect((await client.get(`/Schemas/${urn}`)).json['id']).toBe(urn);
      expect((await client.get(`/Schemas/${encodeURIComponent(urn)}`)).json['id']).toBe(urn);
    }
    expect((await client.get(`/Schemas/${USER.toUpperCase()}`)).json['id']).toBe(USER);
    expect((await client.get('/ResourceTypes/User')).json).toMatchObject({ name: 'User', endpoint: '/Users', schema: USER });
  });

  it.each(['/Schemas/urn:no:such', '/ResourceTypes/Robot'])('rule 4: %s is unknown: 404', async (path) => {
    const { status, json } = await client.get(path);
    expect(status).toBe(404);
    expect(json).toMatchObject({ schemas: [ERROR], status: '404' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('rule 2: %s is 405 and says what is allowed', async (method) => {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${USER}`]) {
      const reply = await client.request(method, path, { body: {} });
      expect(reply.status).toBe(405);
      expect(reply.headers['allow']).toBe('GET');
      expect(reply.json).toMatchObject({ schemas: [ERROR], status: '405' });
    }
  });

  it('rule 3: a filter is 403; paging and sorting are ignored', async () => {
    for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) {
      expect((await client.get(`${path}?filter=id+pr`)).status).toBe(403);
      expect((await client.get(`${path}?startIndex=5&count=0&sortBy=id`)).text).toBe((await client.get(path)).text);
    }
  });

  it('the schema of users is described in the words of RFC 7643 §8.7.1', async () => {
    expect((await client.get(`/Schemas/${USER}`)).json).toMatchObject({ name: 'User', description: 'User Account' });
  });

  it('every attribute in /Schemas carries the characteristics of RFC 7643 §7', async () => {
    const { json } = await client.get(`/Schemas/${USER}`);
    const attributes = json['attributes'] as Json[];
    expect(attributes.length).toBeGreaterThan(10);
    for (const attribute of attributes) {
      expect(attribute).toMatchObject({
        name: expect.any(String),
        type: expect.any(String),
        multiValued: expect.any(Boolean),
        required: expect.any(Boolean),
        mutability: expect.any(String),
        returned: expect.any(String),
      });
    }
    expect(attributes.find(({ name }) => name === 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
  });
});

describe('what is not supported', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('rule 66: %s /Me is 501', async (method) => {
    expect((await client.request(method, '/Me')).status).toBe(501);
  });

  it.each(['/Robots', '/Users/x/y', '/User', '/__proto__', '/scim/v1/Users', '/Users/constructor'])(
    'rule 9: GET %s is 404',
    async (path) => {
      const { status, json } = await client.get(path);
      expect(status).toBe(404);
      expect(json).toMatchObject({ schemas: [ERROR], status: '404' });
      expect(json).not.toHaveProperty('scimType');
    },
  );

  it.each(['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'constructor'])('rule 9: %s /Users is 405', async (method) => {
    const reply = await client.request(method, '/Users');
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe('GET, POST');
  });
});
