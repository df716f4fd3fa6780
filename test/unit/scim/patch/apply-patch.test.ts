import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../../../../shared/scim/attributes/attribute.ts';
import { complex, string } from '../../../../shared/scim/attributes/define-attribute.ts';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { ScimError } from '../../../../shared/scim/errors.ts';
import { applyPatch } from '../../../../shared/scim/patch/apply-patch.ts';
import type { PatchOperation } from '../../../../shared/scim/patch/operation.ts';
import { sameAttributes } from '../../../../shared/scim/patch/same-attributes.ts';
import type { Mode, ScimObject } from '../../../../shared/scim/resources/resource.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const work = { type: 'work', value: 'w@example.com', primary: true };
const home = { type: 'home', value: 'h@example.com' };
const barbara: ScimObject = {
  userName: 'bjensen',
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [work, home],
  [ENTERPRISE]: { department: 'Tours', manager: { value: '26118915' } },
};

function patch(operations: readonly PatchOperation[], resource = barbara, mode: Mode = 'strict'): ScimObject {
  return applyPatch(userResourceType, resource, operations, { mode, onTolerance: () => {} });
}

function refusal(operations: readonly PatchOperation[], resource = barbara, mode: Mode = 'strict'): string {
  try {
    patch(operations, resource, mode);
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}`;
    throw error;
  }
  return 'accepted';
}

describe('add: RFC 7644 §3.5.2.1', () => {
  it('adds an attribute that has no value, also without a path and with a name in any case', () => {
    expect(patch([{ op: 'add', path: 'title', value: 'Guide' }])).toEqual({ ...barbara, title: 'Guide' });
    expect(patch([{ op: 'add', value: { emails: [{ type: 'other', value: 'babs@jensen.org' }], nickname: 'Babs' } }])).toEqual({
      ...barbara,
      nickName: 'Babs',
      emails: [work, home, { type: 'other', value: 'babs@jensen.org' }],
    });
  });

  it('replaces a single value and merges into a complex one', () => {
    expect(patch([{ op: 'add', path: 'userName', value: 'babs' }])['userName']).toBe('babs');
    expect(patch([{ op: 'add', path: 'name', value: { givenName: 'Babs' } }])['name']).toEqual({ givenName: 'Babs', familyName: 'Jensen' });
  });

  it('takes one value without an array', () => {
    expect(patch([{ op: 'add', path: 'emails', value: { type: 'other', value: 'o@example.com' } }])['emails']).toEqual([
      work,
      home,
      { type: 'other', value: 'o@example.com' },
    ]);
  });

  it('changes nothing when the value is there already', () => {
    const after = patch([
      { op: 'add', path: 'emails', value: [home, { type: 'work', value: 'w@example.com' }] },
      { op: 'add', path: 'name.givenName', value: 'Barbara' },
    ]);
    expect(sameAttributes(after, barbara)).toBe(true);
  });

  it('merges a value with the same type and value, and keeps another type apart: RFC 7643 §2.4', () => {
    const added = [
      { ...home, display: 'At home' },
      { type: 'other', value: 'h@example.com' },
      { type: 'other', value: 'h@example.com' },
    ];
    expect(patch([{ op: 'add', path: 'emails', value: added }])['emails']).toEqual([
      work,
      { ...home, display: 'At home' },
      { type: 'other', value: 'h@example.com' },
    ]);
  });

  it('takes addresses, which have no value, for the same when all their parts are', () => {
    const address = { type: 'work', locality: 'Oslo' };
    const once = patch([{ op: 'add', path: 'addresses', value: [address] }]);
    expect(patch([{ op: 'add', path: 'addresses', value: [{ locality: 'Oslo', type: 'work' }] }], once)['addresses']).toEqual([address]);
    expect(patch([{ op: 'add', path: 'addresses', value: [{ type: 'work' }] }], once)['addresses']).toEqual([address, { type: 'work' }]);
  });

  it('adds a sub-attribute to every value that a value path selects', () => {
    expect(patch([{ op: 'add', path: 'emails[value ew "example.com"].display', value: 'D' }])['emails']).toEqual([
      { ...work, display: 'D' },
      { ...home, display: 'D' },
    ]);
    expect(patch([{ op: 'add', path: 'emails[type eq "home"]', value: { display: 'D' } }])['emails']).toEqual([
      work,
      { ...home, display: 'D' },
    ]);
  });

  it.each([
    ['no value', { op: 'add', path: 'title' }, '400 invalidValue'],
    ['no path and no object', { op: 'add', value: 'x' }, '400 invalidValue'],
    ['a wrong type', { op: 'add', path: 'title', value: 7 }, '400 invalidValue'],
    ['a boolean in quotes', { op: 'add', path: 'active', value: 'True' }, '400 invalidValue'],
    ['an object for a string', { op: 'add', path: 'title', value: { a: 1 } }, '400 invalidValue'],
    [
      'two primary values',
      {
        op: 'add',
        path: 'emails',
        value: [
          { ...home, primary: true },
          { value: 'x', primary: true },
        ],
      },
      '400 invalidValue',
    ],
    ['an unknown name', { op: 'add', value: { nothing: 1 } }, '400 invalidPath'],
    ['a path for a name', { op: 'add', value: { 'name.givenName': 'x' } }, '400 invalidPath'],
    ['a value path that selects nothing', { op: 'add', path: 'emails[type eq "other"].value', value: 'x' }, '400 noTarget'],
  ] as const)('refuses %s', (_, operation, expected) => {
    expect(refusal([operation])).toBe(expected);
  });
});

describe('remove: RFC 7644 §3.5.2.2', () => {
  it('removes a single value, a sub-attribute, all values and those a filter matches', () => {
    expect(patch([{ op: 'remove', path: 'name' }])).not.toHaveProperty('name');
    expect(patch([{ op: 'remove', path: 'name.givenName' }])['name']).toEqual({ familyName: 'Jensen' });
    expect(patch([{ op: 'remove', path: 'emails' }])).not.toHaveProperty('emails');
    expect(patch([{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }])['emails']).toEqual([home]);
    expect(patch([{ op: 'remove', path: 'emails[type eq "work"].primary' }])['emails']).toEqual([
      { type: 'work', value: 'w@example.com' },
      home,
    ]);
    expect(patch([{ op: 'remove', path: 'emails.type' }])['emails']).toEqual([
      { value: 'w@example.com', primary: true },
      { value: 'h@example.com' },
    ]);
  });

  it('unassigns what has nothing left: a complex value, an array, an extension', () => {
    expect(patch([{ op: 'remove', path: 'emails[value pr]' }])).not.toHaveProperty('emails');
    expect(
      patch([
        { op: 'remove', path: 'name.givenName' },
        { op: 'remove', path: 'name.familyName' },
      ]),
    ).not.toHaveProperty('name');
    expect(
      patch([
        { op: 'remove', path: `${ENTERPRISE}:department` },
        { op: 'remove', path: `${ENTERPRISE}:manager.value` },
      ]),
    ).not.toHaveProperty([ENTERPRISE]);
    expect(patch([{ op: 'remove', path: ENTERPRISE }])).not.toHaveProperty([ENTERPRISE]);
  });

  it('changes nothing when there is nothing to remove', () => {
    const after = patch([
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'emails[type eq "other"]' },
      { op: 'remove', path: 'photos.value' },
    ]);
    expect(sameAttributes(after, barbara)).toBe(true);
  });

  it.each([
    ['without a path', { op: 'remove' }, '400 noTarget'],
    ['of a required attribute', { op: 'remove', path: 'userName' }, '400 mutability'],
    ['of a read-only attribute', { op: 'remove', path: 'groups' }, '400 mutability'],
    ['of a read-only sub-attribute', { op: 'remove', path: 'meta.version' }, '400 mutability'],
    ['of the core schema', { op: 'remove', path: CORE }, '400 mutability'],
    ['of schemas', { op: 'remove', path: 'schemas' }, '400 mutability'],
    ['of an unknown attribute', { op: 'remove', path: 'emails.nothing' }, '400 invalidPath'],
  ] as const)('refuses a removal %s', (_, operation, expected) => {
    expect(refusal([operation])).toBe(expected);
  });
});

describe('replace: RFC 7644 §3.5.2.3', () => {
  it('replaces a single value and all values of several', () => {
    expect(patch([{ op: 'replace', path: 'emails', value: [home] }])['emails']).toEqual([home]);
    expect(patch([{ op: 'replace', path: 'displayName', value: 'Babs' }])['displayName']).toBe('Babs');
  });

  it('leaves sub-attributes that are not given as they were, and unassigns those given as null', () => {
    expect(patch([{ op: 'replace', path: 'name', value: { givenName: 'Babs' } }])['name']).toEqual({
      givenName: 'Babs',
      familyName: 'Jensen',
    });
    expect(patch([{ op: 'replace', path: 'name', value: { givenName: null, formatted: 'B' } }])['name']).toEqual({
      familyName: 'Jensen',
      formatted: 'B',
    });
  });

  it('replaces the whole value that a value path selects', () => {
    const value = { type: 'work', value: 'new@example.com', primary: true };
    expect(patch([{ op: 'replace', path: 'emails[type eq "work"]', value }])['emails']).toEqual([value, home]);
    expect(patch([{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@example.com' } }])['emails']).toEqual([
      { value: 'n@example.com' },
      home,
    ]);
  });

  it('replaces one sub-attribute in all values that match', () => {
    expect(patch([{ op: 'replace', path: 'emails[value pr].type', value: 'other' }])['emails']).toEqual([
      { ...work, type: 'other' },
      { ...home, type: 'other' },
    ]);
  });

  it.each([null, []])('unassigns several values given as %j', (value) => {
    expect(patch([{ op: 'replace', path: 'emails', value }])).not.toHaveProperty('emails');
  });

  it('is an add where there is no value', () => {
    expect(patch([{ op: 'replace', path: 'photos.value', value: 'https://example.com/p' }])['photos']).toEqual([
      { value: 'https://example.com/p' },
    ]);
    expect(patch([{ op: 'replace', value: { title: 'Guide' } }])['title']).toBe('Guide');
  });

  it('reads a URN with dots in its version, alone, before an attribute and before a sub-attribute', () => {
    expect(patch([{ op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'm' }])[ENTERPRISE]).toEqual({
      department: 'Tours',
      manager: { value: 'm' },
    });
    expect(patch([{ op: 'replace', path: ENTERPRISE.toUpperCase(), value: { Division: 'D' } }])[ENTERPRISE]).toEqual({
      ...(barbara[ENTERPRISE] as ScimObject),
      division: 'D',
    });
    expect(patch([{ op: 'replace', value: { [ENTERPRISE]: { department: null } } }])[ENTERPRISE]).toEqual({
      manager: { value: '26118915' },
    });
    expect(patch([{ op: 'replace', path: `${CORE}:name.givenName`, value: 'B' }])['name']).toEqual({
      givenName: 'B',
      familyName: 'Jensen',
    });
  });

  it.each([
    ['a value path that selects nothing', { path: 'emails[type eq "other"]', value: { value: 'x' } }, '400 noTarget'],
    ['a read-only attribute', { path: 'id', value: 'x' }, '400 mutability'],
    ['a read-only attribute in a value', { value: { displayName: 'x', meta: {} } }, '400 mutability'],
    ['a read-only sub-attribute', { path: `${ENTERPRISE}:manager.displayName`, value: 'x' }, '400 mutability'],
    ['the required attribute by null', { path: 'userName', value: null }, '400 mutability'],
    ['the required attribute by blanks', { path: 'userName', value: ' ' }, '400 invalidValue'],
    ['a filter on a single value', { path: 'name[givenName eq "x"]', value: {} }, '400 invalidPath'],
    ['a filter on a list of texts', { path: 'schemas[value eq "x"]', value: 'x' }, '400 invalidPath'],
    ['a filter on a sub-attribute', { path: 'emails.value[type eq "work"]', value: 'x' }, '400 invalidPath'],
    ['a filter on an unknown sub-attribute', { path: 'emails[nothing eq "x"]', value: {} }, '400 invalidFilter'],
    ['a path that does not end', { path: 'emails[type eq "work"', value: {} }, '400 invalidPath'],
    ['an unknown URN', { path: 'urn:example:2.0:User:title', value: 'x' }, '400 invalidPath'],
    ['__proto__', { path: '__proto__', value: { polluted: true } }, '400 invalidPath'],
    ['constructor.prototype', { path: 'constructor.prototype', value: {} }, '400 invalidPath'],
    ['too many values', { path: 'emails', value: Array.from({ length: 1001 }, (_, i) => ({ value: `${i}` })) }, '400 invalidValue'],
  ] as const)('refuses %s', (_, rest, expected) => {
    expect(refusal([{ op: 'replace', ...rest } as PatchOperation])).toBe(expected);
  });
});

describe('primary: RFC 7644 §3.5.2', () => {
  const moved = [
    { ...work, primary: false },
    { ...home, primary: true },
  ];
  it.each([
    ['a sub-attribute', { op: 'replace', path: 'emails[type eq "home"].primary', value: true }],
    ['a whole value', { op: 'replace', path: 'emails[type eq "home"]', value: { ...home, primary: true } }],
    ['an added value that is there already', { op: 'add', path: 'emails', value: [{ ...home, primary: true }] }],
  ] as const)('is moved by %s', (_, operation) => {
    expect(patch([operation])['emails']).toEqual(moved);
  });

  it('is one value: an operation that makes several primary is refused', () => {
    expect(refusal([{ op: 'replace', path: 'emails[value pr].primary', value: true }])).toBe('400 invalidValue');
  });

  it('stays where it is when another value changes', () => {
    expect(patch([{ op: 'replace', path: 'emails[type eq "home"].value', value: 'x' }])['emails']).toEqual([work, { ...home, value: 'x' }]);
  });
});

describe('the work of one PATCH is bounded', () => {
  const values = Array.from({ length: 1000 }, (_, i) => ({ value: `${i}` }));
  const hundredTerms = Array.from({ length: 100 }, (_, i) => `value eq "x${i}"`).join(' or ');
  const ninetyTerms = Array.from({ length: 90 }, (_, i) => `value eq "x${i}"`).join(' or ');
  const times = (count: number, operation: PatchOperation) => Array.from({ length: count }, () => operation);

  it.each<[string, ScimObject, PatchOperation[], string]>([
    ['many terms on many values', { roles: values }, times(10, { op: 'remove', path: `roles[${hundredTerms}]` }), '400 tooMany'],
    ['many operations on many values', { roles: values }, times(900, { op: 'add', path: 'roles', value: { value: '0' } }), '400 tooMany'],
    [
      'many terms on long values',
      { roles: [{ value: 'x'.repeat(250_000) }] },
      times(100, { op: 'remove', path: `roles[${hundredTerms}]` }),
      '400 tooMany',
    ],
    [
      'negated and nested terms',
      { roles: values },
      times(10, { op: 'remove', path: `roles[not (${ninetyTerms} or value pr)]` }),
      '400 tooMany',
    ],
    ['one filter of many terms', { roles: values }, [{ op: 'remove', path: `roles[${hundredTerms}]` }], 'accepted'],
    [
      'many operations on one value',
      { roles: [{ value: '1' }] },
      times(1000, { op: 'add', path: 'roles', value: { value: '1' } }),
      'accepted',
    ],
    ['many operations on a long title', { title: 'x'.repeat(250_000) }, times(1000, { op: 'add', path: 'title', value: 'x' }), 'accepted'],
    ['500 values one by one', {}, values.slice(500).map((value) => ({ op: 'add', path: 'roles', value })), 'accepted'],
  ])('%s', (_, attributes, operations, expected) => {
    expect(refusal(operations, { userName: 'x', ...attributes })).toBe(expected);
  });
});

describe('the whole request: RFC 7644 §3.5.2', () => {
  it('applies operations in order, each to the result of the one before', () => {
    const operations: PatchOperation[] = [
      { op: 'remove', path: 'emails' },
      { op: 'add', path: 'emails', value: [home] },
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'second' },
    ];
    expect(patch(operations)['emails']).toEqual([{ ...home, value: 'second' }]);
  });

  it('changes nothing of its input, whether it fails or not', () => {
    const before = structuredClone(barbara);
    expect(
      refusal([
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'x' },
        { op: 'remove', path: 'userName' },
      ]),
    ).toBe('400 mutability');
    patch([
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'x' },
      { op: 'remove', path: `${ENTERPRISE}:manager` },
    ]);
    expect(barbara).toEqual(before);
  });

  it('keeps no password and no schemas', () => {
    const after = patch([
      { op: 'replace', path: 'password', value: 'Secret-1' },
      { op: 'add', value: { password: 'Secret-2', schemas: [CORE] } },
      { op: 'add', path: 'schemas', value: [ENTERPRISE] },
    ]);
    expect(after).toEqual(barbara);
  });

  it('lets an immutable sub-attribute be set once, and removed with its value only', () => {
    const group: ScimObject = { displayName: 'Guides', members: [{ value: '1' }] };
    const apply = (operation: PatchOperation) =>
      applyPatch(groupResourceType, group, [operation], { mode: 'strict', onTolerance: () => {} });
    expect(apply({ op: 'add', path: 'members[value eq "1"].type', value: 'User' })['members']).toEqual([{ value: '1', type: 'User' }]);
    expect(() => apply({ op: 'replace', path: 'members[value eq "1"].value', value: '2' })).toThrow(
      expect.objectContaining({ scimType: 'mutability' }),
    );
    expect(() => apply({ op: 'remove', path: 'members.value' })).toThrow(expect.objectContaining({ scimType: 'mutability' }));
    expect(apply({ op: 'remove', path: 'members[value eq "1"]' })).toEqual({ displayName: 'Guides' });
  });
});

describe('mutability: RFC 7643 §2.2, on a table that has every kind of it', () => {
  const badge: ResourceType = {
    name: 'User',
    endpoint: '/Users',
    description: 'A badge.',
    extensions: [],
    schema: {
      id: 'urn:example:params:scim:schemas:Badge',
      name: 'Badge',
      description: 'A badge.',
      attributes: [
        string('serial', 'Set once.', { mutability: 'immutable' }),
        complex('holder', 'Who has it.', [
          string('value', 'Set once.', { mutability: 'immutable' }),
          string('display', 'Computed.', { mutability: 'readOnly' }),
          string('note', 'Free.'),
        ]),
        complex('audit', 'Computed as a whole.', [string('by', 'Not marked itself.')], { mutability: 'readOnly' }),
      ],
    },
  };
  const stored: ScimObject = { holder: { value: 'h', display: 'H', note: 'n' } };
  const apply = (resource: ScimObject, ...operations: PatchOperation[]) =>
    applyPatch(badge, resource, operations, { mode: 'strict', onTolerance: () => {} });
  const mutability = expect.objectContaining({ scimType: 'mutability' });

  it('sets an immutable attribute once, takes the same value again, and never removes it', () => {
    const set = apply(stored, { op: 'add', path: 'serial', value: '1' });
    expect(set['serial']).toBe('1');
    expect(apply(set, { op: 'replace', path: 'serial', value: '1' })).toEqual(set);
    expect(() => apply(set, { op: 'replace', path: 'serial', value: '2' })).toThrow(mutability);
    expect(() => apply(set, { op: 'replace', path: 'serial', value: null })).toThrow(mutability);
    expect(() => apply(set, { op: 'remove', path: 'serial' })).toThrow(mutability);
    expect(apply(stored, { op: 'remove', path: 'serial' })).toEqual(stored);
  });

  it('holds an immutable sub-attribute in a merge, and ignores a read-only one', () => {
    expect(() => apply(stored, { op: 'replace', path: 'holder', value: { value: 'x' } })).toThrow(mutability);
    expect(() => apply(stored, { op: 'add', path: 'holder', value: { value: null } })).toThrow(mutability);
    expect(apply(stored, { op: 'replace', path: 'holder', value: { display: null, note: 'm' } })['holder']).toEqual({
      value: 'h',
      display: 'H',
      note: 'm',
    });
  });

  it('refuses a sub-attribute of a read-only attribute', () => {
    expect(() => apply(stored, { op: 'replace', path: 'audit.by', value: 'x' })).toThrow(mutability);
    expect(() => apply(stored, { op: 'remove', path: 'audit.by' })).toThrow(mutability);
  });

  it('replaces a value whose immutable sub-attributes stay, and no other', () => {
    const group: ScimObject = { displayName: 'g', members: [{ value: '1', type: 'User' }] };
    const replace = (value: ScimObject) =>
      applyPatch(groupResourceType, group, [{ op: 'replace', path: 'members[value eq "1"]', value }], {
        mode: 'strict',
        onTolerance: () => {},
      });
    expect(replace({ value: '1', type: 'User', display: 'D' })['members']).toEqual([{ value: '1', type: 'User' }]);
    expect(() => replace({ value: '2', type: 'User' })).toThrow(mutability);
    expect(() => replace({ value: '1' })).toThrow(mutability);
  });
});

describe('a tolerant connection (T5, SCIM.md E6)', () => {
  it('makes the value that a value path describes, once for all operations with that path', () => {
    const operations: PatchOperation[] = [
      { op: 'replace', path: 'addresses[type eq "work"].formatted', value: 'Street 1' },
      { op: 'add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
      { op: 'add', path: 'emails[type eq "other" and primary eq true].value', value: 'o@example.com' },
    ];
    const after = patch(operations, barbara, 'tolerant');
    expect(after['addresses']).toEqual([{ type: 'work', formatted: 'Street 1', locality: 'Oslo' }]);
    expect(after['emails']).toEqual([{ ...work, primary: false }, home, { type: 'other', primary: true, value: 'o@example.com' }]);
  });

  it('tells that it did, for each value it made', () => {
    const told: string[] = [];
    const operations: PatchOperation[] = [
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'x' },
      { op: 'replace', path: 'emails[type eq "other"].value', value: 'x' },
      { op: 'add', path: 'emails[type eq "other"].display', value: 'X' },
    ];
    applyPatch(userResourceType, barbara, operations, { mode: 'tolerant', onTolerance: (...each) => void told.push(each.join(' ')) });
    expect(told).toEqual(['T5 emails']);
  });

  it('makes no value out of nothing', () => {
    expect(patch([{ op: 'replace', path: 'emails[type eq "other"].value', value: null }], barbara, 'tolerant')).toEqual(barbara);
  });

  it.each(['emails[type ne "work" and type ne "home"].value', 'emails[type eq "a" or type eq "b"].value', 'emails[not (value pr)].value'])(
    'can tell no value from %s',
    (path) => {
      expect(refusal([{ op: 'replace', path, value: 'x' }], barbara, 'tolerant')).toBe('400 noTarget');
    },
  );
});

describe('sameAttributes', () => {
  it('looks at values, not at the order of members', () => {
    expect(sameAttributes({ a: 1, b: [{ c: true, d: 'x' }] }, { b: [{ d: 'x', c: true }], a: 1 })).toBe(true);
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, {}],
    [{ a: 1 }, { b: 1 }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: [1] }, { a: [1, 2] }],
    [{ a: [1, 2] }, { a: [1, 3] }],
    [{ a: [1, { b: 1 }] }, { a: [1, { b: 2 }] }],
    [
      { a: 1, b: 1 },
      { a: 1, b: 2 },
    ],
    [{ a: { b: 1 } }, { a: [1] }],
    [{ a: false }, { a: 'false' }],
  ])('tells %j from %j', (a, b) => {
    expect(sameAttributes(a, b)).toBe(false);
    expect(sameAttributes(b, a)).toBe(false);
  });
});
