import type { Attribute, AttributeType, Schema } from './attribute.ts';
import { defineAttribute } from './define-attribute.ts';
import { type ResourceTypes, standardResourceTypes } from './resource-types.ts';

/** An attribute as somebody else writes it down: RFC 7643 §7, everything that has a default may be left out. */
export interface AttributeDeclaration extends Partial<Omit<Attribute, 'name' | 'type' | 'subAttributes'>> {
  readonly name: string;
  readonly type: AttributeType;
  readonly subAttributes?: readonly AttributeDeclaration[];
}

/** A schema as somebody else writes it down, in the shape of RFC 7643 §8.7. It is checked already. */
export interface SchemaDeclaration extends Pick<Schema, 'id' | 'name'> {
  readonly description?: string;
  readonly attributes: readonly AttributeDeclaration[];
}

/** The table of a declared schema, with the defaults of RFC 7643 §2.2. */
export function defineSchema({ id, name, description = name, attributes }: SchemaDeclaration): Schema {
  return { id, name, description, attributes: attributes.map(define) };
}

/** The resource types of a connection that adds a schema of its own to one of them: RFC 7643 §3.3, "all extensions are additive". */
export function extendResourceTypes(type: keyof ResourceTypes, schema: Schema): ResourceTypes {
  const standard = standardResourceTypes[type];
  // §6: "If false, a resource of this type MAY omit this schema extension."
  const extensions = [...standard.extensions, { schema, required: false, isDeclared: true }];
  return { ...standardResourceTypes, [type]: { ...standard, extensions } };
}

function define({ name, type, description = name, subAttributes, ...given }: AttributeDeclaration): Attribute {
  return defineAttribute(type, name, description, {
    // §7: "Attribute values SHALL NOT be returned". A writeOnly attribute has no other value of "returned".
    ...(given.mutability === 'writeOnly' && { returned: 'never' }),
    // §2.3.7: "A reference has a "referenceTypes" attribute".
    ...(type === 'reference' && { referenceTypes: ['uri'] }),
    ...given,
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(define) }),
  });
}
