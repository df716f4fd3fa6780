import { describe, expect, it } from 'vitest';
import { ScimError } from '../../../../shared/scim/errors.ts';
import { errorResponse } from '../../../../shared/scim/messages/error-response.ts';
import { queryOfParameters } from '../../../../shared/scim/messages/list-query.ts';
import { listResponse } from '../../../../shared/scim/messages/list-response.ts';
import { type PagingParameters, parsePaging } from '../../../../shared/scim/messages/paging.ts';

describe('ListResponse, RFC 7644 §3.4.2', () => {
  it('counts the page, and has Resources when it is empty', () => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
    expect(listResponse({ totalResults: 7, startIndex: 3, resources: [{ id: 'a' }, { id: 'b' }] })).toEqual({
      schemas,
      totalResults: 7,
      startIndex: 3,
      itemsPerPage: 2,
      Resources: [{ id: 'a' }, { id: 'b' }],
    });
    expect(listResponse({ totalResults: 0, startIndex: 1, resources: [] })).toEqual({
      schemas,
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
  });

  it('of a page by cursor has no index, and a total only where it is known (RFC 9865 §2)', () => {
    expect(listResponse({ nextCursor: 'c', resources: [] })).toStrictEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      itemsPerPage: 0,
      nextCursor: 'c',
      Resources: [],
    });
  });
});

describe('Error, RFC 7644 §3.12', () => {
  it('has the status as a string, and scimType only where there is a keyword', () => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];
    expect(errorResponse(new ScimError('uniqueness', 'Taken.'))).toStrictEqual({
      schemas,
      status: '409',
      scimType: 'uniqueness',
      detail: 'Taken.',
    });
    expect(errorResponse(new ScimError(404, 'Not here.'))).toStrictEqual({ schemas, status: '404', detail: 'Not here.' });
  });
});

describe('startIndex and count, RFC 7644 §3.4.2.4', () => {
  it.each([
    [{}, 1, 100],
    [{ startIndex: '3', count: '7' }, 3, 7],
    [{ startIndex: 3, count: 7 }, 3, 7],
    [{ startIndex: '0', count: '0' }, 1, 0],
    [{ startIndex: '-5', count: '-5' }, 1, 0],
    [{ startIndex: -5, count: -5 }, 1, 0],
    [{ count: '1001' }, 1, 1000],
    [{ startIndex: '9'.repeat(300), count: '9'.repeat(300) }, Number.MAX_SAFE_INTEGER, 1000],
    [{ startIndex: 1e300, count: 1e300 }, Number.MAX_SAFE_INTEGER, 1000],
    [{ startIndex: ' 2 ', count: '+3' }, 2, 3],
  ])('%j', (query, startIndex, count) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(paging(query, mode)).toEqual({ paging: { method: 'index', startIndex, count }, told: [] });
    }
  });

  it.each(['x', '', '1.5', '1e3', '0x10', '--1', 'NaN', 'Infinity'])('refuses %j in strict mode, takes the default in tolerant', (text) => {
    for (const name of ['startIndex', 'count'] as const) {
      const refusal = expect.objectContaining({ scimType: 'invalidValue', message: expect.stringContaining(name) });
      expect(() => paging({ [name]: text }, 'strict')).toThrow(refusal);
      expect(paging({ [name]: text }, 'tolerant')).toEqual({
        paging: { method: 'index', startIndex: 1, count: 100 },
        told: [`paging ${name}`],
      });
    }
  });
});

describe('cursor and count, RFC 9865 §2', () => {
  it.each([
    [{ cursor: '' }, '', 100],
    [{ cursor: 'abc', count: '7' }, 'abc', 7],
    [{ cursor: '', count: '-7' }, '', 0],
    [{ cursor: '', count: 1000 }, '', 1000],
  ])('%j', (query, cursor, count) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(paging(query, mode)).toEqual({ paging: { method: 'cursor', cursor, count }, told: [] });
    }
  });

  it.each(['1001', '9'.repeat(300), 'x', '', '1.5'])('count %s is invalidCount in either mode', (count) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(() => paging({ cursor: '', count }, mode)).toThrow(
        expect.objectContaining({ scimType: 'invalidCount', status: 400, message: expect.stringContaining('1000') }),
      );
    }
  });

  it('with startIndex is refused in strict mode; in tolerant the cursor decides', () => {
    const both = { cursor: '', startIndex: '1' };
    expect(() => paging(both, 'strict')).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    expect(paging(both, 'tolerant')).toEqual({ paging: { method: 'cursor', cursor: '', count: 100 }, told: ['bothPagings startIndex'] });
  });
});

describe('the query of a list, RFC 7644 §3.4.2', () => {
  it('is read from the parameters of the address; the others are not looked at', () => {
    const parameters = new Map(Object.entries({ filter: 'title pr', sortBy: 'title', attributes: 'title', aadOptscim062020: '' }));
    expect(queryOfParameters(parameters, { mode: 'strict', onTolerance: () => {} })).toEqual({
      filter: 'title pr',
      sort: { by: 'title', isDescending: false },
      paging: { method: 'index', startIndex: 1, count: 100 },
      attributes: 'title',
      excludedAttributes: undefined,
    });
  });

  it.each([
    ['ascending', false],
    ['descending', true],
    ['Descending', true],
  ])('sortOrder=%s', (sortOrder, isDescending) => {
    const { sort } = queryOfParameters(new Map(Object.entries({ sortBy: 'title', sortOrder })), { mode: 'strict', onTolerance: () => {} });
    expect(sort).toEqual({ by: 'title', isDescending });
  });
});

function paging(query: PagingParameters, mode: 'strict' | 'tolerant') {
  const told: string[] = [];
  return { paging: parsePaging(query, { mode, onTolerance: (id, where) => told.push(`${id} ${where}`) }), told };
}
