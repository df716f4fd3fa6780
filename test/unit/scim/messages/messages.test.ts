import { describe, expect, it } from 'vitest';
import { ScimError } from '../../../../shared/scim/errors.ts';
import { errorResponse } from '../../../../shared/scim/messages/error-response.ts';
import { listResponse } from '../../../../shared/scim/messages/list-response.ts';
import { parsePaging } from '../../../../shared/scim/messages/paging.ts';

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
    [{ startIndex: '0', count: '0' }, 1, 0],
    [{ startIndex: '-5', count: '-5' }, 1, 0],
    [{ count: '1001' }, 1, 1000],
    [{ startIndex: '9'.repeat(300), count: '9'.repeat(300) }, Number.MAX_SAFE_INTEGER, 1000],
    [{ startIndex: ' 2 ', count: '+3' }, 2, 3],
  ])('%j', (query, startIndex, count) => {
    for (const mode of ['strict', 'tolerant'] as const) expect(parsePaging(query, { mode })).toEqual({ startIndex, count });
  });

  it.each(['x', '', '1.5', '1e3', '0x10', '--1', 'NaN', 'Infinity'])('refuses %j in strict mode, takes the default in tolerant', (text) => {
    for (const name of ['startIndex', 'count'] as const) {
      const refusal = expect.objectContaining({ scimType: 'invalidValue', message: expect.stringContaining(name) });
      expect(() => parsePaging({ [name]: text }, { mode: 'strict' })).toThrow(refusal);
      expect(parsePaging({ [name]: text }, { mode: 'tolerant' })).toEqual({ startIndex: 1, count: 100 });
    }
  });

  it('takes other limits', () => {
    expect(parsePaging({}, { mode: 'strict', default: 20, max: 50 }).count).toBe(20);
    expect(parsePaging({ count: '60' }, { mode: 'strict', default: 20, max: 50 }).count).toBe(50);
  });
});
