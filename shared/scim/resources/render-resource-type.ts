import type { ResourceType } from '../attributes/attribute.ts';
import type { ResourceTypes } from '../attributes/resource-types.ts';
import type { ScimObject } from './resource.ts';

/** GET /ResourceTypes: RFC 7644 §4. */
export function renderResourceTypes({ User, Group }: ResourceTypes, baseUrl: string): ScimObject[] {
  return [User, Group].map((resourceType) => renderResourceType(resourceType, baseUrl));
}

/** One resource type: RFC 7643 §6. */
function renderResourceType({ name, endpoint, description, schema, extensions }: ResourceType, baseUrl: string): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint,
    description,
    schema: schema.id,
    schemaExtensions: extensions.map(({ schema: { id }, required }) => ({ schema: id, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  };
}
