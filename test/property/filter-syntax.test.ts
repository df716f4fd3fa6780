import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScimError } from '../../shared/scim/errors.ts';
import { parseFilter } from '../../shared/scim/filter/parse-filter.ts';
import { parsePatchPath } from '../../shared/scim/filter/parse-path.ts';
import { printFilter } from '../../shared/scim/filter/print-filter.ts';
import { FILTER_LIMITS } from '../../shared/scim/filter/tokenize.ts';
import { anyFilter } from './arbitrary-filter.ts';

const strict = { mode: 'strict', onTolerance: () => {} } as const;
const tolerant = { mode: 'tolerant', onTolerance: () => {} } as const;

/** Text that is nearly a filter: pieces of the grammar and rubbish in any order. */
const nearlyFilter = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('a', 'b.c', 'eq', 'pr', 'and', 'or', 'not', '(', ')', '[', ']', '"x"', 'true', '1', 'null') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom('"', '\\', '\ud800', '\0', '.', ':', "'", 'urn:x:y:z', '__proto__') },
    ),
    { maxLength: 12 },
  )
  .chain((pieces) => fc.constantFrom(pieces.join(' '), pieces.join('')));

function outcome<T>(parse: () => T): T | ScimError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

describe('the grammar of filters, RFC 7644 §3.4.2.2', () => {
  it('reads every filter that it prints', () => {
    fc.assert(
      fc.property(anyFilter(), (filter) => {
        const text = printFilter(filter);
        fc.pre(text.length <= FILTER_LIMITS.characters);
        expect(parseFilter(text, strict)).toEqual(filter);
      }),
      { numRuns: 1000 },
    );
  });

  it('prints every filter that it reads, so that it reads the same again, and refuses all else by invalidFilter', () => {
    fc.assert(
      fc.property(nearlyFilter, fc.constantFrom(strict, tolerant), (text, options) => {
        const filter = outcome(() => parseFilter(text, options));
        if (filter instanceof ScimError) expect(filter.scimType).toBe('invalidFilter');
        else expect(parseFilter(printFilter(filter), strict)).toEqual(filter);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses every text that is no PATCH path by invalidPath', () => {
    fc.assert(
      fc.property(nearlyFilter, fc.constantFrom(strict, tolerant), (text, options) => {
        const path = outcome(() => parsePatchPath(text, options));
        if (path instanceof ScimError) expect(path.scimType).toBe('invalidPath');
        else expect(path.path.attribute).toMatch(/^[\w$-]+$/);
      }),
      { numRuns: 5000 },
    );
  });
});
