import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prototypeState } from './prototype-state.ts';
import { ENTERPRISE, GROUP, PATCH_OP, type ScimClient, type ScimService, startScimService, USER } from './scim-client.ts';

/** So many copies of a text as fill a body, with a comma between them. */
function fill(bytes: number, text: (i: number) => string): string {
  const parts: string[] = [];
  for (let length = 300, i = 0; ; i++) {
    const part = text(i);
    length += Buffer.byteLength(part) + 1;
    if (length > bytes) return parts.join(',');
    parts.push(part);
  }
}

const user = (more: string) => `{"schemas":["${USER}","${ENTERPRISE}"],"userName":"large@example.com",${more}}`;
const group = (members: string) => `{"schemas":["${GROUP}"],"displayName":"Large","members":[${members}]}`;
const patch = (operations: string) => `{"schemas":["${PATCH_OP}"],"Operations":[${operations}]}`;
const patchOf = (path: string, value: string) => patch(`{"op":"add","path":"${path}","value":${value}}`);

interface Shape {
  readonly name: string;
  readonly request: 'POST /Users' | 'POST /Groups' | 'PATCH user' | 'PATCH group';
  readonly body: string;
  /** The answers of a tolerant and of a strict connection. */
  readonly answers: readonly [string, string];
}

function shape(name: string, request: Shape['request'], body: string, tolerant: string, strict = tolerant): Shape {
  return { name, request, body, answers: [tolerant, strict] };
}

/** Bodies of one size and of every shape that is slow somewhere, with the answers of a tolerant and of a strict connection. */
function shapes(bytes: number): Shape[] {
  const repeat = (text: string) => fill(bytes, () => text);
  const counted = (before: string, after = '') => fill(bytes, (i) => `${before}${i}${after}`);
  const thousand = (i: number) => `{${Array.from({ length: 1_000 }, (_, k) => `"n${i}-${k}":1`).join(',')}}`;
  const syntax = '400 invalidSyntax';
  const value = '400 invalidValue';
  return [
    shape('empty arrays in what is unknown', 'POST /Users', user(`"x":[${repeat('[]')}]`), '201', syntax),
    shape('arrays of arrays', 'POST /Users', user(`"x":[${repeat('[[[[[[[[]]]]]]]]')}]`), '201', syntax),
    shape('objects in objects', 'POST /Users', user(`"x":[${repeat('{"a":{"b":{"c":{}}}}')}]`), '201', syntax),
    shape('objects of 1,000 names', 'POST /Users', user(`"x":[${fill(bytes, thousand)}]`), '201', syntax),
    shape('elements of 1,000 names', 'POST /Users', user(`"emails":[${fill(bytes, thousand)}]`), '201', syntax),
    shape(
      '1,000 long names',
      'POST /Users',
      user(Array.from({ length: 997 }, (_, i) => `"${'n'.repeat((bytes - 20_000) / 1_000)}${i}":1`).join(',')),
      '201',
      syntax,
    ),
    shape('more names than there may be', 'POST /Users', user(counted('"n', '":1')), syntax),
    shape('one name again and again', 'POST /Users', user(repeat('"title":"x"')), syntax),
    shape('schemas', 'POST /Users', user(`"x":1`).replace('["', `[${counted('"urn:x:', '"')},"`), '201', syntax),
    shape('one schema again and again', 'POST /Users', user(`"title":"x"`).replace('["', `[${repeat(`"${USER}"`)},"`), '201', syntax),
    shape('schemas that are no strings', 'POST /Users', user(`"title":"x"`).replace('["', `[${repeat('{}')},"`), '201', syntax),
    shape('values of one attribute', 'POST /Users', user(`"emails":[${counted('{"value":"', '"}')}]`), value),
    shape('nulls as values', 'POST /Users', user(`"roles":[${repeat('null')}]`), value),
    shape('empty values', 'POST /Users', user(`"addresses":[${repeat('{}')}]`), value),
    shape('primary values', 'POST /Users', user(`"emails":[${repeat('{"primary":true}')}]`), value),
    shape('a number', 'POST /Users', user(`"title":${'9'.repeat(bytes - 300)}`), value),
    shape('read-only values', 'POST /Users', user(`"groups":[${repeat('{"value":"x"}')}],"meta":{}`), '201'),
    shape('a password', 'POST /Users', user(`"password":"${'p'.repeat(bytes - 300)}"`), '201'),
    shape('one member', 'POST /Groups', group(repeat('{"value":"x"}')), '201', value),
    shape('members that are no users', 'POST /Groups', group(counted('{"value":"m', '"}')), '201', value),
    shape('members as strings', 'POST /Groups', group(counted('"m', '"')), '201', value),
    shape('members of long ids', 'POST /Groups', group(fill(bytes, (i) => `{"value":"${'x'.repeat(10_000)}${i}"}`)), '201', value),
    shape('members of another shape', 'POST /Groups', group(repeat('[]')), value),
    shape('nulls as members', 'POST /Groups', group(repeat('null')), '201', '201'),
    shape('operations', 'PATCH user', patch(repeat('{"op":"remove","path":"title"}')), '413'),
    shape('no operations', 'PATCH user', patch(repeat('1')), '413'),
    shape('removals of members', 'PATCH group', patch(counted('{"op":"remove","path":"members[value eq \\"', '\\"]"}')), '413'),
    shape('values in one operation', 'PATCH user', patchOf('emails', `[${counted('{"value":"', '"}')}]`), value),
    shape(
      'values in an operation without a path',
      'PATCH user',
      patch(`{"op":"add","value":{"emails":[${counted('{"value":"', '"}')}]}}`),
      value,
    ),
    shape('unknown values in an operation', 'PATCH user', patchOf('name', `{"x":[${repeat('[]')}]}`), '200', value),
    shape(
      '999 long names in an operation',
      'PATCH user',
      patch(`{"op":"add","value":{${Array.from({ length: 900 }, (_, i) => `"${'n'.repeat((bytes - 20_000) / 1_000)}${i}":1`).join(',')}}}`),
      '200',
      '400 invalidPath',
    ),
    shape('members in one operation', 'PATCH group', patchOf('members', `[${counted('{"value":"m', '"}')}]`), '204', value),
    shape('one member in one operation', 'PATCH group', patchOf('members', `[${repeat('{"value":"x"}')}]`), '204', value),
    shape(
      'a replacement by one member',
      'PATCH group',
      patchOf('members', `[${repeat('{"value":"x","type":"User"}')}]`).replace('add', 'replace'),
      '204',
      value,
    ),
    shape(
      'a removal of members by value',
      'PATCH group',
      patchOf('members', `[${counted('{"value":"m', '"}')}]`).replace('add', 'remove'),
      '204',
      value,
    ),
    shape(
      'a removal of values by value',
      'PATCH user',
      patchOf('emails', `[${counted('{"value":"', '"}')}]`).replace('add', 'remove'),
      value,
    ),
    shape('a path', 'PATCH user', patchOf('n'.repeat(bytes - 300), '1'), '400 invalidPath'),
    shape('an op', 'PATCH user', patch(`{"op":"${'add'.repeat(bytes / 3 - 100)}"}`), syntax),
    shape('white space', 'POST /Users', `${' '.repeat(bytes - 300)}[]`, syntax),
    shape('half a body', 'POST /Users', user(`"title":"${'\\"'.repeat(bytes / 2 - 200)}"`).slice(0, -2), syntax),
    shape('one byte too many', 'POST /Users', `"${'x'.repeat(5 * 1024 * 1024 - 1)}"`, '413'),
  ];
}

/** Drives a body of every shape through the handler. That it comes to an end is the test; how soon is the benchmark's. */
export function largeBodies(bytes: number): void {
  const prototypes = prototypeState();
  let service: ScimService;
  let client: ScimClient;
  let strict: ScimClient;
  beforeAll(async () => {
    service = await startScimService({ inMemory: true });
    client = await service.connect();
    strict = await service.connect({ mode: 'strict' });
  });
  afterAll(() => service.close());

  describe(`bodies of ${bytes / 1024} KB`, () => {
    it.each(shapes(bytes))('$name: $request', async ({ request, body, answers }) => {
      expect(Buffer.byteLength(body)).toBeGreaterThan(bytes / 2);
      const userName = 'before@example.com';
      for (const [i, each] of [client, strict].entries()) {
        const [user, group] = [await each.newUser(userName), await each.newGroup('Before')];
        const [method = '', target = ''] = request.split(' ');
        const path = target === 'user' ? `/Users/${user}` : target === 'group' ? `/Groups/${group}` : target;
        const before = [await each.get(`/Users/${user}`), await each.get(`/Groups/${group}`)].map(({ text }) => text);
        const { status, json } = await each.request(method, path, { rawBody: body });
        expect([status, json['scimType']].filter((part) => part !== undefined).join(' ')).toBe(answers[i]);
        if (status === 201) expect((await each.delete(`${path}/${json['id']}`)).status).toBe(204);
        // What was unknown, empty or refused has changed nothing.
        expect([await each.get(`/Users/${user}`), await each.get(`/Groups/${group}`)].map(({ text }) => text)).toEqual(before);
        for (const made of [`/Users/${user}`, `/Groups/${group}`]) await each.delete(made);
        expect((await each.get('/Users?count=0')).json['totalResults']).toBe(0);
        expect((await each.get('/Groups?count=0')).json['totalResults']).toBe(0);
      }
      expect(prototypeState()).toEqual(prototypes);
      // The log told it in a line that CloudWatch takes.
      for (const line of service.lines.splice(0)) expect(line.length).toBeLessThan(64 * 1024);
    });
  });
}
