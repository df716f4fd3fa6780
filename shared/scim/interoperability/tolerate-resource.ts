import type { Attribute, ResourceType } from '../attributes/attribute.ts';
import { attributeNamed, baseAttributes, isSameName } from '../attributes/find-attribute.ts';
import { isScimObject, scimObject } from '../resources/own-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { reportOnce } from './report-once.ts';
import { tolerateValue } from './tolerate-value.ts';

/**
 * The body of a POST or PUT with the dialects of SCIM.md §2 translated, for parseResource. A body that is no object stays as it is.
 * Unknown URNs in `schemas` and missing `schemas` (T14), read-only attributes (T13) and null (T12) are parseResource's.
 */
export function tolerateResource(resourceType: ResourceType, json: unknown, onTolerance: OnTolerance): unknown {
  if (!isScimObject(json)) return json;
  const report = reportOnce(onTolerance);
  const attributes = baseAttributes(resourceType);
  return scimObject(
    Object.entries(json).flatMap(([given, value]): [string, ScimValue][] => {
      if (isSameName(given, 'schemas')) return [[given, wellFormedSchemas(resourceType, value, report)]];
      const name = wellFormedUrn(resourceType, given, report);
      const extension = resourceType.extensions.find(({ schema }) => isSameName(schema.id, name));
      if (extension !== undefined) return [[name, tolerateAttributes(extension.schema.attributes, value, report)]];
      if (isPassword(attributeNamed(attributes, name))) return [];
      return [[name, tolerateAttribute(attributes, name, value, report)]];
    }),
  );
}

/**
 * T14: Entra ID has written `…:extension:enterprise:2.0User`, without the last colon, in `schemas` and as the extension's name
 * (SCIM.md E5; fixture entra/005).
 */
export function wellFormedUrn(resourceType: ResourceType, name: string, onTolerance: OnTolerance): string {
  if (name.length > 100 || !name.includes(':')) return name;
  for (const { schema } of resourceType.extensions) {
    if (isSameName(name, schema.id)) return name;
    if (!isSameName(name.replaceAll(':', ''), schema.id.replaceAll(':', ''))) continue;
    onTolerance('T14', 'a malformed schema URN');
    return schema.id;
  }
  return name;
}

/**
 * T16: Okta sends a random password with every user (SCIM.md O3; fixture okta/003). It is dropped before anything looks at it, by a
 * strict connection too: so it is no tolerance.
 */
export function isPassword(attribute: Attribute | undefined): boolean {
  return attribute?.returned === 'never';
}

function wellFormedSchemas(resourceType: ResourceType, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (!Array.isArray(value)) return value;
  return value.map((urn: ScimValue) => (typeof urn === 'string' ? wellFormedUrn(resourceType, urn, onTolerance) : urn));
}

function tolerateAttributes(attributes: readonly Attribute[], value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (!isScimObject(value)) return value;
  const entries = Object.entries(value satisfies ScimObject);
  return scimObject(entries.map(([name, each]) => [name, tolerateAttribute(attributes, name, each, onTolerance)] as const));
}

function tolerateAttribute(attributes: readonly Attribute[], name: string, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  const attribute = attributeNamed(attributes, name);
  // RFC 7644 §3.3: what is read-only "SHALL be ignored": it is not looked at.
  if (attribute === undefined || attribute.mutability === 'readOnly') return value;
  if (attribute.multiValued && value !== null && !Array.isArray(value)) onTolerance('singleValue', attribute.name);
  return tolerateValue(attribute, value, onTolerance);
}
