import type { ResourceType } from '../attributes/attribute.ts';
import { isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { parsePatchPath } from '../filter/parse-path.ts';
import { createMissingElement } from '../interoperability/missing-element.ts';
import { refuseTolerances } from '../interoperability/tolerances.ts';
import { checkExtensions } from '../resources/check-extensions.ts';
import { fittingValue } from '../resources/declared-data.ts';
import { isScimObject, ownValue } from '../resources/own-value.ts';
import { checkRequired } from '../resources/parse-resource.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { checkImmutable, withMember } from './complex-value.ts';
import type { PatchOperation } from './operation.ts';
import {
  type AttributeTarget,
  describeTarget,
  findInSchema,
  findMember,
  findTarget,
  isSchemaTarget,
  type PatchTarget,
  targetedAttribute,
} from './patch-target.ts';
import { removeValue } from './remove-value.ts';
import { sameValue } from './same-attributes.ts';
import { type EngineOptions, setValue } from './set-value.ts';
import { costOf, workLimit } from './work-limit.ts';

export interface PatchOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/**
 * A resource after the operations of a PATCH: RFC 7644 §3.5.2, for operations in the RFC's own words (parsePatchOp has translated the
 * dialects). `attributes` is canonical, as parseResource gives it, and so is the result: `sameAttributes` tells whether it changed.
 * "The resulting resource becomes the target of the next operation"; the input is never changed, so an error leaves it as it was.
 * A tolerant connection differs in two things: a value path that selects nothing makes the value it describes (T5), and sub-attributes
 * that are unknown are left out of a value.
 * @throws ScimError invalidPath, invalidFilter, invalidValue, noTarget, mutability, or tooMany for work past the limit
 */
export function applyPatch(
  resourceType: ResourceType,
  attributes: ScimObject,
  operations: readonly PatchOperation[],
  { mode, onTolerance }: PatchOptions,
): ScimObject {
  const options: EngineOptions = {
    createElement: (attribute, filter) => (mode === 'tolerant' ? createMissingElement(attribute, filter, onTolerance) : undefined),
    onTolerance: mode === 'strict' ? refuseTolerances('patch') : onTolerance,
    spend: workLimit(),
  };
  let resource = attributes;
  for (const operation of operations) resource = applyOperation(resourceType, resource, operation, options);
  checkRequired(resourceType, resource);
  checkExtensions(resourceType, resource, attributes);
  return resource;
}

function applyOperation(
  resourceType: ResourceType,
  resource: ScimObject,
  { op, path, value }: PatchOperation,
  options: EngineOptions,
): ScimObject {
  if (op === 'remove') {
    // §3.5.2.2: "If "path" is unspecified, the operation fails with HTTP status code 400 and a "scimType" error code of "noTarget"."
    if (path === undefined) throw new ScimError('noTarget', 'remove needs a path');
    return remove(resource, parseTarget(resourceType, path), options);
  }
  // §3.5.2.1: "The operation MUST contain a "value" member". §3.5.2.3 leaves it open for `replace`, which says nothing without one.
  if (value === undefined) throw new ScimError('invalidValue', `${op} needs a value`);
  if (path !== undefined) return set(op, resource, parseTarget(resourceType, path), value, options);

  // §3.5.2.1: "If omitted, the target location is assumed to be the resource itself. The "value" parameter contains a set of
  // attributes to be added to the resource." §3.5.2.3 says the same of `replace`.
  if (!isScimObject(value)) throw new ScimError('invalidValue', `${op} without a path needs an object of attributes as its value`);
  let changed = resource;
  for (const [name, each] of Object.entries(value)) changed = set(op, changed, findMember(resourceType, name), each, options);
  return changed;
}

function parseTarget(resourceType: ResourceType, path: string): PatchTarget {
  return findTarget(resourceType, parsePatchPath(path, { mode: 'strict', onTolerance: () => {} }));
}

function set(op: 'add' | 'replace', resource: ScimObject, target: PatchTarget, value: ScimValue, options: EngineOptions): ScimObject {
  if (!isSchemaTarget(target)) {
    checkWritable(target);
    if (isNeverStored(target)) return resource;
    const current = currentValue(resource, target);
    options.spend(costOf(target, current));
    const after = setValue(op, target, current, value, options);
    if (after === undefined) checkUnassigned(target);
    checkImmutableValue(target, current, after);
    return withAttribute(resource, target, after);
  }
  if (value === null) return remove(resource, target, options);
  if (!isScimObject(value)) throw new ScimError('invalidValue', `${describeTarget(target)} needs an object of its attributes as its value`);
  let changed = resource;
  for (const [name, each] of Object.entries(value)) changed = set(op, changed, findInSchema(target, name), each, options);
  return changed;
}

function remove(resource: ScimObject, target: PatchTarget, { spend }: EngineOptions): ScimObject {
  if (isSchemaTarget(target)) {
    // The attributes of the core schema are the resource, and userName or displayName is among them.
    if (target.extension === undefined) throw new ScimError('mutability', `${target.schema.id} can't be removed`);
    // What can't be removed by its own name doesn't go with its schema.
    for (const { name } of target.schema.attributes) {
      const part = findInSchema(target, name);
      checkImmutableValue(part, currentValue(resource, part), undefined);
    }
    return withMember(resource, target.extension, undefined);
  }
  checkWritable(target);
  const current = currentValue(resource, target);
  spend(costOf(target, current));
  const after = removeValue(target, current);
  checkImmutableValue(target, current, after);
  return isNeverStored(target) ? resource : withAttribute(resource, target, after);
}

/** §3.5.2: "a client MUST NOT modify an attribute that has mutability "readOnly"". @throws ScimError mutability */
function checkWritable(target: AttributeTarget): void {
  if (target.attribute.mutability === 'readOnly' || targetedAttribute(target).mutability === 'readOnly') {
    throw new ScimError('mutability', `${describeTarget(target)} is read-only`);
  }
}

/**
 * A password is accepted and dropped (RFC 7643 §4.1.1, "returned" is "never"), and `schemas` follows from the data that is present:
 * "Clients MAY implicitly modify the "schemas" attribute by adding … an attribute with its fully qualified name".
 */
function isNeverStored({ attribute }: AttributeTarget): boolean {
  return attribute.returned === 'never' || isSameName(attribute.name, 'schemas');
}

/** §3.5.2.2: what "becomes unassigned and is defined as a required attribute" is an error of "mutability". */
function checkUnassigned(target: AttributeTarget): void {
  if (target.attribute.required) throw new ScimError('mutability', `${describeTarget(target)} is required and can't be unassigned`);
}

/**
 * §3.5.2: "a client MAY "add" a value to an "immutable" attribute if the attribute had no previous value."
 * @throws ScimError mutability
 */
function checkImmutableValue(target: AttributeTarget, before: ScimValue | undefined, after: ScimValue | undefined): void {
  // The parts of one value stay with it; of several values each may go as a whole.
  if (!target.attribute.multiValued) checkImmutable(target.attribute, before, after);
  if (target.attribute.mutability !== 'immutable' || before === undefined || sameValue(after, before)) return;
  throw new ScimError('mutability', `${describeTarget(target)} can't be changed once it is set`);
}

/** A value of an extension that was stored under another declaration of it is as good as none. */
function currentValue(resource: ScimObject, { extension, attribute }: AttributeTarget): ScimValue | undefined {
  if (extension === undefined) return ownValue(resource, attribute.name);
  return fittingValue(attribute, ownValue(ownValue(resource, extension), attribute.name));
}

function withAttribute(resource: ScimObject, { extension, attribute }: AttributeTarget, value: ScimValue | undefined): ScimObject {
  if (extension === undefined) return withMember(resource, attribute.name, value);
  const data = withMember(ownValue(resource, extension), attribute.name, value);
  return withMember(resource, extension, Object.keys(data).length === 0 ? undefined : data);
}
