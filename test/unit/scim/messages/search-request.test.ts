import { describe, expect, it } from 'vitest';
import { parseSearchRequest, SEARCH_REQUEST_SCHEMA } from '../../../../shared/scim/messages/search-request.ts';

function parsed(body: unknown, mode: 'strict' | 'tolerant' = 'strict') {
  const told: string[] = [];
  return { query: parseSearchRequest(body, { mode, onTolerance: (id, where) => told.push(`${id} ${where}`) }), told };
}
const refusal = (detail: string | RegExp) =>
  expect.objectContaining({ scimType: 'invalidSyntax', status: 400, message: expect.stringMatching(detail) });

describe('SearchRequest, RFC 7644 §3.4.3', () => {
  it('has the parameters of a query; null is not given, others are not looked at', () => {
    const body = {
      schemas: [SEARCH_REQUEST_SCHEMA],
      attributes: ['displayName', 'userName'],
      excludedAttributes: null,
      FILTER: 'title pr',
      sortBy: 'name.familyName',
      sortOrder: 'descending',
      startIndex: 3,
      count: 10,
      cursor: null,
      color: 'red',
    };
    expect(parsed(body)).toEqual({
      query: {
        filter: 'title pr',
        sort: { by: 'name.familyName', isDescending: true },
        paging: { method: 'index', startIndex: 3, count: 10 },
        attributes: 'displayName,userName',
        excludedAttributes: undefined,
      },
      told: [],
    });
  });

  it('with a cursor is paged by cursor (RFC 9865 §3)', () => {
    expect(parsed({ schemas: [SEARCH_REQUEST_SCHEMA], cursor: '', count: 10 }).query.paging).toEqual({
      method: 'cursor',
      cursor: '',
      count: 10,
    });
  });

  it.each([{}, { schemas: [] }, { schemas: null }])('rule 46: %j names no message: refused in strict mode, T14 in tolerant', (body) => {
    expect(() => parsed(body)).toThrow(refusal(SEARCH_REQUEST_SCHEMA));
    expect(parsed(body, 'tolerant').told).toEqual(['T14 schemas']);
  });

  it.each([
    { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'] },
    { schemas: [1] },
    { schemas: SEARCH_REQUEST_SCHEMA },
    { schemas: {} },
  ])('rule 46: %j is another message, in either mode', (body) => {
    for (const mode of ['strict', 'tolerant'] as const) expect(() => parsed(body, mode)).toThrow(refusal(SEARCH_REQUEST_SCHEMA));
  });

  it('finds its URN in any case and beside others', () => {
    expect(parsed({ schemas: ['urn:x', SEARCH_REQUEST_SCHEMA.toUpperCase()] }).told).toEqual([]);
  });

  it.each([
    ['filter', 1],
    ['filter', ['title pr']],
    ['sortBy', {}],
    ['sortOrder', true],
    ['startIndex', '1'],
    ['startIndex', 1.5],
    ['count', '10'],
    ['count', [10]],
    ['cursor', 0],
    ['attributes', 'userName'],
    ['attributes', ['userName', 1]],
    ['excludedAttributes', { userName: true }],
  ])('%s of another type (%j) is refused by its name, in either mode', (name, value) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(() => parsed({ schemas: [SEARCH_REQUEST_SCHEMA], [name]: value }, mode)).toThrow(refusal(`^${name} must be an? `));
    }
  });

  it.each([null, [], 'x', 1])('%j is no message', (body) => {
    for (const mode of ['strict', 'tolerant'] as const) expect(() => parsed(body, mode)).toThrow(refusal('JSON object'));
  });

  it('a list of names is no longer than any URL', () => {
    const attributes = Array(10_000).fill('urn:x:a');
    expect(() => parsed({ schemas: [SEARCH_REQUEST_SCHEMA], attributes })).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });
});
