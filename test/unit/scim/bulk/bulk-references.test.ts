import { describe, expect, it } from 'vitest';
import { standardResourceTypes } from '../../../../shared/scim/attributes/resource-types.ts';
import { planBulk } from '../../../../shared/scim/bulk/plan-bulk.ts';
import { parseBulkRequest } from '../../../../shared/scim/messages/bulk-request.ts';
import type { ScimValue } from '../../../../shared/scim/resources/resource.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const BASE = 'https://example.com/scim/v2';
const options = { mode: 'tolerant', onTolerance: () => {} } as const;

/** The first operation as it is planned beside two that create user `u` with id ID and group `g` with id GID. */
function planned(operation: Record<string, unknown>) {
  const ids = ['own', 'ID', 'GID'];
  const Operations = [
    { bulkId: 'own', ...operation },
    { method: 'POST', path: '/Users', bulkId: 'u', data: { userName: 'u' } },
    { method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: 'g' } },
  ];
  const { operations } = parseBulkRequest({ Operations } as never, options);
  const made = operation['method'] === 'POST' ? ids : ids.slice(1);
  const plan = planBulk(operations, { resourceTypes: standardResourceTypes, baseUrl: BASE, newId: () => made.shift() ?? '' });
  return plan[0] ?? expect.fail('one operation');
}

const inPost = (path: string, data: ScimValue) => planned({ method: 'POST', path, data }).data;
const inPatch = (path: string, operation: ScimValue) => {
  const { data } = planned({ method: 'PATCH', path, data: { Operations: [operation] } });
  return (data as { Operations: ScimValue[] }).Operations[0];
};

describe('references in data: RFC 7644 §3.7.2', () => {
  it.each<[string, ScimValue, ScimValue]>([
    ['a member', { members: [{ value: 'bulkId:u', type: 'User' }] }, { members: [{ value: 'ID', type: 'User' }] }],
    ['a member in other letters', { MEMBERS: [{ Value: 'bulkId:u' }] }, { MEMBERS: [{ Value: 'ID' }] }],
    ['a member as a bare string (T7)', { members: ['bulkId:u'] }, { members: ['ID'] }],
    ['the URI of a member', { members: [{ $ref: 'bulkId:u' }] }, { members: [{ $ref: `${BASE}/Users/ID` }] }],
    ['a URI that ends in it', { members: [{ $ref: '../Groups/bulkId:g' }] }, { members: [{ $ref: `${BASE}/Groups/GID` }] }],
    ['a display that is only text', { members: [{ display: 'bulkId:u' }] }, { members: [{ display: 'bulkId:u' }] }],
    ['a name that is only text', { displayName: 'bulkId:u', externalId: 'bulkId:u' }, { displayName: 'bulkId:u', externalId: 'bulkId:u' }],
    ['an attribute that is none', { robots: [{ value: 'bulkId:u' }] }, { robots: [{ value: 'bulkId:u' }] }],
    ['a text with more before it', { members: [{ value: 'x bulkId:u' }] }, { members: [{ value: 'x bulkId:u' }] }],
    ['a hostile name', JSON.parse('{"__proto__":{"value":"bulkId:u"}}'), JSON.parse('{"__proto__":{"value":"bulkId:u"}}')],
  ])('of a group: %s', (_what, data, expected) => {
    expect(inPost('/Groups', data)).toEqual(expected);
  });

  it.each<[string, ScimValue, ScimValue]>([
    ['the manager', { [ENTERPRISE]: { manager: { value: 'bulkId:u' } } }, { [ENTERPRISE]: { manager: { value: 'ID' } } }],
    ['the manager as a string (T11)', { [ENTERPRISE]: { Manager: 'bulkId:u' } }, { [ENTERPRISE]: { Manager: 'ID' } }],
    [
      'the manager under the malformed URN (T14)',
      { [ENTERPRISE.replace(':User', 'User')]: { manager: ['bulkId:u'] } },
      { [ENTERPRISE.replace(':User', 'User')]: { manager: ['ID'] } },
    ],
    ['groups, which are read-only', { groups: [{ value: 'bulkId:g' }] }, { groups: [{ value: 'bulkId:g' }] }],
    ['an e-mail', { emails: [{ value: 'bulkId:u' }] }, { emails: [{ value: 'bulkId:u' }] }],
    ['a photo, which is no resource', { photos: [{ value: 'bulkId:u' }] }, { photos: [{ value: 'bulkId:u' }] }],
  ])('of a user: %s', (_what, data, expected) => {
    expect(inPost('/Users', data)).toEqual(expected);
  });

  it.each<[string, ScimValue, ScimValue]>([
    ['a value', { op: 'add', path: 'members', value: [{ value: 'bulkId:u' }] }, { op: 'add', path: 'members', value: [{ value: 'ID' }] }],
    ['a filter', { op: 'remove', path: 'members[value eq "bulkId:u"]' }, { op: 'remove', path: 'members[value eq "ID"]' }],
    [
      'each term of a filter',
      { op: 'remove', path: 'members[value eq "bulkId:u" or value eq "bulkId:g"]' },
      { op: 'remove', path: 'members[value eq "ID" or value eq "GID"]' },
    ],
    [
      'a filter of text',
      { op: 'remove', path: 'members[value eq "x\\"bulkId:u"]' },
      { op: 'remove', path: 'members[value eq "x\\"bulkId:u"]' },
    ],
    ['no path', { op: 'add', value: { members: [{ value: 'bulkId:u' }] } }, { op: 'add', value: { members: [{ value: 'ID' }] } }],
    ['a path that is none', { op: 'add', path: ']', value: 'bulkId:u' }, { op: 'add', path: ']', value: 'bulkId:u' }],
    ['an operation that is none', 'bulkId:u', 'bulkId:u'],
  ])('of a PATCH of a group: %s', (_what, operation, expected) => {
    expect(inPatch('/Groups/x', operation)).toEqual(expected);
  });

  it.each<[string, ScimValue, ScimValue]>([
    [
      'the manager',
      { op: 'Add', Path: `${ENTERPRISE}:manager`, value: 'bulkId:u' },
      { op: 'Add', Path: `${ENTERPRISE}:manager`, value: 'ID' },
    ],
    [
      'its value, by a name that is a path (T4)',
      { op: 'add', value: { [`${ENTERPRISE}:manager.value`]: 'bulkId:u', title: 'bulkId:u' } },
      { op: 'add', value: { [`${ENTERPRISE}:manager.value`]: 'ID', title: 'bulkId:u' } },
    ],
    ['its URI', { op: 'add', path: 'manager.$ref', value: 'bulkId:u' }, { op: 'add', path: 'manager.$ref', value: `${BASE}/Users/ID` }],
    ['its removal', { op: 'remove', path: 'manager' }, { op: 'remove', path: 'manager' }],
  ])('of a PATCH of a user: %s', (_what, operation, expected) => {
    expect(inPatch('/Users/x', operation)).toEqual(expected);
  });
});

describe('planBulk', () => {
  it('resolves the reference in a path, which may be percent-encoded', () => {
    for (const path of ['/Users/bulkId:u', '/Users/bulkId%3Au', 'Users/bulkId:u/']) {
      expect(planned({ method: 'DELETE', path })).toMatchObject({ path: ['Users', 'ID'], references: new Set([1]) });
    }
  });

  it('tells the bulkId that nobody has', () => {
    expect(planned({ method: 'DELETE', path: '/Users/bulkId:x' })).toMatchObject({ path: ['Users', 'bulkId:x'], unknownBulkId: 'x' });
  });

  it('has a resource that refers to itself wait for nobody', () => {
    const own = planned({ method: 'POST', path: '/Users', data: { [ENTERPRISE]: { manager: { value: 'bulkId:own' } } } });
    expect(own).toMatchObject({ references: new Set(), newId: 'own', data: { [ENTERPRISE]: { manager: { value: 'own' } } } });
  });
});
