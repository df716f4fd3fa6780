import type { Attribute, ResourceType, Schema } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import { isScimObject, ownValue, scimObject } from './own-value.ts';
import { parseValue } from './parse-value.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/**
 * A resource's attributes as the declaration of its connection is now: RFC 7643 §7, "for each "schemas" URI value, this schema
 * specifies the defined attribute(s)". What was stored under an earlier declaration and does not fit this one is left out, so that a
 * reply, a filter and an order never meet a value that /Schemas doesn't describe. It stays stored: see docs/schema-extension.md.
 */
export function asDeclared({ extensions }: ResourceType, attributes: ScimObject): ScimObject {
  let shown = attributes;
  for (const { schema, isDeclared } of extensions) {
    const data = isDeclared === true ? ownValue(attributes, schema.id) : undefined;
    if (data !== undefined) shown = { ...shown, [schema.id]: fitting(schema, data) };
  }
  return shown;
}

/** The attributes whose stored values have the type and plurality that is declared now. */
function fitting({ attributes }: Schema, data: ScimValue): ScimObject {
  if (!isScimObject(data)) return {};
  const entries: [string, ScimValue][] = [];
  for (const attribute of attributes) {
    const value = fittingValue(attribute, ownValue(data, attribute.name));
    if (value !== undefined) entries.push([attribute.name, value]);
  }
  return scimObject(entries);
}

/** A stored value, or undefined if it is none that the attribute can have as it is declared now. */
export function fittingValue(attribute: Attribute, stored: ScimValue | undefined): ScimValue | undefined {
  try {
    return parseValue(attribute, stored, attribute.name, () => {});
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
