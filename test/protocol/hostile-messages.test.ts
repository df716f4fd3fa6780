import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HostileBody, NO_MESSAGE, NO_USER, PASSWORD, PERSON } from './hostile-bodies.ts';
import { HOSTILE_FILTERS, HOSTILE_NAMES, INHERITED_NAMES, LONG_TEXTS, ODD_CHARACTERS } from './hostile-texts.ts';
import { prototypeState } from './prototype-state.ts';
import { ERROR, GROUP, type Json, type Reply, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
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
  expect(prototypeState()).toEqual(prototypes);
  for (const line of service.lines.splice(0)) {
    expect(line).not.toContain(PASSWORD);
    expect(JSON.parse(line)).not.toMatchObject({ kind: 'error' });
  }
});
afterAll(() => service.close());

/** The status and scimType of an error, of a reply or of one operation in it; `odd` if its form is not RFC 7644 §3.12's. */
function answerOf(status: number, json: Json): string {
  if (status < 400) return String(status);
  const { schemas, detail, scimType } = json;
  const isError = JSON.stringify(schemas) === JSON.stringify([ERROR]) && json['status'] === String(status);
  const isText = typeof detail === 'string' && detail !== '' && detail.isWellFormed() && !/\p{Cc}/u.test(detail);
  const isSilent = ![PERSON, PASSWORD].some((value) => String(detail).includes(value));
  return [status, ...(scimType === undefined ? [] : [scimType]), ...(isError && isText && isSilent ? [] : ['odd', detail])].join(' ');
}
const answer = ({ status, json }: Reply) => answerOf(status, json);
const operationAnswers = ({ json }: Reply) =>
  (json['Operations'] as Json[]).map((each) => {
    expect(each['status']).toEqual(expect.any(String));
    return answerOf(Number(each['status']), (each['response'] ?? {}) as Json);
  });
const bulk = (client: ScimClient, Operations: unknown, more: Json = {}) => client.post('/Bulk', { schemas: [BULK], Operations, ...more });
const search = (client: ScimClient, path: string, query: Json) => client.post(`${path}/.search`, { schemas: [SEARCH], ...query });
const totals = async (client: ScimClient) =>
  Promise.all(['/Users', '/Groups'].map(async (path) => (await client.get(`${path}?count=0`)).json['totalResults']));
/** Bodies of bytes that are no text are the same to every endpoint. */
const texts = (bodies: readonly HostileBody[]) =>
  bodies.flatMap((body) => (typeof body.raw === 'string' ? [{ ...body, raw: body.raw }] : []));

describe('a name given twice, in different spellings', () => {
  it('in a PatchOp: 400 invalidSyntax, and nothing is changed (RFC 7644 §3.5.2: "exactly one "op" member")', async () => {
    for (const { mode, client } of clients) {
      const user = await client.newUser(`spelled-${mode}@example.com`);
      const group = await client.newGroup(`Spelled ${mode}`, [user]);
      const title = { op: 'replace', path: 'title', value: 'New' };
      const remove = { op: 'remove', path: 'members' };
      const add = (member: Json) => ({ op: 'add', path: 'members', value: [member] });
      const refused: [string, Json][] = [
        [`/Users/${user}`, { Operations: [{ ...title, OP: 'remove' }] }],
        [`/Users/${user}`, { Operations: [{ ...title, Path: 'active' }] }],
        [`/Users/${user}`, { Operations: [{ ...title, VALUE: 'Other' }] }],
        [`/Users/${user}`, { Operations: [title], operations: [] }],
        [`/Users/${user}`, { Operations: [title], Schemas: [] }],
        [`/Groups/${group}`, { Operations: [{ ...remove, Op: 'add' }] }],
        [`/Groups/${group}`, { Operations: [remove, add({ value: user, Value: 'x' })] }],
        [`/Groups/${group}`, { Operations: [remove, add({ value: user, type: 'User', TYPE: 'Group' })] }],
      ];
      for (const [path, message] of refused) {
        const reply = await client.request('PATCH', path, { body: { schemas: [PATCH_OP], ...message } });
        expect(answer(reply), `${mode}: ${JSON.stringify(message)}`).toBe('400 invalidSyntax');
      }
      expect((await client.get(`/Users/${user}`)).json['title']).toBeUndefined();
      expect((await client.get(`/Groups/${group}`)).json['members']).toMatchObject([{ value: user }]);
    }
  });

  it('in a BulkRequest: 400 invalidSyntax, and none of its operations is done', async () => {
    for (const { mode, client } of clients) {
      const user = await client.newUser(`spelled-bulk-${mode}@example.com`);
      const one = { method: 'DELETE', path: `/Users/${user}` };
      const post = { method: 'POST', path: '/Users', bulkId: 'a', data: {} };
      for (const message of [
        { Operations: [one], operations: [] },
        { Operations: [one], failOnErrors: 1, FailOnErrors: 2 },
        { Operations: [one, { ...one, Method: 'PUT' }] },
        { Operations: [one, { ...one, PATH: '/Users' }] },
        { Operations: [one, { ...one, version: 'W/"1"', Version: 'W/"2"' }] },
        { Operations: [one, { ...post, bulkID: 'b' }] },
        { Operations: [one, { ...post, Data: {} }] },
      ]) {
        expect(answer(await client.post('/Bulk', { schemas: [BULK], ...message })), `${mode}: ${JSON.stringify(message)}`).toBe(
          '400 invalidSyntax',
        );
      }
      expect((await client.get(`/Users/${user}`)).status).toBe(200);
    }
  });

  it('in a SearchRequest: 400 invalidSyntax', async () => {
    for (const { mode, client } of clients) {
      for (const [name, value] of Object.entries({
        ...{ filter: 'title pr', sortBy: 'userName', sortOrder: 'descending', startIndex: 1, count: 1, cursor: '' },
        ...{ attributes: ['title'], excludedAttributes: ['title'], schemas: [SEARCH] },
      })) {
        const reply = await search(client, '/Users', { [name]: value, [name.toUpperCase()]: value });
        expect(answer(reply), `${mode}: ${name}`).toBe('400 invalidSyntax');
      }
    }
  });
});

describe('hostile Bulk requests (RFC 7644 §3.7)', () => {
  it('what is no BulkRequest is refused as a whole', async () => {
    for (const { mode, client } of clients) {
      const before = await totals(client);
      for (const { name, raw } of texts(NO_MESSAGE)) {
        expect(answer(await client.request('POST', '/Bulk', { rawBody: raw })), `${mode}: ${name}`).toBe('400 invalidSyntax');
      }
      for (const operations of [
        null,
        {},
        'x',
        5,
        [],
        { length: 1, 0: {} },
        [null],
        [5],
        ['x'],
        [[]],
        [{}],
        [{ method: 5 }],
        [{ method: 'x'.repeat(10_000) }],
      ]) {
        expect(answer(await bulk(client, operations)), `${mode}: ${JSON.stringify(operations)?.slice(0, 80)}`).toBe('400 invalidSyntax');
      }
      for (const failOnErrors of ['1', -1, 0, 1.5, [], {}, true]) {
        const reply = await bulk(client, [{ method: 'DELETE', path: '/Users/x' }], { failOnErrors });
        expect(answer(reply), `${mode}: failOnErrors ${failOnErrors}`).toMatch(/^400 invalid(Syntax|Value)$/);
      }
      expect(await totals(client)).toEqual(before);
    }
  });

  it('an operation that is none fails by itself: never the request, never by 500', async () => {
    const odd: unknown[] = [
      ...[{ method: 'POST' }, { method: 'POST', path: 5 }, { method: 'GET', path: '/Users' }],
      ...[...INHERITED_NAMES, '', 'TRACE', 'x'.repeat(2_000)].map((method, i) => ({ method, path: '/Users', bulkId: `m${i}`, data: {} })),
      ...[...HOSTILE_NAMES, ...ODD_CHARACTERS].flatMap(({ text }) =>
        ['', '/', '/Users/', '/Users/bulkId:', '/Groups/'].map((before) => ({
          method: 'DELETE',
          path: `${before}${text.slice(0, 5_000)}`,
        })),
      ),
      ...[null, 5, 'x', [], [[]]].map((data) => ({ method: 'PUT', path: '/Users/00000000-0000-4000-8000-000000000000', data })),
      ...ODD_CHARACTERS.map(({ text }) => ({ method: 'DELETE', path: '/Users/x', version: text })),
    ];
    for (const { mode, client } of clients) {
      const before = await totals(client);
      for (let start = 0; start < odd.length; start += 500) {
        const reply = await bulk(client, odd.slice(start, start + 500));
        expect(answer(reply), mode).toBe('200');
        for (const [i, each] of operationAnswers(reply).entries()) {
          expect(each, `${mode}: ${JSON.stringify(odd[start + i])?.slice(0, 100)}`).toMatch(
            /^(400 (invalidSyntax|invalidValue|invalidPath)|404|405|409|413|501)$/,
          );
        }
      }
      expect(await totals(client)).toEqual(before);
    }
  });

  it('data that is no user gets the answer that the single request gets', async () => {
    for (const { mode, client } of clients) {
      const before = await totals(client);
      for (const { name, raw, answer: tolerant, strict = tolerant } of texts(NO_USER)) {
        const rawBody = `{"schemas":["${BULK}"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":${raw}}]}`;
        const reply = await client.request('POST', '/Bulk', { rawBody });
        expect(reply.status === 200 ? operationAnswers(reply) : [answer(reply)], `${mode}: ${name}`).toEqual([
          mode === 'strict' ? strict : tolerant,
        ]);
      }
      expect(await totals(client)).toEqual(before);
    }
  });

  it('a bulkId may be any text, and means what has it: never what an object inherits', async () => {
    for (const { client } of clients) {
      for (const bulkId of [...INHERITED_NAMES, 'a:b', 'a/b', '%2F', '"', 'ü\u202e']) {
        const userName = `${crypto.randomUUID()}@example.com`;
        const reply = await bulk(client, [
          {
            method: 'POST',
            path: '/Groups',
            bulkId: 'group',
            data: { schemas: [GROUP], displayName: userName, members: [{ value: `bulkId:${bulkId}` }] },
          },
          { method: 'POST', path: '/Users', bulkId, data: { schemas: [USER], userName } },
        ]);
        expect(operationAnswers(reply), bulkId).toEqual(['201', '201']);
        const [group, user] = reply.json['Operations'] as [Json, Json];
        expect(user['bulkId']).toBe(bulkId);
        const idOf = (operation: Json) => String(operation['location']).split('/').at(-1) ?? '';
        expect(await client.memberIds(idOf(group))).toEqual([idOf(user)]);
      }
      // Without an operation of that bulkId there is nothing to mean.
      for (const bulkId of INHERITED_NAMES) {
        const data = { schemas: [GROUP], displayName: 'evil', members: [{ value: `bulkId:${bulkId}` }] };
        expect(operationAnswers(await bulk(client, [{ method: 'POST', path: '/Groups', bulkId: 'g', data }])), bulkId).toEqual([
          expect.stringMatching(/^409/),
        ]);
      }
    }
  });
});

describe('hostile searches (RFC 7644 §3.4.3)', () => {
  it('what is no SearchRequest is 400 invalidSyntax', async () => {
    for (const { mode, client } of clients) {
      for (const path of ['', '/Users', '/Groups']) {
        for (const { name, raw } of texts(NO_MESSAGE)) {
          expect(answer(await client.request('POST', `${path}/.search`, { rawBody: raw })), `${mode}: ${path} ${name}`).toBe(
            '400 invalidSyntax',
          );
        }
      }
      const wrong: Json[] = ['filter', 'sortBy', 'sortOrder', 'cursor'].flatMap((name) =>
        [5, [], {}, true, ['x']].map((value) => ({ [name]: value })),
      );
      wrong.push(...['count', 'startIndex'].flatMap((name) => ['5', 1.5, [], {}, true].map((value) => ({ [name]: value }))));
      wrong.push(
        ...['attributes', 'excludedAttributes'].flatMap((name) =>
          ['userName', 5, {}, [5], [null], [['x']]].map((value) => ({ [name]: value })),
        ),
      );
      for (const query of wrong)
        expect(answer(await search(client, '/Users', query)), `${mode}: ${JSON.stringify(query)}`).toBe('400 invalidSyntax');
    }
  });

  it('a filter that is none is 400 invalidFilter, at the root too', async () => {
    for (const { mode, client } of clients) {
      for (const { name, text } of HOSTILE_FILTERS) {
        expect(answer(await search(client, '', { filter: text })), `${mode}: ${name}`).toBe('400 invalidFilter');
      }
    }
  });

  it('names, a cursor and an order that are none are told or left out, however long', async () => {
    for (const { mode, client } of clients) {
      const isLong = (text: string) => text.length > 64 * 1024;
      for (const { name, text } of [...HOSTILE_NAMES, ...LONG_TEXTS, ...ODD_CHARACTERS]) {
        const named = `${mode}: ${name}`;
        const attributes = answer(await search(client, '/Users', { attributes: [text] }));
        expect(attributes, named).toBe(isLong(text) ? '400 invalidValue' : '200');
        expect(answer(await search(client, '/Groups', { excludedAttributes: [text, text] })), named).toMatch(/^(200|400 invalidValue)$/);
        expect(answer(await search(client, '', { cursor: text })), named).toBe('400 invalidCursor');
        expect(answer(await search(client, '', { sortBy: text })), named).toBe(mode === 'strict' ? '400 invalidPath' : '200');
        expect(answer(await search(client, '', { sortOrder: text })), named).toBe(mode === 'strict' ? '400 invalidValue' : '200');
      }
    }
  });
});
