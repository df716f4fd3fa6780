import { ScimError } from '../errors.ts';
import { elementsOf, isScimObject } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';
import { checkImmutable, withMember } from './complex-value.ts';
import { selectedPositions, withoutEmpty } from './elements.ts';
import { type AttributeTarget, describeTarget, targetedAttribute } from './patch-target.ts';

/**
 * The value of an attribute after `remove`: RFC 7644 §3.5.2.2; undefined if it is unassigned. A value path that matches nothing
 * removes nothing: "If the user was not a member of this group, no changes should be made to the resource, and a success response
 * should be returned."
 * @throws ScimError mutability, invalidFilter
 */
export function removeValue(target: AttributeTarget, current: ScimValue | undefined): ScimValue | undefined {
  const { attribute, subAttribute, filter } = target;
  checkRemovable(target, current);
  if (subAttribute === undefined && filter === undefined) return undefined;
  if (!attribute.multiValued) return withoutSubAttribute(target, current);
  const elements: ScimValue[] = [...elementsOf(current)];
  for (const at of selectedPositions(target, elements)) {
    elements[at] = (subAttribute === undefined ? undefined : withoutSubAttribute(target, elements[at])) ?? {};
  }
  return withoutEmpty(elements);
}

/**
 * "If an attribute is removed or becomes unassigned and is defined as a required attribute or a read-only attribute, the server SHALL
 * return … a "scimType" error code of "mutability"." The required ones are single values here: what is left of several need not be asked.
 */
function checkRemovable(target: AttributeTarget, current: ScimValue | undefined): void {
  const { required, mutability } = targetedAttribute(target);
  if (required) throw new ScimError('mutability', `${describeTarget(target)} is required and can't be removed`);
  if (mutability === 'immutable' && target.subAttribute === undefined && target.filter === undefined && current !== undefined) {
    throw new ScimError('mutability', `${describeTarget(target)} can't be removed once it is set`);
  }
}

function withoutSubAttribute({ attribute, subAttribute }: AttributeTarget, value: ScimValue | undefined): ScimValue | undefined {
  if (subAttribute === undefined || !isScimObject(value)) return value;
  const after = withMember(value, subAttribute.name, undefined);
  checkImmutable(attribute, value, after);
  return Object.keys(after).length === 0 ? undefined : after;
}
