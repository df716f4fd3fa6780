import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { differences } from '../idp/fixture.ts';
import { ENTERPRISE, GROUP, type Json, PATCH_OP, type ScimClient, USER } from '../protocol/scim-client.ts';
import { asStored } from './as-stored.ts';
import { expectShape, isAnswered, type Use, type Uses } from './sample-use.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const post = (path: string, bulkId: string, data: Json) => ({ method: 'POST', path, bulkId, data });
const bulk = async (client: ScimClient, Operations: readonly Json[], more: Json = {}) =>
  isAnswered(await client.post('/Bulk', { schemas: [BULK_REQUEST], ...more, Operations }), 200);
const resultsOf = (reply: Json) => reply['Operations'] as Json[];
const idOf = (result: Json | undefined) => String(result?.['location']).split('/').at(-1) ?? '';

const ALICE = post('/Users', 'qwerty', { schemas: [USER], userName: 'Alice' });
const ALICES_GROUP = post('/Groups', 'ytrewq', {
  schemas: [GROUP],
  displayName: 'Tour Guides',
  members: [{ type: 'User', value: 'bulkId:qwerty' }],
});

/** A response as the sample has it, but for the server's own ids, versions and words. */
function expectResponse(reply: Json, sample: Json): void {
  const Operations = resultsOf(sample).map(({ location, version, response, ...rest }) => ({
    ...rest,
    location: location === undefined ? '{{absent}}' : '{{*}}',
    version: version === undefined ? '{{absent}}' : '{{*}}',
    response: response === undefined ? '{{absent}}' : { ...(response as Json), detail: '{{*}}' },
  }));
  expect(differences({ ...sample, Operations }, reply)).toEqual([]);
  for (const [i, { location }] of resultsOf(sample).entries())
    if (location !== undefined)
      expect(resultsOf(reply)[i]?.['location']).toMatch(new RegExp(`/${String(location).split('/').at(-2)}/[^/]+$`));
}

/** The users that the sample of §3.7.3 replaces, patches and deletes: by their ids there, their ids here. */
async function threeUsers(client: ScimClient): Promise<Readonly<Record<string, string>>> {
  return {
    'b7c14771-226c-4d05-8860-134711653041': await client.newUser('bob'),
    '5d8d29d3-342c-4b5f-8683-a3cb6763ffcc': await client.newUser('dave', { nickName: 'D' }),
    'e9025315-6bea-44e1-899c-1e07454e468b': await client.newUser('eve'),
  };
}

const created: Use = async (sample, client) => {
  const ours = resultsOf(isAnswered(await client.post('/Bulk', sample), 200));
  expect(ours.map(({ status, bulkId }) => [status, bulkId])).toEqual(resultsOf(sample).map(({ bulkId }) => ['201', bulkId]));
  const [first, second] = ours.map(idOf);
  const [, { data } = {}] = resultsOf(sample);
  const read = (await client.get(String(ours[1]?.['location']).split('/scim/v2')[1] ?? '')).json;
  expect(read['id']).toBe(second);
  expect(asStored(read)).toEqual(asStored(JSON.parse(JSON.stringify(data).replaceAll('bulkId:qwerty', first ?? '')) as Json));
};

/** RFC 7644 §3.7. */
export const BULK_SAMPLES: Uses = {
  // Two groups that are members of each other. Confluence's groups have no groups in them, and a strict connection says so.
  '§3.7.1 (1)': async (sample, client) => {
    for (const { status, response } of resultsOf(isAnswered(await client.post('/Bulk', sample), 200))) {
      expect([status, response]).toMatchObject(['400', { scimType: 'invalidValue', detail: expect.stringContaining('nested groups') }]);
    }
    expect((await client.get('/Groups')).json['totalResults']).toBe(0);
  },
  '§3.7.2 (1)': created,
  '§3.7.2 (2)': async (sample, client) => {
    const reply = await bulk(client, [ALICE, ALICES_GROUP]);
    expectResponse(reply, sample);
    expect(resultsOf(reply)[0]?.['version']).toMatch(/^W\/"[^"]+"$/);
  },
  '§3.7.2 (3)': async (sample, client) => {
    const [alice, group] = resultsOf(await bulk(client, [ALICE, ALICES_GROUP])).map(idOf);
    const read = isAnswered(await client.get(`/Groups/${group}`), 200);
    expectShape(read, sample);
    expect(asStored(read)).toEqual(asStored({ ...sample, members: [{ value: alice }] }));
  },
  '§3.7.2 (4)': created,
  '§3.7.3 (1)': async (sample, client) => {
    let text = JSON.stringify(sample).replaceAll(/"version":"(?:[^"\\]|\\.)*"/g, '"version":"W/\\"1\\""');
    const ids = await threeUsers(client);
    for (const [printed, id] of Object.entries(ids)) text = text.replaceAll(printed, id);
    const results = resultsOf(isAnswered(await client.post('/Bulk', JSON.parse(text)), 200));
    expect(results.map(({ method, status }) => [method, status])).toEqual([
      ['POST', '201'],
      ['PUT', '200'],
      ['PATCH', '200'],
      ['DELETE', '204'],
    ]);
    const names = ((await client.get('/Users')).json['Resources'] as Json[]).map(({ userName }) => userName);
    expect(names.sort()).toEqual(['Alice', 'Bob', 'Dave']);
  },
  '§3.7.3 (2)': async (sample, client) => {
    const [bob, dave, eve] = Object.values(await threeUsers(client));
    const reply = await bulk(client, [
      ALICE,
      { method: 'PUT', path: `/Users/${bob}`, data: { schemas: [USER], userName: 'Bob' } },
      { method: 'PATCH', path: `/Users/${dave}`, data: { schemas: [PATCH_OP], Operations: [{ op: 'remove', path: 'nickName' }] } },
      { method: 'DELETE', path: `/Users/${eve}` },
    ]);
    expectResponse(reply, sample);
  },
  // What the request of the sample really gets: its user has the schema of no user.
  '§3.7.3 (3)': async (sample, client) => {
    const wrong = post('/Users', 'qwerty', { schemas: ['urn:ietf:params:scim:api:messages:2.0:User'], userName: 'Alice' });
    expectResponse(await bulk(client, [wrong, ALICES_GROUP], { failOnErrors: 1 }), sample);
  },
  '§3.7.3 (4)': async (sample, client) => {
    const [bob, dave] = Object.values(await threeUsers(client));
    const version = 'W/"3694e05e9dff591"';
    const wrong = post('/Users', 'qwerty', { schemas: ['urn:ietf:params:scim:api:messages:2.0:User'], userName: 'Alice' });
    const reply = await bulk(client, [
      wrong,
      { method: 'PUT', path: `/Users/${bob}`, version, data: { schemas: [USER], userName: 'Bob' } },
      { method: 'PATCH', path: `/Users/${dave}`, version, data: { schemas: [PATCH_OP], Operations: [{ op: 'remove', path: 'nickName' }] } },
      { method: 'DELETE', path: `/Users/${randomUUID()}` },
    ]);
    expectResponse(reply, sample);
  },
  '§3.7.4 (1)': async (sample, client) => {
    const data = { schemas: [USER, ENTERPRISE], userName: 'large', title: 'x'.repeat(1024 * 1024) };
    const reply = await client.post('/Bulk', { schemas: [BULK_REQUEST], Operations: [post('/Users', 'a', data)] });
    expectShape(isAnswered(reply, 413), sample);
    expect(reply.json).toMatchObject({ status: '413', detail: expect.stringContaining('1048576') });
  },
};
