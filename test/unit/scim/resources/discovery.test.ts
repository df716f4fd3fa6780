import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../../shared/scim/attributes/attribute.ts';
import { enterpriseUserSchema } from '../../../../shared/scim/attributes/enterprise-user-schema.ts';
import { groupSchema } from '../../../../shared/scim/attributes/group-schema.ts';
import { standardResourceTypes } from '../../../../shared/scim/attributes/resource-types.ts';
import { userSchema } from '../../../../shared/scim/attributes/user-schema.ts';
import { MAX_OPERATIONS } from '../../../../shared/scim/messages/patch-op.ts';
import { renderResourceTypes } from '../../../../shared/scim/resources/render-resource-type.ts';
import { renderSchemas } from '../../../../shared/scim/resources/render-schema.ts';
import type { ScimObject } from '../../../../shared/scim/resources/resource.ts';
import { serviceProviderConfig } from '../../../../shared/scim/resources/service-provider-config.ts';

const BASE = 'https://h/scim/v2';

describe('ServiceProviderConfig, RFC 7643 §5', () => {
  it('has every REQUIRED attribute, numbers as numbers', () => {
    expect(serviceProviderConfig(BASE)).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: MAX_OPERATIONS, maxPayloadSize: 1024 * 1024 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 1000,
        cursorTimeout: 3600,
      },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'oauthbearertoken', name: expect.any(String), description: expect.any(String), primary: true }],
      meta: { resourceType: 'ServiceProviderConfig', location: `${BASE}/ServiceProviderConfig` },
    });
  });
});

describe('Schemas, RFC 7643 §7', () => {
  const rendered = renderSchemas(standardResourceTypes, BASE);

  it('shows each table under its URN', () => {
    expect(rendered.map(({ id, name, meta }) => ({ id, name, meta }))).toEqual(
      [userSchema, groupSchema, enterpriseUserSchema].map(({ id, name }) => ({
        id,
        name,
        meta: { resourceType: 'Schema', location: `${BASE}/Schemas/${id}` },
      })),
    );
  });

  it('shows what validates: the same names, types and characteristics', () => {
    const compare = (shown: readonly ScimObject[], tables: readonly Attribute[]) => {
      expect(shown.map(({ name }) => name)).toEqual(tables.map(({ name }) => name));
      for (const [i, table] of tables.entries()) {
        const { subAttributes, caseExact, uniqueness, ...rest } = table;
        expect(shown[i]).toMatchObject(rest);
        // RFC 7643 §2.3.2 and §2.3.8: booleans and complex attributes have no case sensitivity.
        expect(shown[i]?.['caseExact']).toBe(table.type === 'boolean' || table.type === 'complex' ? undefined : caseExact);
        expect(shown[i]?.['uniqueness']).toBe(table.type === 'boolean' ? undefined : uniqueness);
        if (subAttributes) compare(shown[i]?.['subAttributes'] as unknown as ScimObject[], subAttributes);
      }
    };
    for (const [i, { attributes }] of [userSchema, groupSchema, enterpriseUserSchema].entries()) {
      compare(rendered[i]?.['attributes'] as unknown as ScimObject[], attributes);
    }
  });

  it('leaves out the common attributes (RFC 7643 §3.1, §8.7.1)', () => {
    const shown = rendered.flatMap(({ attributes }) => attributes as unknown as ScimObject[]).map(({ name }) => name);
    expect(shown).toContain('userName');
    for (const common of ['schemas', 'id', 'externalId', 'meta']) expect(shown).not.toContain(common);
  });
});

describe('ResourceTypes, RFC 7643 §6', () => {
  it('shows User with the enterprise extension, and Group', () => {
    expect(renderResourceTypes(standardResourceTypes, BASE)).toMatchObject([
      {
        id: 'User',
        name: 'User',
        endpoint: '/Users',
        schema: userSchema.id,
        schemaExtensions: [{ schema: enterpriseUserSchema.id, required: false }],
        meta: { resourceType: 'ResourceType', location: `${BASE}/ResourceTypes/User` },
      },
      { id: 'Group', endpoint: '/Groups', schema: groupSchema.id, schemaExtensions: [], meta: { location: `${BASE}/ResourceTypes/Group` } },
    ]);
  });
});
