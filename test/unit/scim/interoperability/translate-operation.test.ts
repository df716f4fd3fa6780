import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { parsePatchOp } from '../../../../shared/scim/messages/patch-op.ts';
import type { PatchOperation } from '../../../../shared/scim/patch/operation.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];

interface Translated {
  readonly operations: PatchOperation[];
  readonly tolerances: string[];
}

function translate(operation: unknown, resourceType = userResourceType): Translated {
  const tolerances: string[] = [];
  const onTolerance = (tolerance: string, where: string) => void tolerances.push(`${tolerance} ${where}`);
  return { operations: parsePatchOp({ schemas, Operations: [operation] }, resourceType, { mode: 'tolerant', onTolerance }), tolerances };
}

const inGroup = (operation: unknown) => translate(operation, groupResourceType);

describe('a tolerant connection and its PATCH dialects', () => {
  it.each([
    ['"True"', { op: 'replace', path: 'active', value: 'False' }, { op: 'replace', path: 'active', value: false }],
    [
      'a primary',
      { op: 'add', path: 'emails[type eq "work"].primary', value: 'true' },
      { op: 'add', path: 'emails[type eq "work"].primary', value: true },
    ],
    [
      'in a value',
      { op: 'add', path: 'roles', value: [{ value: 'r', Primary: 'TRUE' }] },
      { op: 'add', path: 'roles', value: [{ value: 'r', Primary: true }] },
    ],
    [
      'in a filter',
      { op: 'replace', path: 'roles[primary eq "True"].display', value: 'x' },
      { op: 'replace', path: 'roles[primary eq true].display', value: 'x' },
    ],
  ])('T2: booleans as text, %s', (_, operation, expected) => {
    const { operations, tolerances } = translate(operation);
    expect(operations).toEqual([expected]);
    expect(tolerances.filter((each) => each.startsWith('T2 '))).toHaveLength(1);
  });

  it('T2: leaves text that is no boolean for the engine to refuse, and text attributes alone', () => {
    expect(translate({ op: 'replace', path: 'active', value: 'yes' })).toEqual({
      operations: [{ op: 'replace', path: 'active', value: 'yes' }],
      tolerances: [],
    });
    expect(translate({ op: 'replace', path: 'displayName', value: 'True' }).operations).toEqual([
      { op: 'replace', path: 'displayName', value: 'True' },
    ]);
  });

  it('T4: splits a value without a path into an operation a name: dotted, qualified, with a value path, under a URN', () => {
    const value = {
      displayname: 'Bjfe',
      'name.givenName': 'Kkom',
      [`${ENTERPRISE}:employeeNumber`]: '7005',
      'emails[type eq "work"].value': 'x@example.com',
      [ENTERPRISE]: { Department: 'D', 'manager.value': 'm' },
      [CORE]: { title: 'T' },
      active: 'False',
    };
    const { operations, tolerances } = translate({ op: 'replace', value });
    expect(operations).toEqual([
      { op: 'replace', path: 'displayName', value: 'Bjfe' },
      { op: 'replace', path: 'name.givenName', value: 'Kkom' },
      { op: 'replace', path: `${ENTERPRISE}:employeeNumber`, value: '7005' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'x@example.com' },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'D' },
      { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'm' },
      { op: 'replace', path: 'title', value: 'T' },
      { op: 'replace', path: 'active', value: false },
    ]);
    expect(tolerances.filter((each) => each.startsWith('T4 '))).toEqual(['T4 name', 'T4 emails', 'T4 manager']);
  });

  it('T4: leaves unknown names out and tells them; a value path that is malformed is an error', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"urn:x:y":1,"a b":1,"emails.nothing":1,"title":"T"}');
    const { operations, tolerances } = translate({ op: 'add', value });
    expect(operations).toEqual([{ op: 'add', path: 'title', value: 'T' }]);
    expect(tolerances.filter((each) => each.startsWith('unknownAttribute '))).toHaveLength(5);
    expect(() => translate({ op: 'add', value: { 'emails[type eq': 'x' } })).toThrow(expect.objectContaining({ scimType: 'invalidPath' }));
  });

  it.each(['add', 'replace'])('takes an empty path of %s for none', (op) => {
    expect(translate({ op, path: '', value: { title: 'T' } })).toEqual({
      operations: [{ op, path: 'title', value: 'T' }],
      tolerances: ['emptyPath path'],
    });
  });

  it.each([
    [
      'an array',
      [
        { $ref: null, value: 'a' },
        { value: 'b', display: 'B' },
      ],
      ['a', 'b'],
    ],
    ['one object', { value: 'a', display: 'A', type: 'User' }, ['a']],
    ['a string', 'a', ['a']],
    ['strings', ['a', 'b"\\'], ['a', 'b\\"\\\\']],
    ['an empty array, which names nobody', [], []],
    ['an empty string, which names nobody', '', []],
  ])('T6: removes only the members that the value names: %s', (_, value, ids) => {
    expect(inGroup({ op: 'remove', path: 'members', value })).toEqual({
      operations: ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
      tolerances: ['T6 members'],
    });
  });

  it('T6: removes all members only where no value names any', () => {
    expect(inGroup({ op: 'remove', path: 'members' }).operations).toEqual([{ op: 'remove', path: 'members' }]);
    expect(inGroup({ op: 'remove', path: 'members', value: null }).operations).toEqual([{ op: 'remove', path: 'members' }]);
  });

  it('T6: removes other values by value and type, and refuses a value that names nothing', () => {
    expect(translate({ op: 'remove', path: 'emails', value: [{ value: 'x', type: 'work', primary: true }] }).operations).toEqual([
      { op: 'remove', path: 'emails[value eq "x" and type eq "work"]' },
    ]);
    expect(translate({ op: 'remove', path: 'title', value: 'x' }).operations).toEqual([{ op: 'remove', path: 'title' }]);
    expect(() => inGroup({ op: 'remove', path: 'members', value: [{ display: 'x' }] })).toThrow(
      expect.objectContaining({ scimType: 'invalidValue' }),
    );
  });

  it.each([
    ['one', 'id-1', [{ value: 'id-1' }]],
    ['several', ['id-1', { value: 'id-2' }], [{ value: 'id-1' }, { value: 'id-2' }]],
  ])('T7: members as bare strings, %s', (_, value, expected) => {
    expect(inGroup({ op: 'add', path: 'members', value })).toEqual({
      operations: [{ op: 'add', path: 'members', value: expected }],
      tolerances: ['T7 members'],
    });
  });

  it.each([
    ['a string', 'manager', 'm', { value: 'm' }],
    ['an array', 'manager', [{ $ref: '../Users/m', value: 'm' }], { $ref: '../Users/m', value: 'm' }],
    ['an array of a string', `${ENTERPRISE}:manager`, ['m'], { value: 'm' }],
    ['an object', `${ENTERPRISE}:manager`, { value: 'm' }, { value: 'm' }],
    ['an empty string', `${ENTERPRISE}:manager`, '', null],
    ['null', `${ENTERPRISE}:manager`, null, null],
    ['an empty array', `${ENTERPRISE}:manager`, [], null],
    ['an object with an empty value', `${ENTERPRISE}:manager`, { value: '' }, null],
    ['an object with a null value', 'manager', { value: null, $ref: null }, null],
  ])('T11: the manager as %s', (_, path, value, expected) => {
    expect(translate({ op: 'add', path, value }).operations).toEqual([{ op: 'add', path: `${ENTERPRISE}:manager`, value: expected }]);
  });

  it('T11: tells that the value was no object; a path without the URN is RFC 7644 §3.10’s own', () => {
    expect(translate({ op: 'add', path: 'manager', value: { value: 'm' } }).tolerances).toEqual([]);
    expect(translate({ op: 'add', path: `${ENTERPRISE}:manager`, value: 'm' }).tolerances).toEqual(['T11 manager']);
    expect(translate({ op: 'add', path: `${ENTERPRISE}:manager`, value: { value: 'm' } }).tolerances).toEqual([]);
    expect(translate({ op: 'add', path: `${ENTERPRISE}:manager`, value: 7 })).toEqual({
      operations: [{ op: 'add', path: `${ENTERPRISE}:manager`, value: 7 }],
      tolerances: [],
    });
  });

  it('T11: an empty manager.value clears it; two managers are left for the engine to refuse', () => {
    expect(translate({ op: 'replace', path: `${ENTERPRISE}:manager.value`, value: '' }).operations).toEqual([
      { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: null },
    ]);
    expect(translate({ op: 'replace', path: 'manager', value: ['a', 'b'] }).operations[0]?.value).toEqual(['a', 'b']);
  });

  it('leaves null alone: it is unassigned by the RFC, and no tolerance', () => {
    for (const path of [`${ENTERPRISE}:manager`, 'emails', 'active', 'name']) {
      expect(translate({ op: 'replace', path, value: null })).toEqual({
        operations: [{ op: 'replace', path, value: null }],
        tolerances: [],
      });
    }
  });

  it('leaves what is no dialect for the engine to refuse', () => {
    for (const operation of [
      { op: 'replace', path: 'name', value: 'Barbara' },
      { op: 'replace', path: 'name', value: ['Barbara'] },
      { op: 'add', value: 'x' },
      { op: 'remove', value: { members: [] } },
      { op: 'remove' },
    ]) {
      expect(translate(operation)).toEqual({ operations: [operation], tolerances: [] });
    }
  });

  it('names an unknown attribute of an extension once, as a whole', () => {
    const { operations, tolerances } = translate({ op: 'add', value: { [ENTERPRISE]: { shoeSize: 9, division: 'D' } } });
    expect(operations).toEqual([{ op: 'add', path: `${ENTERPRISE}:division`, value: 'D' }]);
    expect(tolerances.filter((each) => each.startsWith('unknown'))).toEqual([`unknownAttribute ${ENTERPRISE}:shoeSize`]);
  });

  it('refuses more removals than a resource can have values', () => {
    const emails = Array.from({ length: 1_001 }, (_, i) => ({ value: `${i}` }));
    expect(() => translate({ op: 'remove', path: 'emails', value: emails })).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
    expect(translate({ op: 'remove', path: 'emails', value: emails.slice(1) }).operations).toHaveLength(1_000);
    expect(inGroup({ op: 'remove', path: 'members', value: emails }).operations).toHaveLength(1_001);
  });

  it('tells no more than 50 places of one tolerance, and every other one all the same', () => {
    const value = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, 1]));
    const { tolerances } = translate({ op: 'add', value: { ...value, active: 'True' } });
    expect(tolerances.filter((each) => each.startsWith('unknownAttribute '))).toHaveLength(50);
    expect(tolerances.at(-1)).toBe('T2 active');
  });

  it.each([
    ['an attribute', 'shoeSize', 'shoeSize'],
    ['a sub-attribute', 'name.petName', 'name.petName'],
    ['a sub-attribute after a value path', 'emails[value eq "a@example.com"].colour', 'emails.colour'],
    ['an attribute with a value path', 'shoes[type eq "left"].size', 'shoes.size'],
    ['an attribute of the extension', `${ENTERPRISE}:badge`, `${ENTERPRISE}:badge`],
    ['an extension', 'urn:example:contoso:2.0:User:badge', 'urn:example:contoso:2.0:User:badge'],
  ])('leaves an operation out whose path names %s that is unknown, and tells it without the filter', (_, path, told) => {
    for (const op of ['add', 'replace', 'remove']) {
      expect(translate({ op, path, value: 'x' })).toEqual({ operations: [], tolerances: [`unknownAttribute ${told}`] });
    }
  });

  it.each(['a b', 'emails[', 'emails[type eq "work"', '.value', 'userName[value eq "x"]', '__proto__', '__proto__.polluted'])(
    'refuses the malformed path %s',
    (path) => {
      expect(() => translate({ op: 'replace', path, value: 'x' })).toThrow(expect.objectContaining({ scimType: 'invalidPath' }));
    },
  );

  it('drops a nested group from the members, and says that there are none', () => {
    const told = 'nestedGroup members: nested groups are not supported, g is left out';
    for (const value of [{ value: 'g', type: 'Group' }, [{ value: 'g', Type: 'group' }]]) {
      expect(inGroup({ op: 'add', path: 'members', value })).toEqual({
        operations: [{ op: 'add', path: 'members', value: [null] }],
        tolerances: [told],
      });
    }
    expect(
      inGroup({
        op: 'add',
        value: {
          members: [
            { value: 'g', type: 'Group' },
            { value: 'u', type: 'User' },
          ],
        },
      }),
    ).toEqual({
      operations: [{ op: 'add', path: 'members', value: [null, { value: 'u', type: 'User' }] }],
      tolerances: [told],
    });
  });

  it('T13: ignores what the client can not set, in a value and as a path', () => {
    const value = { schemas: [GROUP], id: 'x', meta: {}, displayName: 'D', externalId: 'e' };
    expect(inGroup({ op: 'replace', value })).toEqual({
      operations: [
        { op: 'replace', path: 'displayName', value: 'D' },
        { op: 'replace', path: 'externalId', value: 'e' },
      ],
      tolerances: ['T13 id', 'T13 meta'],
    });
    for (const path of ['id', 'meta.version', 'groups', 'groups[value eq "x"].display', `${ENTERPRISE}:manager.displayName`]) {
      expect(translate({ op: 'replace', path, value: 'x' }).operations).toEqual([]);
    }
    expect(inGroup({ op: 'replace', path: 'members[value eq "x"].display', value: 'x' }).operations).toEqual([]);
  });

  it('T14: repairs the extension URN that lacks a colon', () => {
    const malformed = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';
    expect(translate({ op: 'add', value: { [malformed]: { department: 'D' } } }).operations).toEqual([
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'D' },
    ]);
  });

  it('T16: drops a password wherever it stands', () => {
    for (const operation of [
      { op: 'replace', path: 'password', value: 'Secret-1' },
      { op: 'replace', value: { Password: 'Secret-1' } },
      { op: 'add', value: { [`${CORE}:password`]: 'Secret-1' } },
      { op: 'add', value: { [CORE]: { password: 'Secret-1' } } },
    ]) {
      const { operations, tolerances } = translate(operation);
      expect(operations).toEqual([]);
      expect(tolerances).toEqual([]);
    }
  });

  it('T21: unpacks a role that is JSON in a string, as the value of an object, alone and by its path', () => {
    const packed = '{"id":"18d1","value":"Admin","displayName":"Administrator"}';
    const unpacked = { value: 'Admin', display: 'Administrator' };
    expect(translate({ op: 'add', path: 'roles', value: [{ primary: 'False', value: packed }, packed] }).operations[0]?.value).toEqual([
      { ...unpacked, primary: false },
      unpacked,
    ]);
    expect(translate({ op: 'add', path: 'roles[primary eq "True"].value', value: packed }).operations[0]?.value).toBe('Admin');
    const long = JSON.stringify({ value: 'Admin', padding: 'x'.repeat(5_000) });
    for (const text of ['{"value":7}', '{no json', '{}', long]) {
      expect(translate({ op: 'add', path: 'roles', value: [{ value: text }] }).operations[0]?.value).toEqual([{ value: text }]);
    }
  });

  it('leaves an operation in the words of the RFC as it is, and tells nothing', () => {
    for (const operation of [
      { op: 'add', path: 'emails', value: [{ type: 'work', value: 'x' }] },
      { op: 'remove', path: 'emails[type eq "work" and not (value sw "x")].value' },
      { op: 'replace', path: ENTERPRISE, value: null },
      { op: 'remove' },
      { op: 'add', path: 'title' },
    ]) {
      expect(translate(operation)).toEqual({ operations: [operation], tolerances: [] });
    }
  });
});
