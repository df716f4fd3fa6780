import { ScimError } from '../errors.ts';
import type { Filter } from '../filter/filter.ts';
import { elementsOf, isScimObject } from '../resources/own-value.ts';
import type { ScimValue } from '../resources/resource.ts';
import type { AttributeTarget } from './patch-target.ts';

/** How many values one PATCH may look at, each once a term of a filter: some tens of milliseconds. Real clients stay far below. */
const MAX_WORK = 250_000;
/** A filter compares so many characters about as fast as it comes to the next value. */
const CHARACTERS_A_STEP = 64;

/**
 * Counts what the operations of one PATCH cost together: 1,000 operations with 100 terms each on 1,000 values would be minutes.
 * @returns a function that takes the cost of the next operation and throws ScimError tooMany once the limit is passed
 */
export function workLimit(): (cost: number) => void {
  let left = MAX_WORK;
  return (cost) => {
    left -= cost;
    if (left >= 0) return;
    throw new ScimError('tooMany', 'These operations would have to look at too many values; send them in several requests.');
  };
}

/** What one operation costs: every value of the attribute, by every term of the filter, long texts more. */
export function costOf({ filter }: AttributeTarget, current: ScimValue | undefined): number {
  const elements = elementsOf(current);
  if (filter === undefined) return 1 + elements.length;
  return countTerms(filter) * elements.reduce<number>((sum, element) => sum + 1 + charactersIn(element) / CHARACTERS_A_STEP, 1);
}

/** The comparisons in a filter; its depth is bounded by the parser. */
export function countTerms(filter: Filter): number {
  switch (filter.kind) {
    case 'compare':
    case 'present':
      return 1;
    case 'valuePath':
      return countTerms(filter.filter);
    case 'not':
      return countTerms(filter.term);
    default:
      return filter.terms.reduce((sum, term) => sum + countTerms(term), 0);
  }
}

function charactersIn(element: ScimValue): number {
  if (!isScimObject(element)) return 0;
  return Object.values(element).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}
