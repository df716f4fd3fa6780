import type { Attribute } from '../attributes/attribute.ts';
import { parseDateTime } from '../attributes/date-time.ts';
import { attributeNamed } from '../attributes/find-attribute.ts';
import { membersAttribute } from '../attributes/group-schema.ts';
import { ScimError } from '../errors.ts';
import { excerpt } from '../filter/tokenize.ts';
import { isScimObject, ownValue, scimObject } from './own-value.ts';
import type { OnTolerance, ScimObject, ScimValue } from './resource.ts';

/** RFC 7643 §2.3.6: base64, in either alphabet, padding optional. Clients break long lines. */
const BASE64 = /^[A-Za-z0-9+/=_\s-]*$/;

/**
 * One attribute of a resource holds at most this many values: every operation of a PATCH looks at each of them. Members of a group
 * apart, which are never at hand together.
 */
export const MAX_VALUES = 1_000;

/** What each type is called in an error message, for an administrator. */
const EXPECTED = {
  string: 'a string',
  boolean: 'true or false',
  decimal: 'a number',
  integer: 'a whole number',
  dateTime: 'a date and time such as "2026-01-31T09:00:00Z"',
  binary: 'a base64 string',
  reference: 'a string with a URI',
  complex: 'an object',
} as const satisfies Record<Attribute['type'], string>;

/**
 * Checks a client's value for an attribute and gives it back with the names in canonical spelling, or undefined if it is unassigned:
 * null, [] or an object without any value (RFC 7643 §2.5). `where` names the attribute in errors.
 * Sub-attributes that are unknown, read-only or never kept are left out.
 * @throws ScimError invalidValue for a value of another type, two primary values, too many values or a member without its `value`; invalidSyntax for a name given twice
 */
export function parseValue(attribute: Attribute, value: unknown, where: string, onTolerance: OnTolerance): ScimValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return parseSingle(attribute, value, where, onTolerance);
  if (!Array.isArray(value)) throw new ScimError('invalidValue', `${where} is multi-valued: expected an array, got ${kindOf(value)}`);
  const elements = checkedCount(attribute, value).flatMap((element: unknown) => {
    if (element === null) return [];
    const parsed = parseSingle(attribute, element, where, onTolerance);
    if (attribute === membersAttribute) checkMember(parsed);
    return parsed === undefined ? [] : [parsed];
  });
  checkPrimary(elements, where);
  return elements.length === 0 ? undefined : elements;
}

/**
 * Checks the attributes of an object against their table: the resource itself, an extension, or a complex value.
 * RFC 7643 §2.1: names are case insensitive. What the table has not is left out and told.
 * @throws ScimError as parseValue
 */
export function parseAttributes(
  attributes: readonly Attribute[],
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  onTolerance: OnTolerance,
): ScimObject {
  const seen = new Set<Attribute>();
  const parsed: [string, ScimValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributeNamed(attributes, name);
    if (attribute === undefined) {
      onTolerance('unknownAttribute', `${prefix}${excerpt(name).slice(1, -1)}`);
      continue;
    }
    const where = `${prefix}${attribute.name}`;
    if (seen.has(attribute)) throw new ScimError('invalidSyntax', `${where} is given more than once, in different spellings`);
    seen.add(attribute);
    if (!isKept(attribute)) continue;
    const kept = parseValue(attribute, value, where, onTolerance);
    if (kept !== undefined) parsed.push([attribute.name, kept]);
  }
  return scimObject(parsed);
}

/** Somebody asked for access: a member of whom nobody can tell who it is must not be left out in silence. @throws ScimError invalidValue */
function checkMember(member: ScimValue | undefined): void {
  if (ownValue(member, 'value') !== undefined) return;
  throw new ScimError('invalidValue', 'members: each member needs its "value", the id of a user');
}

/** The same values. @throws ScimError invalidValue if they are more than MAX_VALUES */
export function checkedCount<T>({ name }: Attribute, values: readonly T[]): readonly T[] {
  if (values.length <= MAX_VALUES || name === 'members') return values;
  throw new ScimError('invalidValue', `${name} would have ${values.length} values; this service provider keeps ${MAX_VALUES}`);
}

/**
 * RFC 7643 §2.4: "The primary attribute value "true" MUST appear no more than once."
 * @throws ScimError invalidValue
 */
function checkPrimary(elements: readonly ScimValue[], where: string): void {
  const primaries = elements.filter((element) => isScimObject(element) && element['primary'] === true);
  if (primaries.length > 1) throw new ScimError('invalidValue', `${where} has ${primaries.length} primary values: only one can be primary`);
}

/**
 * RFC 7644 §3.3 and §3.5.1: read-only values of a client "SHALL be ignored". A password is accepted and never kept (RFC 7643 §4.1.1).
 */
function isKept({ mutability, returned }: Attribute): boolean {
  return mutability !== 'readOnly' && mutability !== 'writeOnly' && returned !== 'never';
}

function parseSingle(attribute: Attribute, value: unknown, where: string, onTolerance: OnTolerance): ScimValue | undefined {
  if (attribute.type === 'complex') {
    if (!isScimObject(value)) throw wrongType(attribute, value, where);
    const object = parseAttributes(attribute.subAttributes ?? [], value, `${where}.`, onTolerance);
    return Object.keys(object).length === 0 ? undefined : object;
  }
  if (!isSimple(attribute, value)) throw wrongType(attribute, value, where);
  // RFC 7643 §2.3.1: "A sequence of zero or more Unicode characters encoded using UTF-8": half of a surrogate pair has no encoding.
  if (typeof value === 'string' && !value.isWellFormed()) {
    throw new ScimError('invalidValue', `${where} holds half of a surrogate pair, which is no Unicode character`);
  }
  return value;
}

function isSimple({ type }: Attribute, value: unknown): value is string | number | boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'decimal':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'dateTime':
      return typeof value === 'string' && parseDateTime(value) !== undefined;
    case 'binary':
      return typeof value === 'string' && BASE64.test(value);
    default:
      return typeof value === 'string';
  }
}

function wrongType(attribute: Attribute, value: unknown, where: string): ScimError {
  return new ScimError('invalidValue', `${where}: expected ${EXPECTED[attribute.type]}, got ${kindOf(value)}`);
}

/** Says what a value is without telling it: details are logged, and the value may be personal data. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
