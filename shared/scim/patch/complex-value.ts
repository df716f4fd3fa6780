import type { Attribute } from '../attributes/attribute.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { isScimObject, ownValue, scimObject } from '../resources/own-value.ts';
import { parseValue } from '../resources/parse-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';

/** An object with one member set, or without it if the value is undefined (unassigned). The object itself stays as it is. */
export function withMember(object: ScimValue | undefined, name: string, value: ScimValue | undefined): ScimObject {
  const before: ScimObject = isScimObject(object) ? object : {};
  if (value !== undefined) return { ...before, [name]: value };
  return Object.hasOwn(before, name) ? scimObject(Object.entries(before).filter(([each]) => each !== name)) : before;
}

/** One value of an attribute, multi-valued or not. @throws ScimError invalidValue */
export function parseElement(attribute: Attribute, value: ScimValue, where: string, onTolerance: OnTolerance): ScimValue | undefined {
  return parseValue(attribute.multiValued ? { ...attribute, multiValued: false } : attribute, value, where, onTolerance);
}

/**
 * The values of a multi-valued attribute. RFC 7644 §3.5.2.1: the value "MAY be a quoted value, or it may be a JSON object containing
 * the sub-attributes of the complex attribute": one value needs no array. @throws ScimError invalidValue
 */
export function parseElements(attribute: Attribute, value: ScimValue, where: string, onTolerance: OnTolerance): readonly ScimValue[] {
  const parsed = Array.isArray(value)
    ? parseValue(attribute, value, where, onTolerance)
    : parseElement(attribute, value, where, onTolerance);
  if (parsed === undefined) return [];
  return Array.isArray(parsed) ? parsed : [parsed as ScimValue];
}

/**
 * A complex value with other sub-attributes. RFC 7644 §3.5.2.3: the given ones replace "any existing values or adds where an attribute
 * did not previously exist. Sub-attributes that are not specified in the "value" parameter are left unchanged."
 * @throws ScimError invalidValue, mutability
 */
export function mergeSubAttributes(
  attribute: Attribute,
  before: ScimValue | undefined,
  value: ScimValue,
  where: string,
  onTolerance: OnTolerance,
): ScimValue | undefined {
  const given = parseElement(attribute, value, where, onTolerance);
  let merged: ScimObject = { ...(isScimObject(before) && before), ...(isScimObject(given) && given) };
  // RFC 7643 §2.5: null is unassigned, so a sub-attribute given as null has no value any more.
  for (const name of isScimObject(value) ? Object.keys(value) : []) {
    const subAttribute = attributeNamed(attribute.subAttributes ?? [], name);
    if (subAttribute === undefined || subAttribute.mutability === 'readOnly' || ownValue(given, subAttribute.name) !== undefined) continue;
    merged = withMember(merged, subAttribute.name, undefined);
  }
  checkImmutable(attribute, before, merged);
  return Object.keys(merged).length === 0 ? undefined : merged;
}

/**
 * RFC 7644 §3.5.2: "a client MUST NOT modify an attribute that has mutability "readOnly" or "immutable". However, a client MAY "add" a
 * value to an "immutable" attribute if the attribute had no previous value." Compares the sub-attributes of one value.
 * @throws ScimError mutability
 */
export function checkImmutable(attribute: Attribute, before: ScimValue | undefined, after: ScimValue | undefined): void {
  for (const { name, mutability } of attribute.subAttributes ?? []) {
    const previous = mutability === 'immutable' ? ownValue(before, name) : undefined;
    if (previous !== undefined && previous !== ownValue(after, name)) {
      throw new ScimError('mutability', `${attribute.name}.${name} can't be changed once it is set; remove the value and add another`);
    }
  }
}
