import { ScimError } from '../errors.ts';
import type { Filter } from './filter.ts';
import type { FilterOptions } from './filter-dialect.ts';
import { FilterReader } from './filter-reader.ts';
import { tokenize } from './tokenize.ts';

/**
 * Parses the `filter` of a query: the whole grammar of RFC 7644 §3.4.2.2, within FILTER_LIMITS.
 * Names are not looked up here: compileFilter does that, with the resource type.
 * @throws ScimError invalidFilter
 */
export function parseFilter(text: string, options: FilterOptions): Filter {
  const tokens = tokenize(text, 'invalidFilter');
  // RFC 7644 §3.4.2.2: "The filter parameter MUST contain at least one valid expression".
  if (tokens.length === 0) throw new ScimError('invalidFilter', 'The filter is empty');
  return new FilterReader(tokens, 'invalidFilter', options).readFilter();
}
