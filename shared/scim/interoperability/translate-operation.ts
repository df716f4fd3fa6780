import type { ResourceType } from '../attributes/attribute.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import type { PatchPath } from '../filter/filter.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { excerpt } from '../filter/tokenize.ts';
import type { PatchOperation } from '../patch/operation.ts';
import {
  type AttributeTarget,
  findTarget,
  isKnownPath,
  isSchemaTarget,
  type PatchTarget,
  printTarget,
  type SchemaTarget,
  targetedAttribute,
} from '../patch/patch-target.ts';
import { isScimObject } from '../resources/own-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { isPassword, wellFormedUrn } from './tolerate-resource.ts';
import { tolerateElement, tolerateSubAttribute, tolerateValue } from './tolerate-value.ts';
import { isRemovalByValue, translateRemovalByValue } from './translate-removal.ts';

/**
 * One operation of a tolerant connection in the RFC's own words: RFC 7644 §3.5.2. The result may be several operations, or none where
 * all that was asked for is to be ignored. What is no dialect stays as it is, for the engine to refuse.
 * @throws ScimError invalidPath, invalidFilter, invalidValue
 */
export function translateOperation(resourceType: ResourceType, operation: PatchOperation, onTolerance: OnTolerance): PatchOperation[] {
  const { op, path, value } = operation;
  if (path !== undefined && path !== '') {
    const parsed = parsePatchPath(wellFormedUrn(resourceType, path, onTolerance), { mode: 'tolerant', onTolerance, resourceType });
    if (ATTRIBUTE_NAME.test(parsed.path.attribute) && isUnknown(resourceType, parsed, onTolerance)) return [];
    return translateTarget(op, findTarget(resourceType, parsed), value, onTolerance, resourceType);
  }
  if (path === '') onTolerance('emptyPath', 'path');
  if (op === 'remove' || !isScimObject(value)) return [value === undefined ? { op } : { op, value }];
  return splitMembers(op, resourceType, value, onTolerance);
}

/**
 * T4: a path-less `add` or `replace` with names that are paths: dotted, with a URN or with a value path. Entra ID's aadOptscim062020
 * (SCIM.md E7; fixture entra/007), its validator (E13; entra/013). Each member becomes an operation of its own. Unknown names are left
 * out and told: Okta and authentik send whole resources (O6; okta/006, others/004).
 */
function splitMembers(op: 'add' | 'replace', resourceType: ResourceType, value: ScimObject, onTolerance: OnTolerance): PatchOperation[] {
  return Object.entries(value).flatMap(([given, each]) => {
    const target = findMemberPath(resourceType, wellFormedUrn(resourceType, given, onTolerance), onTolerance);
    if (target === undefined) return [];
    // A name with a URN alone is the RFC's own: §3.10.
    if (!isSchemaTarget(target) && (target.subAttribute ?? target.filter) !== undefined) onTolerance('T4', target.attribute.name);
    return translateTarget(op, target, each, onTolerance, resourceType);
  });
}

/** What a member's name means as a path; undefined if it is unknown. @throws ScimError for a value path that is malformed */
function findMemberPath(resourceType: ResourceType, name: string, onTolerance: OnTolerance): PatchTarget | undefined {
  let parsed: PatchPath;
  try {
    parsed = parsePatchPath(name, { mode: 'tolerant', onTolerance, resourceType });
  } catch (error) {
    if (!(error instanceof ScimError) || name.includes('[')) throw error;
    onTolerance('unknownAttribute', shortened(name));
    return undefined;
  }
  return isUnknown(resourceType, parsed, onTolerance) ? undefined : findTarget(resourceType, parsed);
}

/** RFC 7643 §2.1: `ATTRNAME = ALPHA *(nameChar)`. A path to `__proto__` is malformed. */
const ATTRIBUTE_NAME = /^[A-Za-z]/;

function shortened(name: string): string {
  return excerpt(name).slice(1, -1);
}

/**
 * One attribute that is mapped in Entra ID and that no schema here has must not fail everything else in the PATCH (fixture entra/015):
 * its operation is left out and told. A path that is malformed is refused in either mode.
 */
function isUnknown(resourceType: ResourceType, parsed: PatchPath, onTolerance: OnTolerance): boolean {
  const { urn, attribute, subAttribute = parsed.subAttribute } = parsed.path;
  if (isKnownPath(resourceType, parsed)) return false;
  // Without the filter, whose values may be a person's; part by part, so that a long URN does not hide the name.
  const parts = [
    urn === undefined ? '' : `${shortened(urn)}:`,
    shortened(attribute),
    subAttribute === undefined ? '' : `.${shortened(subAttribute)}`,
  ];
  onTolerance('unknownAttribute', parts.join(''));
  return true;
}

function translateTarget(
  op: PatchOperation['op'],
  target: PatchTarget,
  value: ScimValue | undefined,
  onTolerance: OnTolerance,
  resourceType: ResourceType,
): PatchOperation[] {
  const path = printTarget(target);
  if (isSchemaTarget(target)) {
    if (op === 'remove' || !isScimObject(value)) return [value === undefined ? { op, path } : { op, path, value }];
    return splitSchema(op, resourceType, target, value, onTolerance);
  }
  if (isPassword(target.attribute) || isIgnored(target, onTolerance)) return [];
  if (op === 'remove') return isRemovalByValue(target, value) ? translateRemovalByValue(target, value, onTolerance) : [{ op, path }];
  if (value === undefined) return [{ op, path }];
  return [{ op, path, value: translateValue(target, value, onTolerance) }];
}

/** The members under a schema's URN: attributes of that schema, whose names may be dotted. */
function splitSchema(
  op: 'add' | 'replace',
  resourceType: ResourceType,
  { schema }: SchemaTarget,
  value: ScimObject,
  onTolerance: OnTolerance,
): PatchOperation[] {
  const qualified = Object.entries(value).map(([name, each]) => [`${schema.id}:${name}`, each] as const);
  const known = qualified.filter(([name]) => {
    const first = name.slice(schema.id.length + 1).split(/[.[]/, 1)[0] ?? '';
    if (attributeNamed(schema.attributes, first) !== undefined) return true;
    onTolerance('unknownAttribute', `${schema.id}:${shortened(first)}`);
    return false;
  });
  return splitMembers(op, resourceType, Object.fromEntries(known), onTolerance);
}

/**
 * T13: Okta renames a group with its `id` inside the value, authentik sends `schemas` and `id` (SCIM.md O6, §2.3; fixtures okta/006,
 * others/004, entra/014). What the client can't set is ignored; a member's display name follows the user.
 */
function isIgnored(target: AttributeTarget, onTolerance: OnTolerance): boolean {
  const { attribute, subAttribute } = target;
  const isDisplayOfMember = attribute.name === 'members' && subAttribute?.name === 'display';
  const isReadOnly = attribute.mutability === 'readOnly' || targetedAttribute(target).mutability === 'readOnly';
  // `schemas` follows from the data that is present, in either mode.
  if (attribute.name === 'schemas') return true;
  if (!isReadOnly && !isDisplayOfMember) return false;
  onTolerance('T13', attribute.name);
  return true;
}

function translateValue(target: AttributeTarget, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  const { attribute, subAttribute, filter } = target;
  if (subAttribute !== undefined) return tolerateSubAttribute(attribute, subAttribute, value, onTolerance);
  // A value path selects elements: the value is one of them, not the list.
  return filter === undefined ? tolerateValue(attribute, value, onTolerance) : tolerateElement(attribute, value, onTolerance);
}
