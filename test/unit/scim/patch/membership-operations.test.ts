import { describe, expect, it } from 'vitest';
import { membersOf, resolveMembership, splitMembership } from '../../../../shared/scim/patch/membership-operations.ts';
import type { PatchOperation } from '../../../../shared/scim/patch/operation.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

function net(...operations: PatchOperation[]): unknown {
  const { membership } = splitMembership(operations);
  return membership && { replaces: membership.replaces, add: [...membership.add], remove: [...membership.remove] };
}

const add = (...ids: string[]): PatchOperation => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
const remove = (id: string): PatchOperation => ({ op: 'remove', path: `members[value eq "${id}"]` });
const replace = (...ids: string[]): PatchOperation => ({ ...add(...ids), op: 'replace' });

describe('splitMembership: RFC 7644 §3.5.2 for the members of a group', () => {
  it.each([
    ['adds', [add('a', 'b'), add('b', 'c')], { replaces: false, add: ['a', 'b', 'c'], remove: [] }],
    ['removals by id', [remove('a'), remove('b')], { replaces: false, add: [], remove: ['a', 'b'] }],
    ['a removal and an add of others', [remove('a'), add('b')], { replaces: false, add: ['b'], remove: ['a'] }],
    ['an add after a removal', [remove('a'), add('a')], { replaces: false, add: ['a'], remove: [] }],
    ['a removal after an add', [add('a'), remove('a')], { replaces: false, add: [], remove: ['a'] }],
    ['a replacement', [add('x'), remove('y'), replace('a', 'b')], { replaces: true, add: ['a', 'b'], remove: [] }],
    [
      'changes after a replacement',
      [replace('a', 'b'), remove('b'), remove('z'), add('c')],
      { replaces: true, add: ['a', 'c'], remove: [] },
    ],
    ['a removal of all', [{ op: 'remove', path: 'members' }], { replaces: true, add: [], remove: [] }],
    ['a removal of all, then an add', [{ op: 'remove', path: 'Members' }, add('a')], { replaces: true, add: ['a'], remove: [] }],
    ['a replacement by nobody', [{ op: 'replace', path: 'members', value: [] }], { replaces: true, add: [], remove: [] }],
    ['a replacement by null', [{ op: 'replace', path: 'members', value: null }], { replaces: true, add: [], remove: [] }],
    ['one member without an array', [{ op: 'add', path: 'members', value: { value: 'a' } }], { replaces: false, add: ['a'], remove: [] }],
    [
      'ids joined by or, operators in any case',
      [{ op: 'remove', path: 'MEMBERS[VALUE EQ "a" or value eq "b c\\""]' }],
      { replaces: false, add: [], remove: ['a', 'b c"'] },
    ],
    ['the qualified path', [{ op: 'add', path: `${GROUP}:members`, value: [{ value: 'a' }] }], { replaces: false, add: ['a'], remove: [] }],
  ] as [string, PatchOperation[], unknown][])('makes one net change of %s', (_, operations, expected) => {
    expect(net(...operations)).toEqual(expected);
  });

  it('takes the members out of a value without a path, wherever they are named, and leaves the rest', () => {
    const value = { displayName: 'D', Members: [{ value: 'a' }] };
    const expected = { membership: { replaces: true, add: new Set(['a']), remove: new Set() }, needsMembers: false };
    expect(splitMembership([{ op: 'replace', value }])).toEqual({
      ...expected,
      attributes: [{ op: 'replace', value: { displayName: 'D' } }],
    });
    expect(splitMembership([{ op: 'replace', value: { [GROUP]: value } }])).toEqual({
      ...expected,
      attributes: [{ op: 'replace', value: { displayName: 'D' } }],
    });
    expect(splitMembership([{ op: 'replace', path: GROUP, value }])).toEqual({
      ...expected,
      attributes: [{ op: 'replace', path: GROUP, value: { displayName: 'D' } }],
    });
    expect(splitMembership([{ op: 'replace', value: { members: [{ value: 'a' }] } }])).toEqual({ ...expected, attributes: [] });
  });

  it('leaves operations on other attributes, and those the engine will refuse', () => {
    const operations: PatchOperation[] = [{ op: 'replace', path: 'displayName', value: 'D' }, { op: 'remove' }, { op: 'add', value: 'x' }];
    expect(splitMembership(operations)).toEqual({ attributes: operations, needsMembers: false });
  });

  it.each(['members[type eq "User"]', 'members[display eq "x"]', 'members[value eq "a" and type eq "User"]', 'members[value ne "a"]'])(
    'needs the members for %s',
    (path) => {
      expect(splitMembership([add('a'), { op: 'remove', path }])).toEqual({ attributes: [], needsMembers: true });
    },
  );

  it.each([
    ['an add without a value', { op: 'add', path: 'members' }, 'invalidValue'],
    ['a member without an id', { op: 'add', path: 'members', value: [{ display: 'x' }] }, 'invalidValue'],
    ['a member whose id is a number', { op: 'add', path: 'members', value: [{ value: 7 }] }, 'invalidValue'],
    ['a nested group', { op: 'add', path: 'members', value: [{ value: 'a', Type: 'group' }] }, 'invalidValue'],
    ['a change of an id', { op: 'replace', path: 'members[value eq "a"].value', value: 'b' }, 'mutability'],
    ['a change of a member', { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } }, 'mutability'],
    ['a removal of all ids', { op: 'remove', path: 'members.value' }, 'mutability'],
    ['an unknown sub-attribute', { op: 'remove', path: 'members.nothing' }, 'invalidPath'],
    ['a filter on an unknown sub-attribute', { op: 'remove', path: 'members[nothing eq "x"]' }, 'invalidFilter'],
    ['an unknown attribute', { op: 'add', value: { __proto__x: 1 } }, 'invalidPath'],
  ] as [string, PatchOperation, string][])('refuses %s', (_, operation, scimType) => {
    expect(() => splitMembership([operation])).toThrow(expect.objectContaining({ scimType }));
  });

  it('makes one change of 80,000 removals', () => {
    const operations = Array.from({ length: 80_000 }, (_, i) => remove(`0000-${i}`));
    expect(splitMembership(operations).membership?.remove.size).toBe(80_000);
  });
});

describe('resolveMembership: value paths that need the members', () => {
  const members = [
    { value: 'a', type: 'User', display: 'Anna' },
    { value: 'b', type: 'User', display: 'Bo' },
    { value: 'c', type: 'User', display: 'Cleo' },
  ];

  it('removes those who match, in order with the other operations', () => {
    const operations: PatchOperation[] = [
      add('d'),
      remove('c'),
      { op: 'remove', path: 'members[display sw "B" or value eq "d"]' },
      add('c'),
    ];
    expect(resolveMembership(operations, members)).toEqual({ replaces: false, add: new Set(), remove: new Set(['b']) });
  });

  it('starts from the replacement when there was one', () => {
    const operations: PatchOperation[] = [replace('a', 'x'), { op: 'remove', path: 'members[value sw "x"]' }, add('y')];
    expect(resolveMembership(operations, members)).toEqual({ replaces: false, add: new Set(['y']), remove: new Set(['b', 'c']) });
  });

  it('agrees with splitMembership where that needs no members', () => {
    const operations = [remove('a'), add('x'), remove('y'), add('b')];
    expect(resolveMembership(operations, members)).toEqual({ replaces: false, add: new Set(['x']), remove: new Set(['a']) });
  });

  it('refuses a request that looks at all members again and again', () => {
    const times = (length: number, path: string) => Array.from({ length }, (): PatchOperation => ({ op: 'remove', path }));
    for (const operations of [times(21, 'members[type eq "Group"]'), times(11, 'members[type eq "Group" and display pr]')]) {
      expect(() => resolveMembership(operations, members)).toThrow(expect.objectContaining({ scimType: 'tooMany' }));
    }
    expect(resolveMembership(times(20, 'members[type eq "Group"]'), members).remove.size).toBe(0);
  });
});

describe('membersOf: the members of a POST or PUT', () => {
  it('gives each id once, in order', () => {
    expect(membersOf([{ value: 'b', display: 'x' }, { VALUE: 'a', $ref: null }, null, { value: 'b' }])).toEqual(['b', 'a']);
  });

  it.each([undefined, null, []])('gives nobody for %j', (value) => {
    expect(membersOf(value)).toEqual([]);
  });

  it.each([[['a']], ['a'], [[{}]], [[[]]], [7]])('refuses %j', (value) => {
    expect(() => membersOf(value)).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });
});
