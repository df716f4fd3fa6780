import { isScimObject } from '../resources/own-value.ts';
import type { ScimObject, ScimValue } from '../resources/resource.ts';

/**
 * True if two resources hold the same: the order of members doesn't matter, the order of multi-valued attributes does.
 * Both are canonical (parseResource, applyPatch), so the tables bound their depth: extension, attribute, element, sub-attribute.
 */
export function sameAttributes(a: ScimObject, b: ScimObject): boolean {
  return sameValue(a, b);
}

/** The same for one value. */
export function sameValue(a: ScimValue | undefined, b: ScimValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, i) => sameValue(element, b[i]));
  }
  if (!isScimObject(a) || !isScimObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]));
}
