import fc from 'fast-check';
import type { AttributePath, CompareOperator, Filter, FilterLiteral } from '../../shared/scim/filter/filter.ts';

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const satisfies CompareOperator[];

const name = fc.stringMatching(/^[A-Za-z$_][A-Za-z0-9_-]{0,8}$/).filter((text) => text.toLowerCase() !== 'not');
const urn = fc.constantFrom('urn:ietf:params:scim:schemas:core:2.0:User', 'urn:x:y', 'http://h/p.q');
const path: fc.Arbitrary<AttributePath> = fc.record({ urn, attribute: name, subAttribute: name }, { requiredKeys: ['attribute'] });
const ownName: fc.Arbitrary<AttributePath> = fc.record({ attribute: name });

/** `-0` is written as JSON writes it, `0`. */
const literal: fc.Arbitrary<FilterLiteral> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

/** Filters of any shape the grammar has, names and values at random: RFC 7644 §3.4.2.2. */
export function anyFilter(): fc.Arbitrary<Filter> {
  const inElement = combined(leaves(ownName, literal), 2);
  const valuePath = fc.record({ kind: fc.constant('valuePath' as const), path, filter: inElement });
  return combined(fc.oneof(leaves(path, literal), valuePath), 3);
}

/** `pr` and comparisons over these paths and values. */
export function leaves(paths: fc.Arbitrary<AttributePath>, values: fc.Arbitrary<FilterLiteral>): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({ kind: fc.constant('present' as const), path: paths }),
    fc.record({ kind: fc.constant('compare' as const), path: paths, operator: fc.constantFrom(...OPERATORS), value: values }),
  );
}

/** Terms combined by and, or and not, up to this depth. */
export function combined(terms: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  if (depth === 0) return terms;
  const inner = combined(terms, depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: inner },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), term: inner }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        terms: fc.array(inner, { minLength: 2, maxLength: 3 }),
      }),
    },
  );
}
