import { expect } from 'vitest';
import { differences } from '../idp/fixture.ts';
import type { Json, ScimClient } from '../protocol/scim-client.ts';
import { expectShape, isAnswered, type Use, type Uses } from './sample-use.ts';

/** 100 people, as many as the samples count, whom all of their filters find. */
async function hundredPeople(client: ScimClient): Promise<void> {
  for (let i = 0; i < 100; i++) await client.newUser(`J${i}`, { displayName: `Smith ${i}` });
}

/**
 * Everything of a page of the sample but its resources, which are left out there; what is a cursor is one here too. Of what a filter
 * finds page by page nobody knows the total: "providers … unable to estimate totalResults MAY choose to omit" it (§2).
 */
function expectPage(reply: Json, { Resources: _, nextCursor, totalResults, ...sample }: Json): void {
  expect(reply).toMatchObject(sample);
  expect([undefined, totalResults]).toContain(reply['totalResults']);
  expect(reply['Resources']).toHaveLength(Number(sample['itemsPerPage']));
  if (nextCursor !== undefined) expect(reply['nextCursor']).toMatch(/^[A-Za-z0-9\-._~]+$/);
}

const firstPage: Use = async (sample, client) => {
  await hundredPeople(client);
  expectPage(isAnswered(await client.get('/Users?filter=username+sw+"J"&cursor&count=10'), 200), sample);
};

/** RFC 9865: pages by cursor. */
export const PAGING_SAMPLES: Uses = {
  '§2 (1)': firstPage,
  '§2 (2)': async (sample, client) => {
    await hundredPeople(client);
    const query = 'filter=username+sw+"J"&count=10';
    const { nextCursor } = isAnswered(await client.get(`/Users?${query}&cursor`), 200);
    const reply = isAnswered(await client.get(`/Users?${query}&cursor=${nextCursor}`), 200);
    // "previousCursor … OPTIONAL": pages are walked forward here.
    const { previousCursor: _, ...rest } = sample;
    expectPage(reply, rest);
    expect(reply['nextCursor']).not.toBe(nextCursor);
  },
  // The answer of a provider that has cursors only, to a query that names none.
  '§2.3 (1)': async (sample, client) => {
    await hundredPeople(client);
    const reply = isAnswered(await client.get('/Users?count=50'), 200);
    // Here it is by index. §2.4: who "previously supported only index-based pagination … should use index as the default".
    const { nextCursor: _, ...rest } = sample;
    expectPage(reply, { ...rest, totalResults: 100, itemsPerPage: 50 });
    expect(reply).not.toHaveProperty('nextCursor');
  },
  '§3 (1)': async (sample, client) => {
    await hundredPeople(client);
    const reply = isAnswered(await client.post('/Users/.search', sample), 200);
    expect(reply['itemsPerPage']).toBe(10);
    for (const resource of reply['Resources'] as Json[])
      expect(Object.keys(resource).sort()).toEqual(['displayName', 'id', 'schemas', 'userName']);
    const body = { ...sample, cursor: reply['nextCursor'] };
    const second = isAnswered(await client.post('/Users/.search', body), 200);
    expect(differences({ itemsPerPage: 10 }, second)).toEqual([]);
    expect(second['Resources']).not.toEqual(reply['Resources']);
  },
  '§3 (2)': async (sample, client) => {
    await hundredPeople(client);
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'displayName sw "smith"',
      cursor: '',
      count: 10,
    };
    expectPage(isAnswered(await client.post('/Users/.search', body), 200), sample);
  },
  '§4 (1)': async (sample, client) => {
    const reply = isAnswered(await client.get('/ServiceProviderConfig'), 200);
    expectShape(reply, sample);
    // §2.4: a provider that had pages by index before keeps them as the default.
    expect(reply['pagination']).toMatchObject({ cursor: true, index: true, defaultPaginationMethod: 'index' });
  },
};
