import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { ScimError } from '../../../../shared/scim/errors.ts';
import { MAX_OPERATIONS, PATCH_OP_SCHEMA, parsePatchOp } from '../../../../shared/scim/messages/patch-op.ts';
import type { Mode } from '../../../../shared/scim/resources/resource.ts';

const message = (...Operations: unknown[]) => ({ schemas: [PATCH_OP_SCHEMA], Operations });

const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, i]));

/** Operations that count so many together: each of 100, but the last. */
const manyNames = (count: number) =>
  Array.from({ length: Math.ceil(count / 100) }, (_, i) => ({ op: 'add', value: names(Math.min(100, count - i * 100) - 1) }));

function parse(json: unknown, mode: Mode = 'strict'): unknown {
  return parsePatchOp(json, userResourceType, { mode, onTolerance: () => {} });
}

function refusal(json: unknown, mode: Mode): string {
  try {
    parse(json, mode);
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType ?? ''}`.trim();
    throw error;
  }
  return 'accepted';
}

describe('parsePatchOp: RFC 7644 §3.5.2', () => {
  it('gives the operations, whatever the case of the message names and whatever else stands beside them', () => {
    const json = {
      SCHEMAS: [PATCH_OP_SCHEMA.toUpperCase()],
      operations: [{ OP: 'add', Path: 'title', value: 'x', name: 'addTitle' }],
      id: 1,
    };
    expect(parse(json)).toEqual([{ op: 'add', path: 'title', value: 'x' }]);
  });

  it('tells a value of null from none, and a path of null is none', () => {
    expect(
      parse(
        message(
          { op: 'replace', path: 'title', value: null },
          { op: 'replace', path: null, value: { title: 'x' } },
          { op: 'add', path: 'title' },
        ),
      ),
    ).toEqual([
      { op: 'replace', path: 'title', value: null },
      { op: 'replace', value: { title: 'x' } },
      { op: 'add', path: 'title' },
    ]);
  });

  it.each([
    ['no object', 'x', '400 invalidSyntax', '400 invalidSyntax'],
    ['null', null, '400 invalidSyntax', '400 invalidSyntax'],
    ['no schemas', { Operations: [{ op: 'add', path: 'title', value: 'x' }] }, '400 invalidSyntax', 'accepted'],
    ['other schemas', { schemas: ['urn:x'], Operations: [{ op: 'add', path: 'title', value: 'x' }] }, '400 invalidSyntax', 'accepted'],
    ['no Operations', { schemas: [PATCH_OP_SCHEMA] }, '400 invalidSyntax', '400 invalidSyntax'],
    ['Operations that are no array', { schemas: [PATCH_OP_SCHEMA], Operations: {} }, '400 invalidSyntax', '400 invalidSyntax'],
    ['no operation (T17)', message(), '400 invalidSyntax', 'accepted'],
    ['an operation that is no object', message('add'), '400 invalidSyntax', '400 invalidSyntax'],
    ['no op', message({ path: 'title', value: 'x' }), '400 invalidSyntax', '400 invalidSyntax'],
    ['another op', message({ op: 'move', path: 'title' }), '400 invalidSyntax', '400 invalidSyntax'],
    ['an op that is no string', message({ op: ['add'], path: 'title' }), '400 invalidSyntax', '400 invalidSyntax'],
    ['a capitalised op (T1)', message({ op: 'Add', path: 'title', value: 'x' }), '400 invalidSyntax', 'accepted'],
    ['a path that is no string', message({ op: 'add', path: 7, value: 'x' }), '400 invalidPath', '400 invalidPath'],
    ['an unknown path', message({ op: 'remove', path: 'nothing', value: 'x' }), '400 invalidPath', 'accepted'],
    ['too many operations', message(...Array.from({ length: MAX_OPERATIONS + 1 }, () => ({ op: 'remove', path: 'title' }))), '413', '413'],
    [
      'operations with too many attributes',
      message(...Array.from({ length: 200 }, () => ({ op: 'add', value: { title: 'x', name: { a: 1, b: 2, c: 3, d: 4 } } }))),
      '413',
      '413',
    ],
    ['one operation with many attributes', message({ op: 'add', value: { title: 'x', ...names(400) } }), 'accepted', 'accepted'],
    [
      'as many as are possible',
      message(...Array.from({ length: MAX_OPERATIONS }, () => ({ op: 'remove', path: 'title' }))),
      'accepted',
      'accepted',
    ],
    ['as many attributes as are possible', message(...manyNames(MAX_OPERATIONS)), 'accepted', 'accepted'],
    ['one attribute more', message(...manyNames(MAX_OPERATIONS + 1)), '413', '413'],
    [
      'a removal with a value and no path, for the engine to refuse',
      message({ op: 'remove', value: { members: [] } }),
      'accepted',
      'accepted',
    ],
    ['a removal by value (T6)', message({ op: 'remove', path: 'emails', value: [{ value: 'x' }] }), '400 invalidValue', 'accepted'],
    ['a removal of one value with a value', message({ op: 'remove', path: 'title', value: 'x' }), 'accepted', 'accepted'],
  ])('takes %s as %s', (_, json, strict, tolerant) => {
    expect([refusal(json, 'strict'), refusal(json, 'tolerant')]).toEqual([strict, tolerant]);
  });

  it('tells a tolerance once a place, however often it was needed', () => {
    const told: string[] = [];
    const options = {
      mode: 'tolerant',
      onTolerance: (tolerance: string, where: string) => void told.push(`${tolerance} ${where}`),
    } as const;
    const value = Array.from({ length: 100 }, (_, i) => `id-${i}`);
    parsePatchOp(
      {
        Operations: [
          { op: 'ADD', path: 'members', value },
          { op: 'Remove', path: 'members', value },
        ],
      },
      groupResourceType,
      options,
    );
    expect(told).toEqual(['T14 schemas', 'T1 op', 'T7 members', 'T6 members']);
    told.length = 0;
    parsePatchOp({ schemas: [PATCH_OP_SCHEMA], Operations: [] }, groupResourceType, options);
    expect(told).toEqual(['T17 Operations']);
  });
});
