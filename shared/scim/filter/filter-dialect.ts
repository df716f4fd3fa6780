import type { Mode, OnTolerance } from '../resources/resource.ts';
import type { AttributePath, FilterLiteral } from './filter.ts';

/** How exact to be with the client, and whom to tell of a tolerance that was used. */
export interface FilterOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/**
 * The booleans among the attributes of Users and Groups, by the last name of a path. A filter is parsed before it is bound to a
 * resource type; a test holds this list against the attribute tables.
 */
export const BOOLEAN_NAMES: readonly string[] = ['active', 'primary'];

/** T2: Entra ID writes `roles[primary eq "True"]` (SCIM.md E10). A quoted boolean beside a boolean attribute is that boolean. */
export function tolerateBooleanText(path: AttributePath, text: string, onTolerance: OnTolerance): boolean | undefined {
  const name = path.subAttribute ?? path.attribute;
  if (name.length > 7 || !BOOLEAN_NAMES.includes(name.toLowerCase())) return undefined;
  const folded = text.length <= 5 ? text.toLowerCase() : '';
  if (folded !== 'true' && folded !== 'false') return undefined;
  onTolerance('T2', name);
  return folded === 'true';
}

/**
 * T3: Entra ID's documentation filters by `externalId eq jyoung` (SCIM.md E4). A bare word is its own text, a bare number too, since
 * no attribute of Users and Groups is a number. Undefined for a word in single quotes: that client means something else.
 */
export function tolerateUnquotedValue(path: AttributePath, word: string, onTolerance: OnTolerance): FilterLiteral | undefined {
  if (word.startsWith("'") || !word.isWellFormed()) return undefined;
  const boolean = tolerateBooleanText(path, word, onTolerance);
  if (boolean !== undefined) return boolean;
  onTolerance('T3', path.attribute);
  return word;
}
