import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { type ProjectionQuery, parseProjection, project, wantsAttribute } from '../../../../shared/scim/resources/project.ts';
import type { Mode, ScimObject } from '../../../../shared/scim/resources/resource.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const barbara: ScimObject = {
  schemas: [USER, ENTERPRISE],
  id: '1',
  externalId: 'e',
  userName: 'bjensen',
  password: 'must never be here',
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  emails: [
    { value: 'b@work', type: 'work', primary: true },
    { value: 'b@home', type: 'home' },
  ],
  groups: [{ value: 'g' }],
  [ENTERPRISE]: { department: 'R&D', manager: { value: 'm', displayName: 'Mara' } },
  meta: { resourceType: 'User', location: 'l' },
};
const { password: _, ...everything } = barbara;

function shown(query: ProjectionQuery, mode: Mode = 'strict'): ScimObject {
  return project(userResourceType, barbara, parseProjection(userResourceType, query, { mode, onTolerance: () => {} }));
}

describe('attributes, RFC 7644 §3.9', () => {
  const minimum = { schemas: [USER], id: '1' };
  it.each<[string, object]>([
    ['userName', { userName: 'bjensen' }],
    ['USERNAME', { userName: 'bjensen' }],
    [`${USER}:userName`, { userName: 'bjensen' }],
    ['id', {}],
    ['schemas', {}],
    ['password', {}],
    ['shoeSize', {}],
    ['__proto__,constructor,toString', {}],
    [',,', {}],
    ['name.givenName', { name: { givenName: 'Barbara' } }],
    ['name.middleName', {}],
    ['name.givenName, NAME.familyname', { name: { givenName: 'Barbara', familyName: 'Jensen' } }],
    ['name,name.givenName', { name: barbara['name'] }],
    ['emails.value', { emails: [{ value: 'b@work' }, { value: 'b@home' }] }],
    ['emails.primary', { emails: [{ primary: true }] }],
    ['emails[type eq "work"]', { emails: barbara['emails'] }],
    ['emails[type eq "a,b"].value', { emails: [{ value: 'b@work' }, { value: 'b@home' }] }],
    ['emails[type eq', { emails: barbara['emails'] }],
    [']emails,userName', { userName: 'bjensen' }],
    ['meta.location', { meta: { location: 'l' } }],
    ['department', { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'R&D' } }],
    [`${ENTERPRISE}:manager.value`, { schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: 'm' } } }],
    [ENTERPRISE.toUpperCase(), { schemas: [USER, ENTERPRISE], [ENTERPRISE]: barbara[ENTERPRISE] }],
    [`${ENTERPRISE}:costCenter`, {}],
  ])('attributes=%s', (attributes, expected) => {
    expect(shown({ attributes })).toStrictEqual({ ...minimum, ...expected });
  });

  it('shows the whole core schema for its URN, without the extension', () => {
    const { [ENTERPRISE]: __, ...core } = everything;
    expect(shown({ attributes: USER })).toEqual({ ...core, schemas: [USER] });
  });

  it('shows everything that is returned by default if nothing is asked for', () => {
    for (const query of [{}, { attributes: '' }, { attributes: ' ' }, { excludedAttributes: '' }]) {
      expect(shown(query)).toStrictEqual(everything);
    }
  });
});

describe('excludedAttributes, RFC 7644 §3.9', () => {
  it.each<[string, (all: Record<string, unknown>) => unknown]>([
    ['id,schemas', () => {}],
    ['shoeSize', () => {}],
    ['EMAILS', (all) => delete all['emails']],
    ['groups,meta', (all) => [delete all['groups'], delete all['meta']]],
    ['name.givenName', (all) => Object.assign(all, { name: { familyName: 'Jensen' } })],
    ['name.givenName,name.familyName', (all) => delete all['name']],
    ['emails.value,emails.type', (all) => Object.assign(all, { emails: [{ primary: true }] })],
    [`${ENTERPRISE}:department`, (all) => Object.assign(all, { [ENTERPRISE]: { manager: { value: 'm', displayName: 'Mara' } } })],
    [
      ENTERPRISE,
      (all) => {
        delete all[ENTERPRISE];
        all['schemas'] = [USER];
      },
    ],
  ])('excludedAttributes=%s', (excludedAttributes, change) => {
    const expected: Record<string, unknown> = { ...everything };
    change(expected);
    expect(shown({ excludedAttributes })).toStrictEqual(expected);
  });
});

describe('attributes together with excludedAttributes, which exclude each other', () => {
  const both = { attributes: 'userName', excludedAttributes: 'userName' };
  it('is refused in strict mode', () => {
    expect(() => shown(both)).toThrow(expect.objectContaining({ scimType: 'invalidValue', status: 400 }));
  });
  it('means attributes in tolerant mode', () => {
    expect(shown(both, 'tolerant')).toEqual({ schemas: [USER], id: '1', userName: 'bjensen' });
  });
});

describe('whether an attribute has to be loaded', () => {
  it.each<[ProjectionQuery, boolean]>([
    [{}, true],
    [{ attributes: 'members' }, true],
    [{ attributes: 'displayName,MEMBERS.value' }, true],
    [{ attributes: 'urn:ietf:params:scim:schemas:core:2.0:Group' }, true],
    [{ attributes: 'displayName' }, false],
    [{ attributes: 'shoeSize' }, false],
    [{ excludedAttributes: 'displayName' }, true],
    [{ excludedAttributes: 'members.display' }, true],
    [{ excludedAttributes: 'Members' }, false],
    [{ excludedAttributes: 'urn:ietf:params:scim:schemas:core:2.0:Group:members' }, false],
    [{ excludedAttributes: 'urn:ietf:params:scim:schemas:core:2.0:Group' }, false],
  ])('%j: %s', (query, expected) => {
    expect(wantsAttribute(parseProjection(groupResourceType, query, { mode: 'strict', onTolerance: () => {} }), 'members')).toBe(expected);
  });
});
