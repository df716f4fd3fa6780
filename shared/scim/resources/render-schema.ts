import type { Attribute, Schema } from '../attributes/attribute.ts';
import type { ResourceTypes } from '../attributes/resource-types.ts';
import type { ScimObject } from './resource.ts';

/** GET /Schemas: RFC 7644 §4. The tables that validate are the ones that are shown. */
export function renderSchemas({ User, Group }: ResourceTypes, baseUrl: string): ScimObject[] {
  const extensions = [...User.extensions, ...Group.extensions].map(({ schema }) => schema);
  return [User.schema, Group.schema, ...extensions].map((schema) => renderSchema(schema, baseUrl));
}

/** One schema: RFC 7643 §7. Common attributes are not part of it: "Common attributes … do not use their own "schemas" URI" (§3.1). */
function renderSchema({ id, name, description, attributes }: Schema, baseUrl: string): ScimObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.map(renderAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  };
}

/** The characteristics that an attribute of this type has: RFC 7643 §2.3 and §7. */
function renderAttribute(attribute: Attribute): ScimObject {
  const { name, type, multiValued, description, required, mutability, returned } = attribute;
  const { canonicalValues, referenceTypes, subAttributes } = attribute;
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(canonicalValues !== undefined && { canonicalValues }),
    // "caseExact: A Boolean value that specifies whether or not a string attribute is case sensitive."
    ...(isText(attribute) && { caseExact: attribute.caseExact }),
    mutability,
    returned,
    // "A boolean has no case sensitivity or uniqueness."
    ...(type !== 'boolean' && { uniqueness: attribute.uniqueness }),
    ...(referenceTypes !== undefined && { referenceTypes }),
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(renderAttribute) }),
  };
}

function isText({ type }: Attribute): boolean {
  return type === 'string' || type === 'reference' || type === 'binary';
}
