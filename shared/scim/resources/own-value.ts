import { ScimError } from '../errors.ts';
import type { ScimObject, ScimValue } from './resource.ts';

/** True for a JSON object: neither null nor an array. */
export function isScimObject(value: unknown): value is ScimObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an object itself holds under a name; never what it inherits. */
export function ownValue(value: ScimValue | undefined, name: string): ScimValue | undefined {
  return isScimObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The same whatever the case of the name. RFC 7643 §2.1: "Attribute names are case insensitive". */
export function namedValue(value: ScimValue | undefined, name: string): ScimValue | undefined {
  if (!isScimObject(value) || Object.hasOwn(value, name)) return ownValue(value, name);
  const folded = name.toLowerCase();
  const spelled = Object.keys(value).find((each) => each.length === name.length && each.toLowerCase() === folded);
  return spelled === undefined ? undefined : value[spelled];
}

/**
 * The same of a name that may be there once only: of two spellings none is the right one (RFC 7644 §3.5.2: "exactly one "op" member").
 * @throws ScimError invalidSyntax
 */
export function soleValue(value: ScimValue | undefined, name: string): ScimValue | undefined {
  if (!isScimObject(value)) return undefined;
  const folded = name.toLowerCase();
  let found: string | undefined;
  for (const each of Object.keys(value)) {
    if (each !== name && (each.length !== name.length || each.toLowerCase() !== folded)) continue;
    if (found !== undefined) throw new ScimError('invalidSyntax', `${name} is given more than once, in different spellings`);
    found = each;
  }
  return found === undefined ? undefined : value[found];
}

/** The values of an attribute, singular or multi-valued: none if it is unassigned. */
export function elementsOf(value: ScimValue | undefined): readonly ScimValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as ScimValue];
}

/**
 * True if there is a value, the empty string among them. RFC 7643 §2.5: "Unassigned attributes, the null value, or an empty array …
 * SHALL be considered to be equivalent"; an object or array of nothing but those is unassigned too.
 */
export function isAssigned(value: ScimValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.some(isAssigned);
  return isScimObject(value) ? Object.values(value).some(isAssigned) : true;
}

/** True if `pr` matches. RFC 7644 §3.4.2.2: "a non-empty or non-null value, or … a non-empty node for complex attributes". */
export function isPresent(value: ScimValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.some(isPresent);
  return isScimObject(value) ? Object.values(value).some(isPresent) : true;
}

/** An object of these entries. Every name becomes a property of its own, `__proto__` too. */
export function scimObject(entries: Iterable<readonly [string, ScimValue]>): ScimObject {
  const object: Record<string, ScimValue> = {};
  for (const [name, value] of entries) setOwn(object, name, value);
  return object;
}

/** Sets a property of the object's own, whatever its name. */
export function setOwn(object: Record<string, ScimValue>, name: string, value: ScimValue): void {
  // Assigned, this one name would set the prototype. Object.fromEntries takes care of it too, at three times the price.
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}
