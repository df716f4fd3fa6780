import { describe, expect, it } from 'vitest';
import { findAttribute, findSchema } from '../../../../shared/scim/attributes/find-attribute.ts';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { parseAttributePath } from '../../../../shared/scim/filter/parse-path.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function find(text: string, resourceType = userResourceType) {
  const found = findAttribute(resourceType, parseAttributePath(text));
  return found && [found.extension, found.attribute.name, found.subAttribute?.name];
}

describe('finding an attribute, RFC 7644 §3.10', () => {
  it.each([
    ['userName', [undefined, 'userName', undefined]],
    ['USERNAME', [undefined, 'userName', undefined]],
    ['name.givenname', [undefined, 'name', 'givenName']],
    ['id', [undefined, 'id', undefined]],
    ['meta.lastModified', [undefined, 'meta', 'lastModified']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', [undefined, 'userName', undefined]],
    ['URN:IETF:params:scim:schemas:CORE:2.0:user:emails.VALUE', [undefined, 'emails', 'value']],
    ['urn:ietf:params:scim:schemas:core:2.0:User:externalId', [undefined, 'externalId', undefined]],
    [`${ENTERPRISE}:manager.value`, [ENTERPRISE, 'manager', 'value']],
    [`${ENTERPRISE.toUpperCase()}:DEPARTMENT`, [ENTERPRISE, 'department', undefined]],
    ['manager', [ENTERPRISE, 'manager', undefined]],
    ['members.$REF', undefined],
  ])('finds %s', (text, expected) => {
    expect(find(text)).toEqual(expected);
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'name.constructor',
    'name.__proto__',
    'userName.value',
    `${ENTERPRISE}:userName`,
    `${ENTERPRISE}:id`,
    'urn:example:2.0:User:userName',
    'urn:ietf:params:scim:schemas:core:2.0:Group:displayName',
  ])('does not know %s of a User', (text) => {
    expect(find(text)).toBeUndefined();
  });

  it('finds the members of a Group', () => {
    expect(find('members.$REF', groupResourceType)).toEqual([undefined, 'members', '$ref']);
  });

  it('tells a schema as a whole from an attribute', () => {
    expect(findSchema(userResourceType, parseAttributePath(ENTERPRISE.toLowerCase()))).toBe(ENTERPRISE);
    expect(findSchema(userResourceType, parseAttributePath(`${ENTERPRISE}:manager`))).toBeUndefined();
    expect(findSchema(groupResourceType, parseAttributePath(ENTERPRISE))).toBeUndefined();
  });
});
