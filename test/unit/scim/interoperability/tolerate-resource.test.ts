import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { tolerateResource } from '../../../../shared/scim/interoperability/tolerate-resource.ts';
import { parseResource } from '../../../../shared/scim/resources/parse-resource.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const MALFORMED = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';

function accept(json: unknown, resourceType = userResourceType) {
  const tolerances: string[] = [];
  const onTolerance = (tolerance: string, where: string) => void tolerances.push(`${tolerance} ${where}`);
  const resource = parseResource(resourceType, tolerateResource(resourceType, json, onTolerance), { mode: 'tolerant', onTolerance });
  return { resource, tolerances };
}

describe('tolerateResource: what POST and PUT bodies need', () => {
  it('E5: nulls, empty arrays, meta and text booleans (T2, T12, T13)', () => {
    const { resource, tolerances } = accept({
      schemas: [USER],
      userName: 'u',
      active: 'True',
      emails: [{ Primary: 'true', type: 'work', value: 'e' }],
      meta: { resourceType: 'User' },
      name: { formatted: null, familyName: 'F' },
      title: null,
      roles: [],
    });
    expect(resource).toEqual({
      userName: 'u',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'e' }],
      name: { familyName: 'F' },
    });
    expect(tolerances).toEqual(['T2 active', 'T2 emails']);
  });

  it('E5: the extension URN without its last colon, in schemas and as a name (T14)', () => {
    const { resource, tolerances } = accept({ schemas: [USER, MALFORMED], userName: 'u', [MALFORMED]: { department: 'D' } });
    expect(resource).toEqual({ userName: 'u', [ENTERPRISE]: { department: 'D' } });
    expect(tolerances).toEqual(['T14 a malformed schema URN']);
  });

  it.each([
    ['m', { manager: { value: 'm' } }],
    [['m'], { manager: { value: 'm' } }],
    [[{ value: 'm' }], { manager: { value: 'm' } }],
    [{ value: 'm' }, { manager: { value: 'm' } }],
    ['', undefined],
    [[], undefined],
    [null, undefined],
    [{ value: '' }, undefined],
  ])('T11: the manager %j', (manager, expected) => {
    expect(accept({ schemas: [USER, ENTERPRISE], userName: 'u', [ENTERPRISE]: { manager } }).resource[ENTERPRISE]).toEqual(expected);
  });

  it('T16: a password is dropped before anything looks at it', () => {
    const body = { schemas: [USER], userName: 'u', PassWord: { even: 'an object' } };
    expect(JSON.stringify(tolerateResource(userResourceType, body, () => {}))).not.toContain('even');
    expect(accept(body)).toEqual({ resource: { userName: 'u' }, tolerances: [] });
  });

  it('T21 and T7: roles packed in strings, members as bare strings', () => {
    expect(accept({ schemas: [USER], userName: 'u', roles: ['{"value":"Admin","displayName":"A"}'] }).resource['roles']).toEqual([
      { value: 'Admin', display: 'A' },
    ]);
    const group = { schemas: [groupResourceType.schema.id], displayName: 'g', members: 'id-1' };
    expect(accept(group, groupResourceType).resource['members']).toEqual([{ value: 'id-1' }]);
  });

  it('leaves what is no object and what is no dialect to the parser, and changes nothing of its input', () => {
    for (const json of ['x', null, [1], 7]) expect(tolerateResource(userResourceType, json, () => {})).toBe(json);
    const body = { schemas: 'x', userName: 7, emails: 'x', groups: 'x', active: 'yes', [ENTERPRISE]: 'x', unknown: { a: 1 } };
    const before = structuredClone(body);
    expect(tolerateResource(userResourceType, body, () => {})).toEqual({ ...before, emails: [{ value: 'x' }] });
    expect(body).toEqual(before);
  });

  it('treats __proto__ as an ordinary unknown name', () => {
    const { resource } = accept(
      JSON.parse(`{"schemas":["${USER}"],"userName":"u","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`),
    );
    expect(resource).toEqual({ userName: 'u' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
