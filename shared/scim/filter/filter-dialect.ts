import type { AttributeType, ResourceType } from '../attributes/attribute.ts';
import { attributeNamed, findAttribute } from '../attributes/find-attribute.ts';
import type { Mode, OnTolerance } from '../resources/resource.ts';
import type { AttributePath, FilterLiteral } from './filter.ts';

/** How exact to be with the client, and whom to tell of a tolerance that was used. */
export interface FilterOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
  /** Whose attributes the filter names; a tolerant parser that is not told knows the booleans of the RFC's own schemas by their names. */
  readonly resourceType?: ResourceType;
}

/**
 * The booleans among the attributes of Users and Groups, by the last name of a path, for a filter that is parsed before it is known
 * what it is for; a test holds this list against the attribute tables.
 */
export const BOOLEAN_NAMES: readonly string[] = ['active', 'primary'];

/** T2: Entra ID writes `roles[primary eq "True"]` (SCIM.md E10). A quoted boolean beside a boolean attribute is that boolean. */
export function tolerateBooleanText(path: AttributePath, text: string, options: FilterOptions): boolean | undefined {
  const folded = text.length <= 5 ? text.toLowerCase() : '';
  if ((folded !== 'true' && folded !== 'false') || !isBoolean(path, options)) return undefined;
  options.onTolerance('T2', path.subAttribute ?? path.attribute);
  return folded === 'true';
}

/**
 * T3: Entra ID's documentation filters by `externalId eq jyoung` (SCIM.md E4). A bare word is its own text, a bare number too, unless
 * the attribute is a number. Undefined for a word in single quotes: that client means something else.
 */
export function tolerateUnquotedValue(path: AttributePath, word: string, options: FilterOptions): FilterLiteral | undefined {
  if (word.startsWith("'") || !word.isWellFormed()) return undefined;
  const boolean = tolerateBooleanText(path, word, options);
  if (boolean !== undefined) return boolean;
  const type = comparedType(path, options);
  if (type === 'integer' || type === 'decimal') return undefined;
  options.onTolerance('T3', path.attribute);
  return word;
}

function isBoolean(path: AttributePath, options: FilterOptions): boolean {
  if (options.resourceType !== undefined) return comparedType(path, options) === 'boolean';
  return BOOLEAN_NAMES.includes((path.subAttribute ?? path.attribute).toLowerCase());
}

/** The type of the values that a comparison with this path looks at, as compileFilter does; undefined for an unknown attribute. */
function comparedType(path: AttributePath, { resourceType }: FilterOptions): AttributeType | undefined {
  if (resourceType === undefined) return undefined;
  const { subAttribute, ...whole } = path;
  const attribute = findAttribute(resourceType, whole)?.attribute;
  // An element that is no object is its own `value`.
  if (attribute?.type !== 'complex')
    return subAttribute === undefined || subAttribute.toLowerCase() === 'value' ? attribute?.type : undefined;
  return attributeNamed(attribute.subAttributes ?? [], subAttribute ?? 'value')?.type;
}
