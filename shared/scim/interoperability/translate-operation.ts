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
    const parsed = parsePatchPath(wellFormedUrn(resourceType, path, onTolerance), { mode: 'tolerant', onTolerance });
    return translateTarget(op, findUnqualified(resourceType, parsed, onTolerance), value, onTolerance, resourceType);
  }
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
    if (/[.:[]/.test(given) && !isSchemaTarget(target)) onTolerance('T4', target.attribute.name);
    return translateTarget(op, target, each, onTolerance, resourceType);
  });
}

/** What a member's name means as a path; undefined if it is unknown. @throws ScimError for a value path that is malformed */
function findMemberPath(resourceType: ResourceType, name: string, onTolerance: OnTolerance): PatchTarget | undefined {
  try {
    return findUnqualified(resourceType, parsePatchPath(name, { mode: 'tolerant', onTolerance }), onTolerance);
  } catch (error) {
    if (!(error instanceof ScimError) || name.includes('[')) throw error;
    onTolerance('unknownAttribute', excerpt(name).slice(1, -1));
    return undefined;
  }
}

/** T11: Entra ID has `manager` without its URN as a path (SCIM.md E9; fixture entra/009); findAttribute finds it in the extension. */
function findUnqualified(resourceType: ResourceType, parsed: PatchPath, onTolerance: OnTolerance): PatchTarget {
  const target = findTarget(resourceType, parsed);
  if (target.extension !== undefined && parsed.path.urn === undefined && !isSchemaTarget(target)) onTolerance('T11', target.attribute.name);
  return target;
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
  if (isPassword([target.attribute], target.attribute.name, onTolerance) || isIgnored(target, onTolerance)) return [];
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
    onTolerance('unknownAttribute', `${schema.id}:${excerpt(first).slice(1, -1)}`);
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
  if (!isReadOnly && !isDisplayOfMember && attribute.name !== 'schemas') return false;
  onTolerance('T13', attribute.name);
  return true;
}

function translateValue(target: AttributeTarget, value: ScimValue, onTolerance: OnTolerance): ScimValue {
  const { attribute, subAttribute, filter } = target;
  if (subAttribute !== undefined) return tolerateSubAttribute(attribute, subAttribute, value, onTolerance);
  // A value path selects elements: the value is one of them, not the list.
  return filter === undefined ? tolerateValue(attribute, value, onTolerance) : tolerateElement(attribute, value, onTolerance);
}
