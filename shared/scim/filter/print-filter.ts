import type { AttributePath, Filter } from './filter.ts';

/** The text of a filter in RFC 7644 §3.4.2.2's grammar; parsing it (strict) gives an equal filter back. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return `${printAttributePath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${printAttributePath(filter.path)} pr`;
    case 'valuePath':
      return `${printAttributePath(filter.path)}[${printFilter(filter.filter)}]`;
    case 'not':
      return `not (${printFilter(filter.term)})`;
    case 'and':
      return filter.terms.map((term) => printTerm(term, term.kind === 'and' || term.kind === 'or')).join(' and ');
    case 'or':
      // "and" binds tighter than "or", so it needs no parentheses here.
      return filter.terms.map((term) => printTerm(term, term.kind === 'or')).join(' or ');
  }
}

/** The text of an attribute path: RFC 7644 §3.10. */
export function printAttributePath({ urn, attribute, subAttribute }: AttributePath): string {
  return `${urn === undefined ? '' : `${urn}:`}${attribute}${subAttribute === undefined ? '' : `.${subAttribute}`}`;
}

function printTerm(term: Filter, grouped: boolean): string {
  return grouped ? `(${printFilter(term)})` : printFilter(term);
}
