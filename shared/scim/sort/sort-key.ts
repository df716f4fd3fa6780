import type { Attribute } from '../attributes/attribute.ts';
import { parseDateTime } from '../attributes/date-time.ts';
import { foldCase } from '../attributes/fold-case.ts';
import type { ScimValue } from '../resources/resource.ts';

/** What a resource is sorted by, as plain JSON: a cursor remembers it. An instant is its second and the digits of its fraction. */
export type SortKey = boolean | number | readonly [second: number, fraction: string] | string | null;

/** So many characters of a text are compared; texts that begin with the same ones are in order of creation. */
const COMPARED_CHARACTERS = 1_024;

/**
 * The key of one value of an attribute; null where there is no data. RFC 7644 §3.4.2.3: ""sortOrder" MUST sort according to the
 * attribute type".
 */
export function sortKey(attribute: Attribute, value: ScimValue | undefined): SortKey {
  switch (attribute.type) {
    case 'boolean':
      // RFC 7643 §2.4: "If not specified, the value of "primary" SHALL be assumed to be "false"."
      if (value === undefined && attribute.name === 'primary') return false;
      return typeof value === 'boolean' ? value : null;
    case 'integer':
    case 'decimal':
      return typeof value === 'number' ? value : null;
    case 'dateTime': {
      const instant = typeof value === 'string' ? parseDateTime(value) : undefined;
      return instant === undefined ? null : [instant.second, instant.fraction];
    }
    case 'complex':
      return null;
    default: {
      if (typeof value !== 'string') return null;
      // "String type attributes are case insensitive by default, unless the attribute type is defined as a case-exact string."
      const compared = value.slice(0, COMPARED_CHARACTERS);
      return attribute.caseExact ? compared : foldCase(compared);
    }
  }
}

/**
 * Negative if `a` comes before `b` in ascending order. Texts are in the order of their characters' codes, which is no locale's and the
 * one that `gt` and `lt` of a filter know: a client may go on from the last value it has seen. "if there is no data for the specified
 * "sortBy" value, … they are ordered last if ascending and first if descending".
 */
export function compareSortKeys(a: SortKey, b: SortKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isInstant(a) && isInstant(b)) return a[0] - b[0] || compare(a[1], b[1]);
  if (typeof a === 'string' && typeof b === 'string') return compare(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  // Two resource types may have attributes of one name and two types.
  return rank(a) - rank(b);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isInstant(key: SortKey): key is readonly [number, string] {
  return typeof key === 'object' && key !== null;
}

function rank(key: SortKey): number {
  if (key === null) return 4;
  return { boolean: 0, number: 1, object: 2, string: 3 }[typeof key as 'boolean' | 'number' | 'object' | 'string'];
}
