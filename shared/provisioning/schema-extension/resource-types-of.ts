import type { Attribute } from '../../scim/attributes/attribute.ts';
import { defineSchema, extendResourceTypes } from '../../scim/attributes/define-schema.ts';
import { type ResourceTypes, standardResourceTypes } from '../../scim/attributes/resource-types.ts';
import type { Settings } from '../settings/settings.ts';
import type { DeclaredSchemaExtension } from './schema-extension.ts';

/** The tables are made once for a declaration; they live as long as the settings it was read with. */
const tables = new WeakMap<DeclaredSchemaExtension, ResourceTypes>();

/** The resource types of a connection: RFC 7643 §6, with the schema that its settings declare. */
export function resourceTypesOf({ schemaExtension }: Pick<Settings, 'schemaExtension'>): ResourceTypes {
  if (schemaExtension === undefined) return standardResourceTypes;
  const known = tables.get(schemaExtension);
  if (known !== undefined) return known;
  const made = extendResourceTypes(schemaExtension.resourceType, defineSchema(schemaExtension));
  tables.set(schemaExtension, made);
  return made;
}

/** The names of the attributes that a connection declared never to be returned: they are secrets, and no log holds them either. */
export function neverReturned(settings: Pick<Settings, 'schemaExtension'>): string[] {
  if (settings.schemaExtension === undefined) return [];
  const { User, Group } = resourceTypesOf(settings);
  const declared = [...User.extensions, ...Group.extensions].filter(({ isDeclared }) => isDeclared === true);
  return declared.flatMap(({ schema }) => namesOfHidden(schema.attributes));
}

function namesOfHidden(attributes: readonly Attribute[]): string[] {
  return attributes.flatMap(({ name, returned, subAttributes = [] }) => (returned === 'never' ? [name] : namesOfHidden(subAttributes)));
}
