import { describe, expect, it } from 'vitest';
import { commute, type Footprint, footprintOf, withKnownNames } from '../../../../shared/scim/bulk/footprint.ts';
import type { ScimValue } from '../../../../shared/scim/resources/resource.ts';

const write =
  (type: 'User' | 'Group', method: string) =>
  (id: string, data?: ScimValue): Footprint =>
    footprintOf(type, { method, id, data });
const [postUser, putUser, patchUser, deleteUser] = [
  write('User', 'POST'),
  write('User', 'PUT'),
  write('User', 'PATCH'),
  write('User', 'DELETE'),
];
const [postGroup, patchGroup, deleteGroup] = [write('Group', 'POST'), write('Group', 'PATCH'), write('Group', 'DELETE')];
const setting = (path: string): ScimValue => ({ Operations: [{ op: 'replace', path, value: 'x' }] });

describe('commute: which operations of a Bulk request may run in either order', () => {
  it.each<[string, Footprint, Footprint, boolean]>([
    ['creates with different names', postUser('1', { userName: 'a' }), postUser('2', { userName: 'b' }), true],
    ['creates with names that differ in case only', postUser('1', { userName: 'A' }), postUser('2', { UserName: 'a' }), false],
    ['names that differ in their Unicode form only', postUser('1', { userName: 'é' }), postUser('2', { userName: 'e\u0301' }), false],
    ['a create without a name, which is refused', postUser('1', {}), postUser('2', { userName: 'b' }), true],
    ['PATCHes of one user', patchUser('1', setting('title')), patchUser('1', setting('title')), false],
    ['PATCHes of two users', patchUser('1', setting('title')), patchUser('2', setting('title')), true],
    ['a PATCH that may rename, and a create', patchUser('1', setting('USERname')), postUser('2', { userName: 'b' }), false],
    [
      'a PATCH that may rename by a member of its value',
      patchUser('1', { Operations: [{ value: { userName: 'b' } }] }),
      deleteUser('2'),
      false,
    ],
    ['a PATCH that leaves the name alone, and a create', patchUser('1', setting('title')), postUser('2', { userName: 'b' }), true],
    ['deletes', deleteUser('1'), deleteUser('2'), true],
    ['a delete, which frees a name, and a create', deleteUser('1'), postUser('2', { userName: 'b' }), false],
    ['PUTs of two users whose names nobody knows', putUser('1', { userName: 'a' }), putUser('2', { userName: 'b' }), false],
    ['a create of a user and one of a group', postUser('1', { userName: 'a' }), postGroup('2', { displayName: 'a' }), true],
    ['a change of a user and one of a group', patchUser('1', setting('title')), patchGroup('2', setting('externalId')), false],
    ['a delete of a user and a create of a group', deleteUser('1'), postGroup('2', { displayName: 'a' }), false],
    ['a PATCH of members and a create of a group', patchGroup('1', setting('members')), postGroup('2', { displayName: 'a' }), true],
    ['a delete of a group and a create of one', deleteGroup('1'), postGroup('2', { displayName: 'a' }), false],
  ])('%s', (_what, one, other, expected) => {
    expect([commute(one, other), commute(other, one)]).toEqual([expected, expected]);
  });
});

describe('withKnownNames', () => {
  const puts = [
    putUser('1', { userName: 'x' }),
    putUser('2', { userName: 'y' }),
    putUser('1', { userName: 'z' }),
    putUser('3', { userName: 'X' }),
  ];

  it('lets PUTs run at once that keep or choose their own names, and not those that pass a name on', () => {
    const known = withKnownNames(
      puts,
      new Map([
        ['1', ['a']],
        ['2', ['Y']],
        ['3', ['c']],
      ]),
    );
    const [x, y, z, X] = puts.map(known) as [Footprint, Footprint, Footprint, Footprint];
    expect(commute(x, y)).toBe(true);
    expect(commute(y, X)).toBe(true);
    // The third PUT gives up the name that the first one took, which the fourth wants.
    expect(commute(z, X)).toBe(false);
  });

  it('knows nothing of a resource that was not looked at, or that a PATCH may give any name', () => {
    const [x, y] = puts.map(withKnownNames(puts, new Map([['1', ['a']]]))) as [Footprint, Footprint];
    expect(commute(x, y)).toBe(false);
    const renamed = [...puts, patchUser('2', setting('userName'))];
    const known = withKnownNames(
      renamed,
      new Map([
        ['1', ['a']],
        ['2', ['b']],
      ]),
    );
    expect(commute(known(puts[0] as Footprint), known(puts[1] as Footprint))).toBe(false);
  });

  it('takes a resource that is not there for one without a name', () => {
    const [x, y] = puts.map(
      withKnownNames(
        puts,
        new Map([
          ['1', []],
          ['2', []],
        ]),
      ),
    ) as [Footprint, Footprint];
    expect(commute(x, y)).toBe(true);
  });
});
