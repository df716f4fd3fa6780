import { request as httpRequest } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiGateway, type ApiGatewayOptions, startApiGateway } from './api-gateway.ts';

describe('the local API Gateway', () => {
  let gateway: ApiGateway | undefined;
  afterEach(async () => {
    await gateway?.close();
    gateway = undefined;
  });

  const ok: APIGatewayProxyResult = { statusCode: 200, headers: { 'Content-Type': 'application/scim+json' }, body: '{}' };
  async function start(
    result: APIGatewayProxyResult | (() => Promise<APIGatewayProxyResult>) = ok,
    options: Partial<ApiGatewayOptions> = {},
  ) {
    const events: APIGatewayProxyEvent[] = [];
    gateway = await startApiGateway({
      ...options,
      handler: async (event) => {
        events.push(event);
        return typeof result === 'function' ? result() : result;
      },
    });
    return { url: gateway.url, events };
  }
  const errorOf = async (response: Response) => ({
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.json(),
  });
  const scimError = (status: number) => ({
    status,
    type: 'application/scim+json',
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail: expect.any(String) },
  });

  it('keeps the path encoded and decodes the query once, + as a space', async () => {
    const { url, events } = await start();
    await fetch(`${url}/scim/v2/Users/a%2Fb%20c?filter=userName%20eq+%22a%252Bb%2Bc%22&attributes=a&attributes=b`);
    expect(events[0]).toMatchObject({
      httpMethod: 'GET',
      path: '/scim/v2/Users/a%2Fb%20c',
      pathParameters: { proxy: 'v2/Users/a%2Fb%20c' },
      queryStringParameters: { filter: 'userName eq "a%2Bb+c"', attributes: 'b' },
      multiValueQueryStringParameters: { attributes: ['a', 'b'] },
      body: null,
    });
  });

  it('hands over body, headers and request context', async () => {
    const { url, events } = await start();
    const headers = { 'Content-Type': 'application/scim+json', 'X-Forwarded-Proto': 'https', authorization: 'Bearer t' };
    await fetch(`${url}/scim/v2/Users`, { method: 'POST', headers, body: '{"ü":1}' });
    expect(events[0]).toMatchObject({
      body: '{"ü":1}',
      isBase64Encoded: false,
      headers: { authorization: 'Bearer t', 'X-Forwarded-Proto': 'http' },
      requestContext: { path: '/scim/v2/Users', domainName: new URL(url).host, stage: 'local', identity: { sourceIp: '127.0.0.1' } },
    });
    expect(events[0]?.headers).not.toHaveProperty('x-forwarded-proto');
    expect(events[0]?.requestContext.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(events[0]?.queryStringParameters).toBeNull();
  });

  it('sends status, headers and body back; WWW-Authenticate under the name that REST APIs give it', async () => {
    const { url } = await start({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
      multiValueHeaders: { 'X-Two': ['1', '2'] },
      body: 'bm8=',
      isBase64Encoded: true,
    });
    const response = await fetch(`${url}/scim/v2`);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-amzn-remapped-www-authenticate': 'Bearer', 'x-two': '1, 2' });
    expect(response.headers.has('www-authenticate')).toBe(false);
  });

  it('sends 204 without a body', async () => {
    const { url } = await start({ statusCode: 204, body: '' });
    const response = await fetch(`${url}/scim/v2/Groups/1`, { method: 'PATCH', body: '{}' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([204, null, '']);
  });

  it.each(['/', '/scimitar', '/v2/Users'])('answers 404 for %s, which is no route', async (path) => {
    const { url, events } = await start();
    expect(await errorOf(await fetch(url + path))).toEqual(scimError(404));
    expect(events).toEqual([]);
  });

  it('answers 413 for a request over the limit, with and without its length told', async () => {
    const { url, events } = await start(ok, { limits: { requestBytes: 100 } });
    expect(await errorOf(await fetch(`${url}/scim/v2/Groups`, { method: 'POST', body: 'x'.repeat(101) }))).toEqual(scimError(413));
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/scim/v2/Groups`, { method: 'POST' }, ({ statusCode }) => resolve(statusCode)).on('error', reject);
      for (let i = 0; i < 20; i++) request.write('x'.repeat(10));
      request.end();
    });
    expect(status).toBe(413);
    expect(events).toEqual([]);
  });

  it('answers 502 for a response over the limit and for a function that throws', async () => {
    const errors: unknown[] = [];
    const large = await start({ ...ok, body: 'x'.repeat(200) }, { limits: { responseBytes: 150 } });
    expect(await errorOf(await fetch(`${large.url}/scim/v2/Users`))).toEqual(scimError(502));
    await gateway?.close();
    const throwing = await start(() => Promise.reject(new Error('secret')), { onError: (error) => errors.push(error) });
    const told = await errorOf(await fetch(`${throwing.url}/scim/v2/Users`));
    expect(told).toEqual(scimError(502));
    expect(JSON.stringify(told)).not.toContain('secret');
    expect(errors).toMatchObject([{ message: 'secret' }]);
  });

  it('answers 504 when the function takes too long', async () => {
    const { url } = await start(() => new Promise(() => {}), { limits: { timeoutMs: 50 } });
    expect(await errorOf(await fetch(`${url}/scim/v2/Users`))).toEqual(scimError(504));
  });

  it('refuses a taken port', async () => {
    const { url } = await start();
    await expect(startApiGateway({ port: Number(new URL(url).port), handler: async () => ok })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
