import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP, type Json, PATCH_OP, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

const PASSWORD = 'Tr0ub4dor-and-3';
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

let service: ScimService;
let client: ScimClient;
let full: ScimClient;
beforeAll(async () => {
  service = await startScimService();
  client = await service.connect();
  full = await service.connect({ log: { detail: 'full', fullUntil: inAnHour() } });
});
afterAll(() => service.close());

const last = () => service.records('scim.request').at(-1) as Json;

describe('the scim.request record (DESIGN §5)', () => {
  it('tells who asked for what, about whom, and what became of it', async () => {
    const userAgent = 'Okta SCIM Client 1.0.0';
    const { headers, json } = await client.post(
      '/Users',
      { schemas: [USER], userName: 'story@example.com' },
      { headers: { 'User-Agent': userAgent } },
    );
    expect(last()).toEqual({
      time: expect.stringMatching(/Z$/),
      kind: 'scim.request',
      correlationId: headers['x-correlation-id'],
      connection: client.connection.id,
      method: 'POST',
      path: '/scim/v2/Users',
      status: 201,
      durationMs: expect.any(Number),
      client: userAgent,
      subject: { type: 'user', id: json['id'], name: 'story@example.com' },
      revision: 1,
    });
  });

  it('lists each tolerance that was used, and where', async () => {
    const id = await client.newUser('tolerant@example.com');
    await client.patch(`/Users/${id}`, [{ op: 'Replace', path: 'active', value: 'False' }]);
    const tolerances = last()['tolerances'] as string[];
    expect(tolerances.some((each) => each.startsWith('T1 '))).toBe(true);
    expect(tolerances.some((each) => each.startsWith('T2 '))).toBe(true);
    expect(last()['tolerated']).toBeGreaterThanOrEqual(2);
  });

  it('says why a request was refused', async () => {
    await client.get('/Users?filter=nothing+eq+"x"');
    expect(last()).toMatchObject({ status: 400, scimType: 'invalidFilter', detail: expect.any(String) });
    await client.get('/Users', { headers: { authorization: null } });
    expect(last()).toMatchObject({ status: 401, detail: expect.stringContaining('token') });
    expect(last()).not.toHaveProperty('connection');
  });

  it('names whom a refused request was about', async () => {
    const id = await client.newUser('refused@example.com');
    await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: 'maybe' }]);
    await client.delete(`/Users/${id}`, { headers: { 'if-match': 'W/"99"' } });
    expect(last()).toMatchObject({ status: 412, subject: { id, name: 'refused@example.com' } });
  });

  it('has no query and no body at summary detail: a filter may hold personal data', async () => {
    await client.post('/Users?excludedAttributes=emails', { schemas: [USER], userName: 'q@example.com', displayName: 'Quite Personal' });
    await client.get('/Users?filter=displayName+eq+"Quite Personal"');
    const written = service.lines.join('');
    expect(written).not.toContain('Quite Personal');
    expect(written).not.toContain('filter=');
    expect(last()['path']).toBe('/scim/v2/Users');
    expect(last()).not.toHaveProperty('request');
  });

  it('names whom a refused body was about: by the resource it was sent to, or by the name in a POST', async () => {
    const id = await client.newUser('bad-body@example.com');
    const about = { type: 'user', id, name: 'bad-body@example.com' };
    await client.patch(`/Users/${id}`, [{ op: 'copy' }]);
    expect(last()).toMatchObject({ status: 400, subject: about });
    await client.put(`/Users/${id}`, { schemas: [USER], userName: 7 });
    expect(last()).toMatchObject({ status: 400, subject: about });

    await client.post('/Users', { schemas: [USER], UserName: 'BAD-body@example.com' });
    expect(last()).toMatchObject({ status: 409, subject: { type: 'user', name: 'BAD-body@example.com' } });
    expect(last()['subject']).not.toHaveProperty('id');
    await client.post('/Users', { schemas: [USER], userName: 'wrong@example.com', active: 'perhaps' });
    expect(last()).toMatchObject({ status: 400, subject: { type: 'user', name: 'wrong@example.com' } });
    await client.post('/Groups', { schemas: [GROUP], displayName: 'Wrong', members: 7 });
    expect(last()).toMatchObject({ status: 400, subject: { type: 'group', name: 'Wrong' } });
    for (const body of [{ userName: '' }, { userName: 7 }, [], null]) {
      await client.post('/Users', body);
      expect(last()).not.toHaveProperty('subject');
    }
    await client.post('/Users', { schemas: [USER], userName: 'x'.repeat(1_000_000) });
    expect(JSON.stringify(last()).length).toBeLessThan(2_000);
  });

  it('says what was wrong with a filter or a path without the values in it', async () => {
    const id = await client.newUser('path@example.com');
    const strict = await service.connect({ mode: 'strict' });
    const strictId = await strict.newUser('path@example.com');
    const refused: (() => Promise<{ status: number }>)[] = [
      ...[
        ...['emails[value eq "private@"].x.y', 'emails[value eq "private@"] x', 'emails[value eq "private@', '"private@"'],
        ...['emails[value eq private@] x', '[value eq private@]'],
      ].map((path) => () => client.patch(`/Users/${id}`, [{ op: 'replace', path, value: 'x' }])),
      () => client.patch(`/Users/${id}`, [{ op: 'add', path: 'emails[value eq "private@"].value', value: 7 }]),
      () => client.patch(`/Users/${id}`, [{ op: 'add', path: 'emails[value eq "private@"]', value: { primary: 7 } }]),
      () => client.patch(`/Users/${id}`, [{ op: 'add', path: 'emails', value: [{ value: { 'private@': 1 } }] }]),
      () => strict.patch(`/Users/${strictId}`, [{ op: 'add', value: { 'emails[value eq "private@"].value': 'x' } }]),
      () => strict.patch(`/Users/${strictId}`, [{ op: 'add', path: 'emails[value eq "private@"].value', value: 'x' }]),
      ...['displayName eq Ann private@', 'displayName eq Ann "private@"', 'displayName eq "private@" x', 'displayName "private@"'].map(
        (filter) => () => client.get(`/Users?filter=${encodeURIComponent(filter)}`),
      ),
    ];
    for (const send of refused) {
      expect((await send()).status).toBe(400);
      expect(last()).toMatchObject({ status: 400, detail: expect.any(String) });
      expect(JSON.stringify(last())).not.toContain('private');
    }
    expect(refused).toHaveLength(15);
  });

  it('has the redacted bodies at full detail, and only for as long as it is switched on', async () => {
    await full.post('/Users', { schemas: [USER], userName: 'full@example.com', displayName: 'Wanted Here', password: PASSWORD });
    expect(last()).toMatchObject({
      request: { query: {}, body: { userName: 'full@example.com', displayName: 'Wanted Here', password: '[redacted]' } },
      response: { userName: 'full@example.com' },
    });
    await full.get('/Users?filter=userName+eq+"full@example.com"');
    expect(last()).toMatchObject({ request: { query: { filter: 'userName eq "full@example.com"' } } });
    for (const log of [{ detail: 'full' as const }, { detail: 'full' as const, fullUntil: '2020-01-01T00:00:00Z' }]) {
      await (await service.connect({ log })).get('/Users');
      expect(last()).not.toHaveProperty('request');
    }
  });
});

describe('invariant 9: no secret in any line', () => {
  it('neither token nor password, however it is sent and at whatever detail', async () => {
    for (const each of [client, full]) {
      const id = await each.newUser('secret@example.com', { password: PASSWORD });
      const patches = [
        [{ op: 'replace', path: 'password', value: PASSWORD }],
        [{ op: 'replace', value: { password: PASSWORD } }],
        [{ op: 'Add', path: `${USER}:Password`, value: PASSWORD }],
        [{ op: 'add', value: { [`${USER}:password`]: PASSWORD } }],
        [{ op: 'replace', path: 'password', value: { nested: PASSWORD } }],
      ];
      for (const operations of patches) await each.patch(`/Users/${id}`, operations);
      await each.put(`/Users/${id}`, { schemas: [USER], userName: 'secret@example.com', PassWord: PASSWORD });
      await each.get(`/Users?filter=${encodeURIComponent(`password eq "${PASSWORD}"`)}`);
      await each.get(`/Users?access_token=${each.token}&filter=${encodeURIComponent(`userName eq "x" and password sw "${PASSWORD}"`)}`);
      await each.request('POST', '/Users', { rawBody: `{"schemas":["${PATCH_OP}"],"password":"${PASSWORD}"` });
      await each.post('/Users', { schemas: [USER], userName: 'typed@example.com', password: { value: PASSWORD } });
      await each.get('/Users', { headers: { authorization: `bearer  ${each.token} ` } });
      await each.get('/Users', { headers: { authorization: `Basic ${each.token}` } });
    }
    const written = service.lines.join('');
    expect(service.lines.length).toBeGreaterThan(20);
    expect(written).not.toContain(PASSWORD);
    for (const { token } of [client, full]) expect(written).not.toContain(token);
    expect(written).not.toMatch(/authorization/i);
    expect(JSON.stringify(service.queue.sent)).not.toContain(PASSWORD);
  });
});
