import { describe, expect, it } from 'vitest';
import {
  BULK_MAX_OPERATIONS,
  BULK_MAX_PAYLOAD_SIZE,
  checkPayloadSize,
  parseBulkRequest,
} from '../../../../shared/scim/messages/bulk-request.ts';
import { bulkResponse } from '../../../../shared/scim/messages/bulk-response.ts';
import { MAX_OPERATIONS } from '../../../../shared/scim/messages/patch-op.ts';
import type { Mode } from '../../../../shared/scim/resources/resource.ts';

const SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const parse = (json: unknown, mode: Mode = 'strict') => parseBulkRequest(json, { mode, onTolerance: () => {} });
const parseOne = (operation: unknown, mode: Mode = 'strict') => parse({ schemas: [SCHEMA], Operations: [operation] }, mode).operations[0];

describe('parseBulkRequest (RFC 7644 §3.7)', () => {
  it('reads an operation, names in any case', () => {
    const data = { userName: 'a' };
    const json = {
      Schemas: [SCHEMA.toUpperCase()],
      FAILONERRORS: 2,
      operations: [{ Method: 'POST', PATH: '/Users', BulkID: 'q', DATA: data }],
    };
    expect(parse(json)).toEqual({ failOnErrors: 2, operations: [{ index: 0, method: 'POST', path: ['Users'], bulkId: 'q', data }] });
  });

  it('takes null for what is not given, and no failOnErrors for no end', () => {
    const json = {
      schemas: [SCHEMA],
      failOnErrors: null,
      Operations: [{ method: 'DELETE', path: '/Users/1', bulkId: null, version: null, data: null }],
    };
    expect(parse(json)).toEqual({
      failOnErrors: Number.POSITIVE_INFINITY,
      operations: [{ index: 0, method: 'DELETE', path: ['Users', '1'], data: undefined }],
    });
  });

  it.each([
    ['/Users/bulkId:q', ['Users', 'bulkId:q']],
    ['Users//x/', ['Users', 'x']],
    ['/Users/a%2Fb', ['Users', 'a/b']],
    ['/Users/%zz', ['Users', '%zz']],
    ['/', []],
  ])('splits the path %s', (path, expected) => {
    expect(parseOne({ method: 'DELETE', path })).toMatchObject({ path: expected });
  });

  it.each<[string, object]>([
    ['no path', { method: 'DELETE' }],
    ['a path that is no text', { method: 'DELETE', path: ['Users'] }],
    ['a path longer than any', { method: 'DELETE', path: `/Users/${'x'.repeat(3_000)}` }],
    ['a whole URL', { method: 'DELETE', path: 'https://example.com/v2/Users/1' }],
    ['a query', { method: 'PATCH', path: '/Users/1?attributes=id', data: {} }],
    ['a POST without bulkId', { method: 'POST', path: '/Users', data: {} }],
    ['an empty bulkId', { method: 'POST', path: '/Users', bulkId: '', data: {} }],
    ['a bulkId that is no text', { method: 'DELETE', path: '/Users/1', bulkId: {} }],
    ['a version that is no text', { method: 'DELETE', path: '/Users/1', version: 1 }],
    ...['POST', 'PUT', 'PATCH'].map((method): [string, object] => [`${method} without data`, { method, path: '/Users/1', bulkId: 'q' }]),
  ])('refuses the operation alone: %s', (_what, operation) => {
    const good = { method: 'DELETE', path: '/Users/1' };
    const { operations } = parse({ schemas: [SCHEMA], Operations: [good, operation, good] });
    expect(operations.map(({ refused }) => refused?.scimType)).toEqual([undefined, 'invalidSyntax', undefined]);
  });

  it('takes a method in small letters from a tolerant connection only', () => {
    const operation = { method: 'delete', path: '/Users/1' };
    expect(parseOne(operation, 'tolerant')).toMatchObject({ method: 'DELETE' });
    expect(parseOne(operation, 'tolerant')).not.toHaveProperty('refused');
    expect(parseOne(operation)).toMatchObject({ refused: { scimType: 'invalidSyntax' } });
  });

  it('refuses one bulkId for two resources, and lets other operations repeat it', () => {
    const post = { method: 'POST', path: '/Users', bulkId: 'q', data: {} };
    expect(() => parse({ schemas: [SCHEMA], Operations: [post, post] })).toThrow(/Operations\[0\] and Operations\[1\]/);
    expect(parse({ schemas: [SCHEMA], Operations: [post, { method: 'DELETE', path: '/Users/1', bulkId: 'q' }] }).operations).toHaveLength(
      2,
    );
  });

  it('takes as many operations and bytes as it says, and not one more', () => {
    const operations = (count: number) => ({ schemas: [SCHEMA], Operations: Array(count).fill({ method: 'DELETE', path: '/Users/1' }) });
    expect(parse(operations(BULK_MAX_OPERATIONS)).operations).toHaveLength(BULK_MAX_OPERATIONS);
    expect(() => parse(operations(BULK_MAX_OPERATIONS + 1))).toThrow(/1001 operations, which exceeds maxOperations \(1000\)/);
    expect(() => checkPayloadSize(BULK_MAX_PAYLOAD_SIZE)).not.toThrow();
    expect(() => checkPayloadSize(BULK_MAX_PAYLOAD_SIZE + 1)).toThrow(/1048577 bytes\) exceeds the maxPayloadSize \(1048576\)/);
  });

  it('has one number for Bulk and PATCH: authentik splits a PATCH by bulk.maxOperations (SCIM.md §2.3)', () => {
    expect(BULK_MAX_OPERATIONS).toBe(MAX_OPERATIONS);
  });
});

describe('bulkResponse (RFC 7644 §3.7.3)', () => {
  it('has the status as a string, and of the rest what there is', () => {
    expect(
      bulkResponse([
        { method: 'DELETE', status: 204 },
        { method: 'POST', bulkId: 'q', status: 400, error: { status: '400' } },
      ]),
    ).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'],
      Operations: [
        { method: 'DELETE', status: '204' },
        { method: 'POST', bulkId: 'q', status: '400', response: { status: '400' } },
      ],
    });
  });
});
