import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { renderResource } from '../../../../shared/scim/resources/render-resource.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const kept = { id: 'i', revision: 3, created: '2026-01-01T00:00:00.000Z', lastModified: '2026-01-02T00:00:00.000Z' };

describe('rendering a resource, RFC 7643 §3', () => {
  it('adds schemas, id and meta', () => {
    expect(renderResource(userResourceType, { ...kept, attributes: { userName: 'x', active: false } }, 'https://h/scim/v2')).toStrictEqual({
      schemas: [USER],
      id: 'i',
      userName: 'x',
      active: false,
      meta: {
        resourceType: 'User',
        created: kept.created,
        lastModified: kept.lastModified,
        location: 'https://h/scim/v2/Users/i',
        version: 'W/"3"',
      },
    });
  });

  it.each([
    [{ [ENTERPRISE]: { department: 'd' } }, [USER, ENTERPRISE]],
    [{ [ENTERPRISE]: { department: '' } }, [USER, ENTERPRISE]],
    [{ [ENTERPRISE]: {} }, [USER]],
    [{}, [USER]],
  ])('lists the extension if and only if it has data: %j', (attributes, schemas) => {
    expect(renderResource(userResourceType, { ...kept, attributes: { userName: 'x', ...attributes } }, '')['schemas']).toEqual(schemas);
  });

  it('shows members and groups where they were loaded and there are some', () => {
    const members = [{ value: 'u', type: 'User' }];
    const attributes = { displayName: 'g' };
    expect(renderResource(groupResourceType, { ...kept, attributes, members }, 'b')).toMatchObject({
      members,
      meta: { location: 'b/Groups/i', resourceType: 'Group' },
    });
    expect(Object.keys(renderResource(groupResourceType, { ...kept, attributes, members: [] }, 'b'))).not.toContain('members');
    expect(Object.keys(renderResource(userResourceType, { ...kept, attributes: { userName: 'x' }, groups: [] }, 'b'))).not.toContain(
      'groups',
    );
  });
});
