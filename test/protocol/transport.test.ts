import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addToken, apiGatewayEvent, ERROR, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

let service: ScimService;
let client: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
});
afterAll(() => service.close());

describe('authentication (RFC 7644 §2, RFC 6750)', () => {
  const withAuthorization = (authorization: string | null) => client.get('/Users', { headers: { authorization } });

  it('rule 6: no token is 401 with a challenge and a SCIM error', async () => {
    const reply = await withAuthorization(null);
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toBe('Bearer realm="scim"');
    expect(reply.json).toMatchObject({ schemas: [ERROR], status: '401', detail: expect.stringContaining('token') });
  });

  it.each(['Bearer unknown', 'Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer ü'])('rule 6: "%s" is 401', async (authorization) => {
    const reply = await withAuthorization(authorization);
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer realm="scim"/);
  });

  it('the scheme is taken in any case', async () => {
    expect((await withAuthorization(`bearer ${client.token}`)).status).toBe(200);
    expect((await withAuthorization(`BEARER  ${client.token}`)).status).toBe(200);
  });

  it('RFC 6750 §2.3: a token in the query opens nothing', async () => {
    expect((await client.get(`/Users?access_token=${client.token}`, { headers: { authorization: null } })).status).toBe(401);
  });

  it('an expired token, a revoked one and a disabled connection are 401', async () => {
    const expired = await addToken(service.connections, client.connection.id, -1_000);
    expect((await withAuthorization(`Bearer ${expired}`)).status).toBe(401);
    const disabled = await service.connect({}, 'disabled');
    const reply = await disabled.get('/Users');
    expect(reply.status).toBe(401);
    expect(reply.json['detail']).toContain('disabled');
  });

  it('two tokens of one connection are valid at a time', async () => {
    const second = await addToken(service.connections, client.connection.id, 60_000);
    expect((await withAuthorization(`Bearer ${second}`)).status).toBe(200);
    expect((await withAuthorization(`Bearer ${client.token}`)).status).toBe(200);
  });

  it('rule 7: a resource of another connection is 404 for every method', async () => {
    const other = await service.connect();
    const id = await other.newUser('hidden@example.com');
    expect((await client.get(`/Users/${id}`)).status).toBe(404);
    expect((await client.put(`/Users/${id}`, { schemas: [USER], userName: 'x' })).status).toBe(404);
    expect((await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }])).status).toBe(404);
    expect((await client.delete(`/Users/${id}`)).status).toBe(404);
    expect((await client.get('/Users?filter=userName+eq+"hidden@example.com"')).json['totalResults']).toBe(0);
    expect((await other.get(`/Users/${id}`)).status).toBe(200);
  });
});

describe('the base URL (RFC 7644 §1.3, rule 15)', () => {
  const locationOf = async (userName: string, sent: { before?: string; domainName?: string; headers?: Record<string, string> }) => {
    const { headers, json } = await client.post('/Users', { schemas: [USER], userName }, sent);
    expect(headers['location']).toBe((json['meta'] as { location: string }).location);
    expect(headers['location']).toMatch(new RegExp(`/Users/${json['id']}$`));
    return String(headers['location']).replace(`/Users/${json['id']}`, '');
  };

  it('is right behind a stage', async () => {
    const base = await locationOf('stage@example.com', { before: '/prod' });
    expect(base).toBe('https://abc123.execute-api.eu-west-1.amazonaws.com/prod/scim/v2');
  });

  it('is right behind a custom domain without and with a base path', async () => {
    expect(await locationOf('custom@example.com', { domainName: 'scim.example.com' })).toBe('https://scim.example.com/scim/v2');
    const mapped = await locationOf('mapped@example.com', { domainName: 'api.example.com', before: '/confluence/idp' });
    expect(mapped).toBe('https://api.example.com/confluence/idp/scim/v2');
  });

  it('is right when the base path itself is called /scim/v2', async () => {
    const base = await locationOf('twice@example.com', { domainName: 'api.example.com', before: '/scim/v2' });
    expect(base).toBe('https://api.example.com/scim/v2/scim/v2');
  });

  it('is http where the gateway says that it was called by http', async () => {
    const base = await locationOf('local@example.com', { domainName: '127.0.0.1:3000', headers: { 'X-Forwarded-Proto': 'http' } });
    expect(base).toBe('http://127.0.0.1:3000/scim/v2');
  });

  it.each(['/scim/Users', '/scim/Users/v2', '/scim/v3/Users'])('%s is no SCIM address: 404', async (path) => {
    const { status, json } = await client.get(path);
    expect(status).toBe(404);
    expect(json).toMatchObject({ schemas: [ERROR], detail: expect.stringContaining('/scim/v2') });
  });

  it('T19: a trailing slash and a second /v2 are taken, and the location has them once', async () => {
    const id = await client.newUser('slash@example.com');
    for (const path of [`/Users/${id}/`, `/scim/v2/v2/Users/${id}`, `/scim/v2//Users/${id}`]) {
      const { status, json } = await client.get(path);
      expect(status).toBe(200);
      expect(json['meta']).toMatchObject({ location: `https://abc123.execute-api.eu-west-1.amazonaws.com/scim/v2/Users/${id}` });
    }
    expect((await (await service.connect({ mode: 'strict' })).get('/scim/v2/v2/Users')).status).toBe(404);
    const told = service.records('scim.request').map(({ tolerances }) => tolerances);
    expect(told.filter((tolerances) => JSON.stringify(tolerances) === '["T19 /v2 twice"]')).toHaveLength(1);
  });
});

describe('media types (RFC 7644 §3.1, §8.1; rule 8, T15)', () => {
  const user = () => ({ schemas: [USER], userName: `${crypto.randomUUID()}@example.com` });

  it.each([
    ['application/scim+json', 'application/scim+json'],
    ['application/json', 'application/json'],
    ['application/json, */*', 'application/scim+json'],
    ['application/json, application/scim+json', 'application/scim+json'],
    ['application/scim+json;q=0, application/json', 'application/json'],
    ['application/*', 'application/scim+json'],
    ['application/scim+json ; q=0.0 , application/json ; q=0.1', 'application/json'],
    ['*/*', 'application/scim+json'],
    ['text/html', 'application/scim+json'],
    [null, 'application/scim+json'],
  ])('Accept %s is answered in %s', async (accept, expected) => {
    const { status, headers } = await client.get('/Users?count=1', { headers: { accept } });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(expected);
  });

  it.each(['application/scim+json', 'application/json', 'application/scim+json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])(
    'a body of %s is taken',
    async (type) => {
      expect((await client.post('/Users', user(), { headers: { 'content-type': type } })).status).toBe(201);
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json-patch+json'])('a body of %s is 415', async (type) => {
    const { status, json } = await client.post('/Users', user(), { headers: { 'content-type': type } });
    expect(status).toBe(415);
    expect(json).toMatchObject({ schemas: [ERROR], status: '415', detail: expect.stringContaining('application/scim+json') });
    expect(json['detail']).toContain(`was ${type}.`);
  });

  it('a body without a type is taken in tolerant mode, 415 in strict', async () => {
    expect((await client.post('/Users', user(), { headers: { 'content-type': null } })).status).toBe(201);
    const strict = await service.connect({ mode: 'strict' });
    const { status, json } = await strict.post('/Users', user(), { headers: { 'content-type': null } });
    expect(status).toBe(415);
    expect(json['detail']).toContain('was none.');
  });

  it('header names in any case, only in headers or only in multiValueHeaders', async () => {
    const event = apiGatewayEvent('GET', '/Users?count=0', { headers: { AUTHORIZATION: `Bearer ${client.token}` } });
    expect((await service.handle(event)).statusCode).toBe(200);
    expect((await service.handle({ ...event, headers: null } as unknown as APIGatewayProxyEvent)).statusCode).toBe(200);
    expect((await service.handle({ ...event, multiValueHeaders: null } as unknown as APIGatewayProxyEvent)).statusCode).toBe(200);
  });

  it('a query only in queryStringParameters or only in multiValueQueryStringParameters', async () => {
    const event = apiGatewayEvent('GET', '/Users?count=0&startIndex=7', { headers: { AUTHORIZATION: `Bearer ${client.token}` } });
    for (const lacking of [{ queryStringParameters: null }, { multiValueQueryStringParameters: null }]) {
      const { body } = await service.handle({ ...event, ...lacking } as unknown as APIGatewayProxyEvent);
      expect(JSON.parse(body)).toMatchObject({ itemsPerPage: 0, startIndex: 7 });
    }
  });

  it('T24: a request without User-Agent and Accept is served', async () => {
    expect((await client.get('/Users?count=0', { headers: { 'user-agent': null, accept: null } })).status).toBe(200);
  });
});

describe('bodies', () => {
  it('a base64 body is the same body, in UTF-8', async () => {
    const reply = await client.post('/Users', { schemas: [USER], userName: 'jörg.müller@example.com' }, { isBase64: true });
    expect(reply.status).toBe(201);
    expect(reply.json['userName']).toBe('jörg.müller@example.com');
  });

  it.each(['{"userName":', '', 'userName=x', '{"a":1}}', '\u0000'])('rule 9: %j is 400 invalidSyntax', async (rawBody) => {
    const { status, json } = await client.request('POST', '/Users', { rawBody });
    expect(status).toBe(400);
    expect(json).toMatchObject({ schemas: [ERROR], status: '400', scimType: 'invalidSyntax' });
  });

  it('bytes that are no UTF-8 are 400 invalidSyntax', async () => {
    const event = apiGatewayEvent('POST', '/Users', { headers: { authorization: `Bearer ${client.token}` }, rawBody: 'x' });
    const result = await service.handle({ ...event, body: Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'), isBase64Encoded: true });
    expect(result.statusCode).toBe(400);
    expect(JSON.parse(result.body)).toMatchObject({ scimType: 'invalidSyntax' });
  });

  it('a document nested 100,000 deep is 400, quickly and without touching the stack', async () => {
    const rawBody = `{"schemas":["${USER}"],"userName":"deep","name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status, json } = await client.request('POST', '/Users', { rawBody });
    expect(status).toBe(400);
    expect(json).toMatchObject({ scimType: 'invalidSyntax', detail: expect.stringContaining('64') });
  });

  it('an object of more than 1,000 names is 400; many objects of a few are not', async () => {
    const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]));
    const post = (userName: string, more: object) => client.post('/Users', { schemas: [USER], userName, ...more });
    for (const more of [names(999), { name: names(1001) }, { emails: [{ value: 'x@example.com' }, names(1001)] }]) {
      const { status, json } = await post('names@example.com', more);
      expect(status).toBe(400);
      expect(json).toMatchObject({ scimType: 'invalidSyntax', detail: expect.stringContaining('1000') });
    }
    expect((await post('names@example.com', { ...names(996), unknown: [names(900), names(900)], title: ':'.repeat(2000) })).status).toBe(
      201,
    );
  });

  it('brackets inside a string are no nesting', async () => {
    const reply = await client.post('/Users', { schemas: [USER], userName: 'brackets', displayName: `"${'['.repeat(200)}\\` });
    expect(reply.status).toBe(201);
  });

  it('rule 67: more than 5 MB is 413 and names the limit', async () => {
    const { status, json } = await client.post('/Users', { schemas: [USER], userName: 'big', displayName: 'x'.repeat(5 * 1024 * 1024) });
    expect(status).toBe(413);
    expect(json).toMatchObject({ schemas: [ERROR], status: '413', detail: expect.stringContaining('5 MB') });
  });

  it('__proto__ and constructor in a body change nothing but the reply', async () => {
    const rawBody = `{"schemas":["${USER}"],"userName":"proto","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`;
    await client.request('POST', '/Users', { rawBody });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('every reply carries the correlation id of the gateway', async () => {
    const event = apiGatewayEvent('GET', '/Users/none', { headers: { authorization: `Bearer ${client.token}` } });
    const { headers } = await service.handle(event);
    expect(headers).toMatchObject({ 'X-Correlation-Id': event.requestContext.requestId });
  });
});
