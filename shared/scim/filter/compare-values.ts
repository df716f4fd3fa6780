import type { Attribute } from '../attributes/attribute.ts';
import { compareInstants, parseDateTime } from '../attributes/date-time.ts';
import { foldCase } from '../attributes/fold-case.ts';
import { ScimError } from '../errors.ts';
import type { ScimValue } from '../resources/resource.ts';
import type { CompareOperator, FilterLiteral } from './filter.ts';

/** Tells of one value of an attribute, or of its absence in an element, whether it meets a criterion. */
export type Criterion = (value: ScimValue | undefined) => boolean;

/**
 * The criterion `operator literal` for values of this attribute: RFC 7644 §3.4.2.2, table 3. The literal is not null; `ne` is asked
 * as `eq`, since it is the negation. `name` is the attribute as the client spelled it.
 * @throws ScimError invalidFilter if the attribute's type has no such comparison, or the literal is of another type
 */
export function criterion(attribute: Attribute, name: string, operator: CompareOperator, literal: Exclude<FilterLiteral, null>): Criterion {
  switch (attribute.type) {
    case 'boolean':
      // "Boolean and Binary attributes SHALL cause a failed response (HTTP status code 400) with "scimType" of "invalidFilter"."
      if (operator !== 'eq') throw unsupported(name, attribute, operator);
      if (typeof literal !== 'boolean') throw mismatch(name, attribute, 'true or false');
      // RFC 7643 §2.4: "If not specified, the value of "primary" SHALL be assumed to be "false"."
      return (value) => (value ?? (attribute.name === 'primary' ? false : undefined)) === literal;
    case 'integer':
    case 'decimal': {
      if (typeof literal !== 'number') throw mismatch(name, attribute, 'a number');
      const holds = ordered(operator);
      if (holds === undefined) throw unsupported(name, attribute, operator);
      return (value) => typeof value === 'number' && holds(value - literal);
    }
    case 'dateTime':
      if (typeof literal !== 'string') throw mismatch(name, attribute, 'a date and time in double quotes');
      return instantCriterion(name, operator, literal) ?? textCriterion(attribute, operator, literal);
    case 'binary':
      if (typeof literal !== 'string') throw mismatch(name, attribute, 'a string in double quotes');
      if (ordered(operator) !== undefined && operator !== 'eq') throw unsupported(name, attribute, operator);
      return textCriterion(attribute, operator, literal);
    case 'string':
    case 'reference':
      if (typeof literal !== 'string') throw mismatch(name, attribute, 'a string in double quotes');
      return textCriterion(attribute, operator, literal);
    case 'complex':
      throw new ScimError('invalidFilter', `${name} is complex: compare one of its sub-attributes`);
  }
}

/** What a difference (value minus literal) must be for the operator; undefined for those that compare parts of a text. */
function ordered(operator: CompareOperator): ((difference: number) => boolean) | undefined {
  switch (operator) {
    case 'eq':
      return (difference) => difference === 0;
    case 'gt':
      return (difference) => difference > 0;
    case 'ge':
      return (difference) => difference >= 0;
    case 'lt':
      return (difference) => difference < 0;
    case 'le':
      return (difference) => difference <= 0;
    default:
      return undefined;
  }
}

/** "For string attribute types, this is a lexicographical comparison, and for DateTime types, it is a chronological comparison." */
function instantCriterion(name: string, operator: CompareOperator, literal: string): Criterion | undefined {
  const holds = ordered(operator);
  if (holds === undefined) return undefined;
  const wanted = parseDateTime(literal);
  if (wanted === undefined) {
    throw new ScimError('invalidFilter', `${name} is compared with a date and time such as "2026-01-31T09:00:00Z"`);
  }
  return (value) => {
    const instant = typeof value === 'string' ? parseDateTime(value) : undefined;
    return instant !== undefined && holds(compareInstants(instant, wanted));
  };
}

/** "the case sensitivity for String type attributes SHALL be determined by the attribute's "caseExact" characteristic" */
function textCriterion(attribute: Attribute, operator: CompareOperator, literal: string): Criterion {
  const fold = attribute.caseExact ? (text: string) => text : foldCase;
  const wanted = fold(literal);
  const holds = (text: string): boolean => {
    switch (operator) {
      case 'co':
        return text.includes(wanted);
      case 'sw':
        return text.startsWith(wanted);
      case 'ew':
        return text.endsWith(wanted);
      case 'gt':
        return text > wanted;
      case 'ge':
        return text >= wanted;
      case 'lt':
        return text < wanted;
      case 'le':
        return text <= wanted;
      default:
        return text === wanted;
    }
  };
  return (value) => typeof value === 'string' && holds(fold(value));
}

function unsupported(name: string, attribute: Attribute, operator: CompareOperator): ScimError {
  return new ScimError('invalidFilter', `${name} is of type ${attribute.type}, which can't be compared by "${operator}"`);
}

function mismatch(name: string, attribute: Attribute, expected: string): ScimError {
  return new ScimError('invalidFilter', `${name} is of type ${attribute.type}: compare it with ${expected}`);
}
