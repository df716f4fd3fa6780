import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../../shared/scim/attributes/attribute.ts';
import { string } from '../../../../shared/scim/attributes/define-attribute.ts';
import { attributeNamed } from '../../../../shared/scim/attributes/find-attribute.ts';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import type { ScimObject, ScimValue } from '../../../../shared/scim/resources/resource.ts';
import { compileSort } from '../../../../shared/scim/sort/compile-sort.ts';
import { compareSortKeys } from '../../../../shared/scim/sort/sort-key.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const define = (type: Attribute['type'], name: string, characteristics: Partial<Attribute> = {}): Attribute => ({
  ...string(name, ''),
  type,
  ...characteristics,
});

/** The names of resources in the order that `sortBy` gives them; those that are equal stay as they were. */
function sorted(sortBy: string, resources: Record<string, ScimObject>): string[] {
  const sort = compileSort([userResourceType], sortBy, { mode: 'strict', onTolerance: () => {} });
  if (sort === undefined) throw new Error('not sorted');
  const keys = Object.entries(resources).map(([name, resource]) => ({ name, key: sort.keyOf('User', resource) }));
  return keys.sort((a, b) => compareSortKeys(a.key, b.key)).map(({ name }) => name);
}

describe('sortBy, RFC 7644 §3.4.2.3', () => {
  it('"String type attributes are case insensitive by default, unless … case-exact"', () => {
    const names = (attribute: string) => ({ c: { [attribute]: 'c' }, B: { [attribute]: 'B' }, a: { [attribute]: 'a' } });
    expect(sorted('userName', names('userName'))).toEqual(['a', 'B', 'c']);
    expect(sorted('externalId', names('externalId'))).toEqual(['B', 'a', 'c']);
  });

  it('composed and decomposed letters are the same ones', () => {
    expect(sorted('title', { b: { title: 'É2' }, a: { title: 'e\u03011' }, c: { title: 'é3' } })).toEqual(['a', 'b', 'c']);
  });

  it('a name may be qualified by its URN, and spelled in any case', () => {
    const departments = { b: { [ENTERPRISE]: { department: 'B' } }, a: { [ENTERPRISE]: { department: 'A' } } };
    for (const name of [`${ENTERPRISE}:department`, `${ENTERPRISE.toUpperCase()}:DEPARTMENT`, 'department']) {
      expect(sorted(name, departments)).toEqual(['a', 'b']);
    }
    const names = { b: { name: { familyName: 'B' } }, a: { name: { familyName: 'A' } } };
    for (const name of ['NAME.familyname', 'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName']) {
      expect(sorted(name, names)).toEqual(['a', 'b']);
    }
  });

  it('a multi-valued attribute by its primary value, or else the first', () => {
    const users = {
      third: { emails: [{ value: 'c@x', type: 'work' }, { value: 'a@x' }] },
      first: { emails: [{ value: 'z@x' }, { value: 'a@x', primary: true, type: 'home' }] },
      second: { emails: [{ value: 'b@x', primary: false, type: 'other' }] },
    };
    expect(sorted('emails', users)).toEqual(['first', 'second', 'third']);
    expect(sorted('emails.value', users)).toEqual(['first', 'second', 'third']);
    expect(sorted('emails.type', users)).toEqual(['first', 'second', 'third']);
    expect(sorted('schemas', { b: { schemas: ['urn:b', 'urn:a'] }, a: { schemas: ['urn:a', 'urn:z'] } })).toEqual(['a', 'b']);
  });

  it('dates and times as instants, also with fractions and zones', () => {
    expect(
      sorted('meta.created', {
        c: { meta: { created: '2026-01-01T00:00:00.5Z' } },
        a: { meta: { created: '2026-01-01T00:30:00+01:00' } },
        b: { meta: { created: '2026-01-01T00:00:00.0005Z' } },
      }),
    ).toEqual(['a', 'b', 'c']);
  });

  it('false before true; what is not primary is false', () => {
    expect(sorted('active', { yes: { active: true }, no: { active: false } })).toEqual(['no', 'yes']);
    expect(sorted('emails.primary', { none: {}, yes: { emails: [{ primary: true }] }, no: { emails: [{ value: 'x' }] } })).toEqual([
      'no',
      'yes',
      'none',
    ]);
  });

  it('numbers by value, references by their case, in an extension of the connection too', () => {
    const urn = 'urn:example:extension';
    const attributes = [
      define('integer', 'level'),
      define('decimal', 'share'),
      define('reference', 'page', { caseExact: true }),
      define('string', 'tags', { multiValued: true }),
    ];
    const schema = { id: urn, name: 'Extension', description: '', attributes };
    const resourceType = { ...userResourceType, extensions: [{ schema, required: false }] };
    const order = (name: string, values: readonly ScimValue[]) => {
      const sort = compileSort([resourceType], `${urn}:${name}`, { mode: 'strict', onTolerance: () => {} });
      const keys = values.map((value) => ({ value, key: sort?.keyOf('User', { [urn]: { [name]: value } }) ?? null }));
      return keys.sort((a, b) => compareSortKeys(a.key, b.key)).map(({ value }) => value);
    };
    expect(order('level', [10, 9, -1, 0])).toEqual([-1, 0, 9, 10]);
    expect(order('share', [1.5, 1e21, 0.1])).toEqual([0.1, 1.5, 1e21]);
    expect(order('page', ['b', 'B', 'a'])).toEqual(['B', 'a', 'b']);
    expect(order('tags', [['b', 'a'], ['A', 'z'], []])).toEqual([['A', 'z'], ['b', 'a'], []]);
    // A value of another type than the table's is no data: it was written before the table changed.
    expect(order('level', ['x', 3])).toEqual([3, 'x']);
  });

  it('who has no data is last on ascending: absent, null, an empty list, an element without the sub-attribute', () => {
    const users = {
      absent: {},
      null: { emails: null },
      empty: { emails: [] },
      without: { emails: [{ type: 'work' }] },
      z: { emails: [{ value: 'z' }] },
      none: { emails: [{ value: '' }] },
    };
    expect(sorted('emails.value', users)).toEqual(['none', 'z', 'absent', 'null', 'empty', 'without']);
  });

  it('texts are compared by so much of them as a cursor can remember', () => {
    const long = 'x'.repeat(2_000);
    expect(sorted('title', { b: { title: `${long}b` }, a: { title: `${long}a` }, c: { title: 'a' } })).toEqual(['c', 'b', 'a']);
  });

  it.each(['password', 'PASSWORD', 'urn:ietf:params:scim:schemas:core:2.0:User:password'])(
    'rule 43: %s tells a secret by its place',
    (sortBy) => {
      for (const mode of ['strict', 'tolerant'] as const) {
        expect(() => compileSort([userResourceType], sortBy, { mode, onTolerance: () => {} })).toThrow(
          expect.objectContaining({ scimType: 'invalidFilter', status: 400, message: expect.stringContaining('never returned') }),
        );
      }
    },
  );

  it.each(['shoeSize', '', '__proto__', 'name', 'meta', 'userName.value', 'emails[type eq "work"]', 'a b', 'x'.repeat(5_000), 'members'])(
    'rule 45: by %s nothing can be sorted',
    (sortBy) => {
      const refusal = expect.objectContaining({ scimType: 'invalidPath', status: 400 });
      expect(() => compileSort([userResourceType], sortBy, { mode: 'strict', onTolerance: () => {} })).toThrow(refusal);
      const told: string[] = [];
      const sort = compileSort([userResourceType], sortBy, { mode: 'tolerant', onTolerance: (id, where) => told.push(`${id} ${where}`) });
      expect([sort, told]).toEqual([undefined, ['sortBy sortBy']]);
    },
  );
});

describe('sortBy over several resource types', () => {
  const both = [userResourceType, groupResourceType];

  it('what one type lacks is data that its resources do not have', () => {
    const sort = compileSort(both, 'userName', { mode: 'strict', onTolerance: () => {} });
    expect(sort?.keyOf('User', { userName: 'A' })).toBe('a');
    expect(sort?.keyOf('Group', { userName: 'A', displayName: 'A' })).toBe(null);
  });

  it('a URN names the attribute of one type only', () => {
    const sort = compileSort(both, 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName', { mode: 'strict', onTolerance: () => {} });
    expect(sort?.keyOf('Group', { displayName: 'A' })).toBe('a');
    expect(sort?.keyOf('User', { displayName: 'A' })).toBe(null);
  });

  it('keys of different types have an order too', () => {
    const keys = [null, 'a', [1, ''], 2, true] as const;
    expect([...keys].sort(compareSortKeys)).toEqual([true, 2, [1, ''], 'a', null]);
  });

  it('the tables have what these tests are about', () => {
    expect(attributeNamed(groupResourceType.schema.attributes, 'userName')).toBe(undefined);
    expect(attributeNamed(userResourceType.schema.attributes, 'externalId')).toBe(undefined);
  });
});
