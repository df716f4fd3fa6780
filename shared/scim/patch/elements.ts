import type { Attribute } from '../attributes/attribute.ts';
import { ScimError } from '../errors.ts';
import { compileValueFilter } from '../filter/compile-filter.ts';
import { isScimObject, ownValue } from '../resources/own-value.ts';
import { checkedCount } from '../resources/parse-value.ts';
import type { ScimValue } from '../resources/resource.ts';
import type { AttributeTarget } from './patch-target.ts';

/**
 * Values appended to a multi-valued attribute. RFC 7643 §2.4: providers "SHOULD NOT return the same (type, value) combination more
 * than once per attribute", and RFC 7644 §3.5.2.1: "If the target location already contains the value specified, no changes SHOULD
 * be made": such a value is merged into the one that is there.
 * @throws ScimError invalidValue for two primaries and for too many values
 */
export function appendElements(attribute: Attribute, current: readonly ScimValue[], added: readonly ScimValue[]): readonly ScimValue[] {
  const elements = [...current];
  const positions = new Map(elements.map((element, at) => [identityOf(element), at]));
  const primaries = new Set<number>();
  for (const element of added) {
    const identity = identityOf(element);
    const at = positions.get(identity) ?? elements.length;
    positions.set(identity, at);
    const before = elements[at];
    elements[at] = isScimObject(before) && isScimObject(element) ? { ...before, ...element } : element;
    if (isPrimary(element)) primaries.add(at);
  }
  return withOnePrimary(attribute, checkedCount(attribute, elements), primaries);
}

/** The positions of the elements that a target selects: those its filter matches, or all. @throws ScimError invalidFilter */
export function selectedPositions({ attribute, filter }: AttributeTarget, elements: readonly ScimValue[]): number[] {
  const matches = filter === undefined ? () => true : compileValueFilter(attribute, filter);
  return [...elements.keys()].filter((at) => matches(elements[at] ?? null));
}

/**
 * RFC 7644 §3.5.2: "a PATCH operation that sets a value's "primary" sub-attribute to "true" SHALL cause the server to automatically
 * set "primary" to "false" for any other values in the array."
 * @throws ScimError invalidValue if one operation makes several values primary
 */
export function withOnePrimary(attribute: Attribute, elements: readonly ScimValue[], made: ReadonlySet<number>): readonly ScimValue[] {
  if (made.size === 0) return elements;
  // RFC 7643 §2.4: "The primary attribute value "true" MUST appear no more than once."
  if (made.size > 1) throw new ScimError('invalidValue', `Only one value of ${attribute.name} can be primary`);
  return elements.map((element, at) =>
    isScimObject(element) && isPrimary(element) && !made.has(at) ? { ...element, primary: false } : element,
  );
}

export function isPrimary(element: ScimValue | undefined): boolean {
  return ownValue(element, 'primary') === true;
}

/** An attribute without its empty elements; undefined (unassigned) if none is left. RFC 7644 §3.5.2.2. */
export function withoutEmpty(elements: readonly ScimValue[]): readonly ScimValue[] | undefined {
  const left = elements.filter((element) => !isScimObject(element) || Object.keys(element).length > 0);
  return left.length === 0 ? undefined : left;
}

/** What makes two values the same one. The lengths keep a type and a value apart that would spell the same together. */
function identityOf(element: ScimValue): string {
  const value = ownValue(element, 'value');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const type = ownValue(element, 'type');
    return typeof type === 'string' ? `${type.length}:${type}:${value}` : `:${value}`;
  }
  if (!isScimObject(element)) return JSON.stringify(element);
  return JSON.stringify(Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1)));
}
