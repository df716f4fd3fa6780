import type { Attribute } from '../attributes/attribute.ts';
import { attributeNamed, isSameName } from '../attributes/find-attribute.ts';
import { membersAttribute } from '../attributes/group-schema.ts';
import { isScimObject, namedValue, ownValue, scimObject } from '../resources/own-value.ts';
import type { OnTolerance, ScimValue } from '../resources/resource.ts';

/** Longer texts are no role that was packed into a string. */
const MAX_PACKED_ROLE = 4_096;

/**
 * The value of a whole attribute, every dialect translated; what is no dialect stays as it is, for the parser to refuse.
 * T12 needs nothing here: null is unassigned by RFC 7643 §2.5 already.
 */
export function tolerateValue(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (value === null) return value;
  if (!attribute.multiValued) return tolerateElement(attribute, value, onTolerance);
  // Entra ID's reference collection adds a member as a bare string (T7): a value that is alone becomes a list of one.
  if (!Array.isArray(value)) return [tolerateElement(attribute, value, onTolerance)];
  return value.map((element: ScimValue) => tolerateElement(attribute, element, onTolerance));
}

/** One value of an attribute: see tolerateValue. */
export function tolerateElement(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (attribute.type === 'boolean') return booleanOfText(value, attribute.name, onTolerance);
  if (attribute.type !== 'complex') return value;
  if (!attribute.multiValued) return withBooleans(attribute, managerValue(attribute, value, onTolerance), onTolerance);
  if (attribute === membersAttribute && (isNestedGroup(value, onTolerance) || isNobody(value, onTolerance))) return null;
  const element = unpackedRole(attribute, objectOfText(attribute, value, onTolerance), onTolerance);
  return withBooleans(attribute, element, onTolerance);
}

/**
 * A group as a member of a group, which RFC 7643 §4.2 leaves to the provider. Confluence has none, and one of them must not keep the
 * other members out: no IdP repeats a push that was refused (fixture others/013).
 */
function isNestedGroup(value: ScimValue, onTolerance: OnTolerance): boolean {
  const type = namedValue(value, 'type');
  if (typeof type !== 'string' || !isSameName(type, 'Group')) return false;
  const id = namedValue(value, 'value');
  onTolerance('nestedGroup', `members: nested groups are not supported, ${typeof id === 'string' ? id.slice(0, 64) : 'no id'} is left out`);
  return true;
}

/** A member without its id, which nobody can find by its name alone: it must not keep the others out, no more than a nested group. */
function isNobody(value: ScimValue, onTolerance: OnTolerance): boolean {
  if (!isScimObject(value) || (namedValue(value, 'value') ?? null) !== null) return false;
  onTolerance('memberWithoutValue', 'members: a member without a value is left out');
  return true;
}

/**
 * T2: Entra ID's default dialect sends "True" and "False" for booleans, its reference collection "true" (SCIM.md E6, E10; fixtures
 * entra/006, entra/010, others/006).
 */
function booleanOfText(value: ScimValue, where: string, onTolerance: OnTolerance): ScimValue {
  if (typeof value !== 'string' || value.length > 5) return value;
  const folded = value.toLowerCase();
  if (folded !== 'true' && folded !== 'false') return value;
  onTolerance('T2', where);
  return folded === 'true';
}

/** T2 in the sub-attributes of one value, `primary` that is: most attributes have none, and 80,000 members are left alone. */
function withBooleans(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  const { subAttributes = [] } = attribute;
  if (!subAttributes.some(({ type }) => type === 'boolean') || !isScimObject(value)) return value;
  return scimObject(
    Object.entries(value).map(([name, each]) => {
      const isBoolean = attributeNamed(subAttributes, name)?.type === 'boolean';
      return [name, isBoolean ? booleanOfText(each, attribute.name, onTolerance) : each] as const;
    }),
  );
}

/**
 * T7: a value as a bare string, as Microsoft's reference collection adds a member (fixture others/006). The string is the `value` of
 * a multi-valued attribute that has one.
 */
function objectOfText(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (typeof value !== 'string' || attributeNamed(attribute.subAttributes ?? [], 'value') === undefined) return value;
  onTolerance('T7', attribute.name);
  return { value };
}

/**
 * T11: Entra ID sends the manager as a bare string, as an array of one, and clears it by an empty string (SCIM.md E9; fixture
 * entra/009, also SCIM-SDK#653). A declared attribute of the same shape is none that Entra ID writes so.
 */
function managerValue(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (attribute.name !== 'manager') return value;
  const single = Array.isArray(value) && value.length <= 1 ? ((value[0] as ScimValue | undefined) ?? null) : value;
  const id = isScimObject(single) ? ownValue(single, 'value') : single;
  const isCleared = id === null || id === '';
  // An object is as it should be; two managers, or a number, are for the parser to refuse.
  if (!isCleared && (isScimObject(value) || (typeof single !== 'string' && !isScimObject(single)))) return value;
  onTolerance('T11', attribute.name);
  if (isCleared) return null;
  return typeof single === 'string' ? { value: single } : single;
}

/**
 * T21: Entra ID's AppRoleAssignmentsComplex packs a role as JSON into the string of its value (SCIM.md E10; fixture entra/010):
 * `"value": "{\"id\":…,\"value\":\"Admin\",\"displayName\":\"Admin\"}"`.
 */
function unpackedRole(attribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  const text = attribute.name === 'roles' ? ownValue(value, 'value') : undefined;
  const role = typeof text === 'string' ? packedRole(text) : undefined;
  if (role === undefined || !isScimObject(value)) return value;
  onTolerance('T21', attribute.name);
  return { ...(role.display !== undefined && { display: role.display }), ...value, value: role.value };
}

function packedRole(text: string): { readonly value: string; readonly display?: string } | undefined {
  if (!text.startsWith('{') || text.length > MAX_PACKED_ROLE) return undefined;
  let role: ScimValue;
  try {
    role = JSON.parse(text);
  } catch {
    return undefined;
  }
  const value = ownValue(role, 'value');
  const display = ownValue(role, 'displayName');
  if (typeof value !== 'string') return undefined;
  return { value, ...(typeof display === 'string' && { display }) };
}

/** T21 and T11 for a path that ends in the `value` itself: `roles[primary eq "True"].value`, `…:User:manager.value`. */
export function tolerateSubAttribute(attribute: Attribute, subAttribute: Attribute, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  if (subAttribute.name !== 'value') return tolerateElement(subAttribute, value, onTolerance);
  if (attribute.multiValued) return ownValue(unpackedRole(attribute, { value }, onTolerance), 'value') ?? null;
  return value === '' ? managerValue(attribute, value, onTolerance) : value;
}
