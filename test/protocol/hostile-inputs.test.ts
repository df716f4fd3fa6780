import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HostileBody, IDLE_PATCHES, NO_GROUP, NO_MESSAGE, NO_PATCH, NO_USER, ODD_USERS, PASSWORD, PERSON } from './hostile-bodies.ts';
import { HOSTILE_FILTERS, HOSTILE_NAMES, HOSTILE_PATHS, INHERITED_NAMES, LONG_TEXTS, ODD_CHARACTERS } from './hostile-texts.ts';
import { prototypeState } from './prototype-state.ts';
import {
  apiGatewayEvent,
  ENTERPRISE,
  ERROR,
  GROUP,
  type Json,
  type Reply,
  type ScimClient,
  type ScimService,
  startScimService,
  USER,
} from './scim-client.ts';

const prototypes = prototypeState();
let service: ScimService;
let clients: readonly { readonly mode: 'tolerant' | 'strict'; readonly client: ScimClient }[];
beforeAll(async () => {
  service = await startScimService({ inMemory: true });
  clients = [
    { mode: 'tolerant', client: await service.connect() },
    { mode: 'strict', client: await service.connect({ mode: 'strict' }) },
  ];
});
afterEach(() => {
  // Whatever came in, no object of this process has got a property by it.
  expect(prototypeState()).toEqual(prototypes);
  // Neither did a secret get into the log, nor a person's value into what the log tells of a refusal.
  for (const line of service.lines.splice(0)) {
    expect(line).not.toContain(PASSWORD);
    for (const { client } of clients) expect(line).not.toContain(client.token);
    const { detail = '', tolerances = [] } = JSON.parse(line) as { detail?: string; tolerances?: string[] };
    expect(`${detail}${tolerances.join()}`).not.toContain(PERSON);
    expect(JSON.parse(line)).not.toMatchObject({ kind: 'error' });
  }
});
afterAll(() => service.close());

const SCIM_TYPES = [
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
  'invalidCursor',
  'expiredCursor',
  'invalidCount',
];

/** `400 invalidPath`, `404`, `201`; whatever is wrong with an error's form (RFC 7644 §3.12) stands behind it. */
function answerOf({ status, json, headers }: Reply): string {
  if (status < 400) return String(status);
  const { schemas, detail, scimType } = json;
  const problems = [
    JSON.stringify(schemas) !== JSON.stringify([ERROR]) && 'schemas',
    json['status'] !== String(status) && 'status is no string',
    status === 400 && !SCIM_TYPES.includes(String(scimType)) && 'no scimType',
    (typeof detail !== 'string' || detail === '') && 'no detail',
    String(detail).length > 1_000 && 'a detail that is endless',
    !String(detail).isWellFormed() && 'a detail that is no Unicode text',
    /\p{Cc}/u.test(String(detail)) && 'a detail with control characters',
    [PERSON, PASSWORD, 'evil', ...clients.map(({ client }) => client.token)].some((secret) => String(detail).includes(secret)) &&
      `a detail that tells a value: ${detail}`,
    !/^application\/(scim\+)?json$/.test(headers['content-type'] ?? '') && 'no media type',
  ].filter((problem) => problem !== false);
  return [status, ...(scimType === undefined ? [] : [scimType]), ...problems].join(' ');
}

/** Sends an event as the gateway would pass it on, with what no URL and no client library could hold. */
async function send(client: ScimClient, event: APIGatewayProxyEvent): Promise<Reply> {
  const authorization = `Bearer ${client.token}`;
  const result = await service.handle({ ...event, headers: { authorization, ...event.headers }, multiValueHeaders: {} });
  const headers = Object.fromEntries(Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return { status: result.statusCode, headers, text: result.body, json: result.body === '' ? {} : (JSON.parse(result.body) as Json) };
}

function withQuery(client: ScimClient, path: string, query: Readonly<Record<string, string>>): Promise<Reply> {
  const multiple = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]]));
  return send(client, { ...apiGatewayEvent('GET', path, {}), queryStringParameters: query, multiValueQueryStringParameters: multiple });
}

function withBody(client: ScimClient, method: string, path: string, raw: string | Buffer): Promise<Reply> {
  const body = typeof raw === 'string' ? raw : raw.toString('base64');
  return send(client, { ...apiGatewayEvent(method, path, { rawBody: 'x' }), body, isBase64Encoded: typeof raw !== 'string' });
}

/** The answers that are not as they should be, by the name of the input: empty if all are. */
class Wrong {
  readonly answers: Record<string, string> = {};
  note(name: string, reply: Reply, ...expected: string[]): void {
    const answer = answerOf(reply);
    if (!expected.includes(answer)) this.answers[name] = `${answer}, not ${expected.join(' or ')}`;
  }
}

/** A path by the grammar of RFC 7644 §3.5.2, figure 7, without names that are looked for. */
const WELL_FORMED = /^[\w$:.-]{1,4096}(\[[\w$]+ eq "\w+"\](\.[\w$-]{1,4000})?)?$/;
const unique = () => `${crypto.randomUUID()}@example.com`;
const expected = ({ answer, strict = answer }: HostileBody, mode: string) => (mode === 'strict' ? strict : answer);

async function total(client: ScimClient, path: string): Promise<number> {
  return Number((await client.get(`${path}?count=0`)).json['totalResults']);
}

describe('hostile queries (RFC 7644 §3.4.2)', () => {
  it('a filter that is none is 400 invalidFilter', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      for (const { name, text } of HOSTILE_FILTERS) {
        wrong.note(`${mode}: ${name}`, await withQuery(client, '/Users', { filter: text }), '400 invalidFilter');
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('a name that is none selects nothing as one of attributes, and leaves nothing out as one of excludedAttributes', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const id = await client.newUser(unique(), { title: 'T' });
      for (const { name, text } of [...HOSTILE_NAMES, ...ODD_CHARACTERS]) {
        const only = await withQuery(client, `/Users/${id}`, { attributes: text });
        wrong.note(`${mode}: attributes ${name}`, only, '200');
        // A list of nothing but commas names nothing, which is no list.
        if (text.trim() !== '') expect(only.json, name).toEqual({ schemas: [USER], id });
        const except = await withQuery(client, `/Users/${id}`, { excludedAttributes: text });
        wrong.note(`${mode}: excludedAttributes ${name}`, except, '200');
        expect(except.json, name).toHaveProperty('title', 'T');
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('a number that is none is 400 invalidValue for a strict connection, and left out for a tolerant one', async () => {
    const wrong = new Wrong();
    const noNumbers = [
      '',
      ' ',
      'NaN',
      'Infinity',
      '1e400',
      '1e2',
      '0x10',
      '１',
      '1.5',
      '--1',
      '+-1',
      '1,2',
      '[1]',
      'null',
      'true',
      '9'.repeat(401),
    ];
    for (const { mode, client } of clients) {
      for (const text of [
        ...noNumbers,
        ...INHERITED_NAMES,
        ...LONG_TEXTS.map((long) => long.text),
        ...ODD_CHARACTERS.map((odd) => odd.text),
      ]) {
        for (const parameter of ['count', 'startIndex']) {
          const reply = await withQuery(client, '/Users', { [parameter]: text });
          wrong.note(`${mode}: ${parameter} ${JSON.stringify(text.slice(0, 20))}`, reply, mode === 'strict' ? '400 invalidValue' : '200');
        }
      }
      for (const text of ['-0', '9007199254740993', '-9007199254740993', '9'.repeat(400), `-${'9'.repeat(400)}`, `${'0'.repeat(399)}1`]) {
        const reply = await withQuery(client, '/Users', { count: text, startIndex: text });
        wrong.note(`${mode}: ${text.slice(0, 20)}`, reply, '200');
        expect(Number.isSafeInteger(reply.json['startIndex']), text).toBe(true);
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('a sortBy, a sortOrder and a cursor that are none are told or left out', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const { json } = await client.get('/ServiceProviderConfig');
      const hasCursors = (json['pagination'] as Json | undefined)?.['cursor'] === true;
      for (const { name, text } of [...HOSTILE_NAMES, ...ODD_CHARACTERS]) {
        wrong.note(
          `${mode}: sortBy ${name}`,
          await withQuery(client, '/Users', { sortBy: text }),
          '200',
          '400 invalidPath',
          '400 invalidValue',
        );
        const order = await withQuery(client, '/Users', { sortBy: 'userName', sortOrder: text });
        wrong.note(`${mode}: sortOrder ${name}`, order, '200', '400 invalidValue');
        const cursor = await withQuery(client, '/Users', { cursor: text });
        wrong.note(`${mode}: cursor ${name}`, cursor, hasCursors ? '400 invalidCursor' : '200');
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('a parameter that nobody knows is not looked at, whatever its name', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      for (const { name, text } of [...HOSTILE_NAMES, ...ODD_CHARACTERS]) {
        wrong.note(`${mode}: ${name}`, await withQuery(client, '/Users', Object.fromEntries([[text, 'evil']])), '200');
      }
    }
    expect(wrong.answers).toEqual({});
  });
});

describe('hostile addresses (RFC 7644 §3.2)', () => {
  const encoded = HOSTILE_NAMES.map(({ name, text }) => ({ name, text: encodeURIComponent(text.toWellFormed()) }));
  const raw = [
    '%',
    '%0',
    '%zz',
    '%00',
    '%2F',
    '%2e%2e',
    '..',
    '.',
    '%ff',
    '%c0%80',
    '%ed%a0%80',
    '%E2%82',
    '%252F',
    '\\',
    ';a=b',
    '*',
    '\0',
    '\ud800',
  ];
  const texts = [...encoded, ...HOSTILE_NAMES, ...raw.map((text) => ({ name: JSON.stringify(text), text }))];

  it('what is no id, no schema, no resource type and no endpoint is 404', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      for (const { name, text } of texts.filter((each) => each.text !== '')) {
        for (const endpoint of text.length > 100 ? ['/Users'] : ['/Users', '/Groups', '/Schemas', '/ResourceTypes', '']) {
          const event = apiGatewayEvent('GET', '/Users', {});
          const path = `/scim/v2${endpoint}/${text}`;
          const reply = await send(client, { ...event, path, requestContext: { ...event.requestContext, path } });
          wrong.note(`${mode}: ${endpoint}/${name}`, reply, '404');
        }
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('what is no id is 404 for a write, and what is no method 405', async () => {
    const wrong = new Wrong();
    const client = clients[0]?.client as ScimClient;
    for (const { name, text } of encoded) {
      wrong.note(`PUT ${name}`, await client.put(`/Users/${text}`, { schemas: [USER], userName: 'x' }), '404');
      wrong.note(`PATCH ${name}`, await client.patch(`/Groups/${text}`, [{ op: 'remove', path: 'externalId' }]), '404');
      wrong.note(`DELETE ${name}`, await client.delete(`/Users/${text}`), '404');
    }
    for (const method of [...INHERITED_NAMES, 'TRACE', 'OPTIONS', 'get ', '', 'a'.repeat(100_000), '\ud800']) {
      wrong.note(method.slice(0, 20), await client.request(method, '/Users'), '405');
    }
    expect(wrong.answers).toEqual({});
  });
});

describe('hostile headers', () => {
  const long = LONG_TEXTS.map(({ name, text }) => ({ name, text }));
  const texts = [...long, ...ODD_CHARACTERS, ...INHERITED_NAMES.map((name) => ({ name, text: name })), { name: '', text: '' }];

  it('an Authorization that is none is 401, and told nothing of', async () => {
    const wrong = new Wrong();
    const client = clients[0]?.client as ScimClient;
    const around = (text: string) => [text, `Bearer ${text}`, `Bearer ${client.token}${text}`, `${text} Bearer ${client.token}`];
    for (const { name, text } of texts.filter((each) => each.text.trim() !== '')) {
      for (const authorization of around(text)) {
        const event = apiGatewayEvent('GET', '/Users', { headers: { authorization } });
        wrong.note(`${name}: ${authorization.slice(0, 20)}`, await send(client, event), '401');
      }
    }
    const cut = [
      client.token.slice(1),
      client.token.slice(0, -1),
      client.token.toUpperCase(),
      client.token.repeat(2),
      `${client.token}, ${client.token}`,
    ];
    for (const token of cut) {
      wrong.note('a token that is nearly right', await client.get('/Users', { headers: { authorization: `Bearer ${token}` } }), '401');
    }
    expect(wrong.answers).toEqual({});
  });

  it('a version that is none fits nothing: 412 by If-Match, 200 by If-None-Match', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const id = await client.newUser(unique());
      const before = await client.get(`/Users/${id}`);
      const versions = [
        'W/',
        '"',
        'W/""',
        '""',
        '1',
        "W/'1'",
        'W/"1',
        'W/1"',
        '"W/"1""',
        'w/"1"',
        'W/"1.',
        'W/"01"',
        'W/"-1"',
        'W/"1e0"',
        '**',
        '"*"',
      ];
      for (const { name, text } of [...texts, ...versions.map((version) => ({ name: version, text: version }))]) {
        const headers = { 'If-Match': text };
        wrong.note(`${mode}: PUT ${name}`, await client.put(`/Users/${id}`, { schemas: [USER], userName: 'x' }, { headers }), '412');
        wrong.note(`${mode}: DELETE ${name}`, await client.delete(`/Users/${id}`, { headers }), '412');
        wrong.note(`${mode}: GET ${name}`, await client.get(`/Users/${id}`, { headers: { 'If-None-Match': text } }), '200');
      }
      expect((await client.get(`/Users/${id}`)).text).toBe(before.text);
    }
    expect(wrong.answers).toEqual({});
  });

  it('an Accept of any kind is answered, a Content-Type of another kind is 415', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const before = await total(client, '/Users');
      for (const { name, text } of texts) {
        wrong.note(`${mode}: Accept ${name}`, await client.get('/Users?count=0', { headers: { accept: text } }), '200');
        const user = { schemas: [USER], userName: unique() };
        const type = text.trim() === '' ? 'text/plain' : text;
        wrong.note(`${mode}: Content-Type ${name}`, await client.post('/Users', user, { headers: { 'content-type': type } }), '415');
      }
      expect(await total(client, '/Users')).toBe(before);
    }
    expect(wrong.answers).toEqual({});
  });
});

describe('hostile bodies', () => {
  it('POST: what is no user is refused, and nobody comes about by it', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const before = await total(client, '/Users');
      for (const body of [...NO_MESSAGE, ...NO_USER]) {
        const reply = await withBody(client, 'POST', '/Users', body.raw);
        wrong.note(`${mode}: ${body.name}`, reply, expected(body, mode));
        if (reply.status === 201) await client.delete(`/Users/${reply.json['id']}`);
      }
      expect(await total(client, '/Users')).toBe(before);
    }
    expect(wrong.answers).toEqual({});
  });

  it('PUT: what is no user is refused, and the user stays as it was', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const id = await client.newUser(unique(), { title: 'T', emails: [{ value: 'x@example.com' }] });
      const before = await client.get(`/Users/${id}`);
      for (const body of [...NO_MESSAGE, ...NO_USER]) {
        wrong.note(`${mode}: ${body.name}`, await withBody(client, 'PUT', `/Users/${id}`, body.raw), expected(body, mode));
      }
      expect((await client.get(`/Users/${id}`)).text).toBe(before.text);
    }
    expect(wrong.answers).toEqual({});
  });

  it('POST and PUT: what is odd in a user is left out, and never comes back', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      for (const body of ODD_USERS) {
        const reply = await withBody(client, 'POST', '/Users', body.raw);
        wrong.note(`${mode}: POST ${body.name}`, reply, expected(body, mode));
        if (reply.status !== 201) continue;
        const path = `/Users/${reply.json['id']}`;
        const replaced = await withBody(client, 'PUT', path, body.raw);
        wrong.note(`${mode}: PUT ${body.name}`, replaced, '200');
        const read = await client.get(path);
        for (const { text, json } of [reply, replaced, read]) {
          expect(text, body.name).not.toMatch(/evil|__proto__|constructor|prototype|password|\ufffd/);
          expect(json, body.name).toMatchObject({ schemas: [USER], userName: PERSON });
        }
        wrong.note(`${mode}: DELETE ${body.name}`, await client.delete(path), '204');
      }
    }
    expect(wrong.answers).toEqual({});
  });

  it('PATCH: what is no change is refused, and the user stays as it was', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const id = await client.newUser(unique(), { title: 'T', nickName: 'N', emails: [{ value: 'x@example.com', type: 'work' }] });
      const before = await client.get(`/Users/${id}`);
      for (const body of [
        ...NO_MESSAGE.filter(({ name }) => !/^the value|schemas twice|userName twice/.test(name)),
        ...NO_PATCH,
        ...IDLE_PATCHES,
      ]) {
        wrong.note(`${mode}: ${body.name}`, await withBody(client, 'PATCH', `/Users/${id}`, body.raw), expected(body, mode));
      }
      expect((await client.get(`/Users/${id}`)).text).toBe(before.text);
    }
    expect(wrong.answers).toEqual({});
  });

  it('PATCH: a path that is none is 400 for a user and for a group, and nothing is changed', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      // A well-formed name that no schema here has is left out by a tolerant connection: others may know it.
      const refusals = (text: string) => [
        ...['400 invalidPath', '400 invalidFilter', '400 invalidValue'],
        ...(mode === 'tolerant' && WELL_FORMED.test(text) ? ['200', '204'] : []),
      ];
      const user = await client.newUser(unique(), { title: 'T', emails: [{ value: 'x@example.com', type: 'work' }] });
      const group = await client.newGroup(unique(), [user]);
      const [userBefore, groupBefore] = [await client.get(`/Users/${user}`), await client.get(`/Groups/${group}`)];
      for (const [i, { name, text }] of HOSTILE_PATHS.entries()) {
        const op = ['add', 'replace', 'remove'][i % 3];
        const operation = { op, path: text, ...(op !== 'remove' && { value: PERSON }) };
        wrong.note(`${mode}: user, ${op} ${name}`, await client.patch(`/Users/${user}`, [operation]), ...refusals(text));
        wrong.note(`${mode}: group, ${op} ${name}`, await client.patch(`/Groups/${group}`, [operation]), ...refusals(text));
        const member = { op, path: text.replace(/^emails/, 'members'), ...(op !== 'remove' && { value: { value: PERSON } }) };
        if (i % 5 === 0)
          wrong.note(
            `${mode}: members, ${op} ${name}`,
            await client.patch(`/Groups/${group}`, [member]),
            ...refusals(text),
            '400 mutability',
          );
      }
      expect((await client.get(`/Users/${user}`)).text).toBe(userBefore.text);
      expect((await client.get(`/Groups/${group}`)).text).toBe(groupBefore.text);
    }
    expect(wrong.answers).toEqual({});
  });

  it('a value without a path: an unknown name is left out by a tolerant connection, and refused by a strict one', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const id = await client.newUser(unique());
      const before = await client.get(`/Users/${id}`);
      for (const { name, text } of HOSTILE_NAMES) {
        const reply = await client.patch(`/Users/${id}`, [{ op: 'add', value: Object.fromEntries([[text, 'evil']]) }]);
        // A bracket makes it a value path that is malformed: no attribute that some other provider may know.
        wrong.note(`${mode}: ${name}`, reply, mode === 'strict' || text.includes('[') ? '400 invalidPath' : '200');
      }
      expect((await client.get(`/Users/${id}`)).text).toBe(before.text);
    }
    expect(wrong.answers).toEqual({});
  });

  it('groups: what is no group is refused, and none comes about by it', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const before = await total(client, '/Groups');
      for (const body of [...NO_MESSAGE, ...NO_GROUP]) {
        const reply = await withBody(client, 'POST', '/Groups', body.raw);
        wrong.note(`${mode}: ${body.name}`, reply, expected(body, mode));
        if (reply.status === 201) await client.delete(`/Groups/${reply.json['id']}`);
      }
      expect(await total(client, '/Groups')).toBe(before);
    }
    expect(wrong.answers).toEqual({});
  });

  it('members of any spelling that are no users: left out and told by a tolerant connection, refused by a strict one', async () => {
    const wrong = new Wrong();
    for (const { mode, client } of clients) {
      const group = await client.newGroup(unique());
      const before = await client.get(`/Groups/${group}`);
      for (const { name, text } of [...HOSTILE_NAMES, ...ODD_CHARACTERS]) {
        const reply = await client.patch(`/Groups/${group}`, [{ op: 'add', path: 'members', value: [{ value: text }] }]);
        wrong.note(`${mode}: ${name}`, reply, mode === 'strict' ? '400 invalidValue' : '204');
        wrong.note(
          `${mode}: replace ${name}`,
          await client.patch(`/Groups/${group}`, [{ op: 'remove', path: `members[value eq "x${name.replace(/\W/g, '')}"]` }]),
          '204',
        );
      }
      expect((await client.get(`/Groups/${group}`)).text).toBe(before.text);
    }
    expect(wrong.answers).toEqual({});
  });
});

describe('odd text that is text (RFC 7643 §2.3.1)', () => {
  it('comes back as it was sent, and is found', async () => {
    for (const { client } of clients) {
      for (const { name, text } of ODD_CHARACTERS.filter(({ text: each }) => each.isWellFormed())) {
        const userName = `a${text}b${crypto.randomUUID()}`;
        const id = await client.newUser(userName, {
          schemas: [USER, ENTERPRISE],
          title: text,
          emails: [{ value: text }],
          [ENTERPRISE]: { department: text },
        });
        const { json } = await client.get(`/Users/${id}`);
        expect(json, name).toMatchObject({ userName, title: text, emails: [{ value: text }], [ENTERPRISE]: { department: text } });
        for (const filter of [`userName eq ${JSON.stringify(userName)}`, `title co ${JSON.stringify(text)} and id eq "${id}"`]) {
          expect((await withQuery(client, '/Users', { filter })).json, name).toMatchObject({ totalResults: 1 });
        }
      }
    }
  });

  it('composed and decomposed letters are the same name, RFC 7643 §2.2, and each is returned as it was sent', async () => {
    for (const { client } of clients) {
      const [composed, decomposed] = ['\u00c5ngstr\u00f6m', 'A\u030angstro\u0308m'];
      const id = await client.newUser(decomposed);
      const reply = await client.post('/Users', { schemas: [USER], userName: composed });
      expect(answerOf(reply)).toBe('409 uniqueness');
      expect((await client.get(`/Users/${id}`)).json['userName']).toBe(decomposed);
      for (const name of [composed, decomposed, composed.toLowerCase()]) {
        expect((await withQuery(client, '/Users', { filter: `userName eq "${name}"` })).json, name).toMatchObject({ totalResults: 1 });
      }
      const group = await client.newGroup(composed);
      expect(answerOf(await client.post('/Groups', { schemas: [GROUP], displayName: decomposed }))).toBe('409 uniqueness');
      expect((await client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: decomposed }])).status).toBe(204);
    }
  });
});
