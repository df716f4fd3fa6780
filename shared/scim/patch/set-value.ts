import type { Attribute } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { elementsOf, isScimObject } from '../resources/own-value.ts';
import { checkedCount } from '../resources/parse-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { checkImmutable, mergeSubAttributes, parseElement, parseElements, withMember } from './complex-value.ts';
import { appendElements, isPrimary, selectedPositions, withOnePrimary, withoutEmpty } from './elements.ts';
import { type AttributeTarget, describeTarget } from './patch-target.ts';

/** What the engine asks for beside the operation. */
export interface EngineOptions {
  /** A value for a value path that selects none, or undefined if there is to be none: RFC 7644 has none, Entra ID wants one. */
  readonly createElement: (attribute: Attribute, filter: Filter) => ScimObject | undefined;
  readonly onTolerance: OnTolerance;
  /** Counts the work of an operation before it is done. @throws ScimError tooMany */
  readonly spend: (cost: number) => void;
}

/**
 * The value of an attribute after `add` (RFC 7644 §3.5.2.1) or `replace` (§3.5.2.3); undefined if it is unassigned.
 * The two differ for several values only: "a new value is added to the attribute", "the attribute and all values are replaced".
 * @throws ScimError invalidValue, mutability, noTarget, invalidFilter
 */
export function setValue(
  op: 'add' | 'replace',
  target: AttributeTarget,
  current: ScimValue | undefined,
  value: ScimValue,
  options: EngineOptions,
): ScimValue | undefined {
  const { attribute, subAttribute, filter } = target;
  if (attribute.multiValued && (filter ?? subAttribute) !== undefined) return setSelected(op, target, current, value, options);
  const where = describeTarget(target);
  if (attribute.multiValued) {
    const values = parseElements(attribute, value, where, options.onTolerance);
    return withoutEmpty(appendElements(attribute, op === 'add' ? elementsOf(current) : [], values));
  }
  if (subAttribute !== undefined) {
    return withSubAttribute(target, subAttribute, current, parseElement(subAttribute, value, where, options.onTolerance));
  }
  // "If the target location specifies a complex attribute, a set of sub-attributes SHALL be specified in the "value" parameter".
  // RFC 7643 §2.5: null unassigns it as a whole.
  if (attribute.type === 'complex' && value !== null) return mergeSubAttributes(attribute, current, value, where, options.onTolerance);
  return parseElement(attribute, value, where, options.onTolerance);
}

/** Sets the elements that a value path selects, or one sub-attribute in each of them. */
function setSelected(
  op: 'add' | 'replace',
  target: AttributeTarget,
  current: ScimValue | undefined,
  value: ScimValue,
  options: EngineOptions,
): ScimValue | undefined {
  const { attribute, subAttribute } = target;
  const where = describeTarget(target);
  const given = parseElement(subAttribute ?? attribute, value, where, options.onTolerance);
  const elements: ScimValue[] = [...elementsOf(current)];
  const selected = selectedPositions(target, elements);
  if (selected.length === 0) {
    const created = createdElement(target, options);
    // Nothing is made to hold nothing.
    if (given === undefined) return current;
    selected.push(elements.push(created) - 1);
  }
  const made = new Set<number>();
  for (const at of selected) {
    const before = elements[at];
    const after =
      subAttribute === undefined
        ? withValue(op === 'add' || at >= elementsOf(current).length, target, before, value, given, options)
        : withSubAttribute(target, subAttribute, before, given);
    elements[at] = after ?? {};
    if (isPrimary(after)) made.add(at);
  }
  return withoutEmpty(withOnePrimary(attribute, checkedCount(attribute, elements), made));
}

/**
 * One selected element after an operation on it as a whole. §3.5.2.3: "all matching record values SHALL be replaced"; an added one,
 * or one that was made for the value path, keeps what it has.
 */
function withValue(
  isMerge: boolean,
  target: AttributeTarget,
  before: ScimValue | undefined,
  value: ScimValue,
  given: ScimValue | undefined,
  options: EngineOptions,
): ScimValue | undefined {
  if (target.attribute.type !== 'complex') return given;
  if (isMerge) return mergeSubAttributes(target.attribute, before, value, describeTarget(target), options.onTolerance);
  checkImmutable(target.attribute, before, given);
  return given;
}

/** @throws ScimError noTarget */
function createdElement(target: AttributeTarget, options: EngineOptions): ScimObject {
  // §3.5.2.3: "If the target location path specifies an attribute that does not exist, the service provider SHALL treat the operation
  // as an "add"": `emails.value` of a user without e-mail addresses.
  if (target.filter === undefined) return {};
  const created = options.createElement(target.attribute, target.filter);
  // "a value selection filter ("valuePath") has been supplied and no record match was made, the service provider SHALL indicate
  // failure by returning HTTP status code 400 and a "scimType" error code of "noTarget"". §3.12 has it for every operation.
  if (created === undefined) throw new ScimError('noTarget', `No value of ${target.attribute.name} matches the filter of the path`);
  return created;
}

function withSubAttribute(
  target: AttributeTarget,
  subAttribute: Attribute,
  before: ScimValue | undefined,
  value: ScimValue | undefined,
): ScimValue | undefined {
  const after = withMember(isScimObject(before) ? before : {}, subAttribute.name, value);
  checkImmutable(target.attribute, before, after);
  return Object.keys(after).length === 0 ? undefined : after;
}
