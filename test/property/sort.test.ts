import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { compileSort } from '../../shared/scim/sort/compile-sort.ts';
import { compareSortKeys, type SortKey } from '../../shared/scim/sort/sort-key.ts';

/** Few letters, so that many values are equal, begin alike or differ in case alone. */
const word = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'é', 'É', 'z', '😀', '\uffee'), maxLength: 3 });
const instant = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.5Z',
  '2026-01-01T00:00:00.50Z',
  '2025-12-31T23:59:59.999999Z',
);
const email = fc.record({ value: word, type: word, primary: fc.boolean() }, { requiredKeys: [] });
const user: fc.Arbitrary<ScimObject> = fc.record(
  {
    userName: word,
    externalId: word,
    active: fc.boolean(),
    name: fc.record({ familyName: word }, { requiredKeys: [] }),
    emails: fc.array(email, { maxLength: 3 }).map((emails) => emails.map((each, i) => (i === 1 ? each : { ...each, primary: false }))),
    meta: fc.record({ created: instant }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ScimObject>;

/** What one resource is sorted by, said as plainly as can be: the group of its kind, then the value. */
const plainly: Record<string, (user: ReturnType<typeof JSON.parse>) => string | number | boolean | undefined> = {
  userName: (each) => each.userName?.normalize('NFC').toLowerCase(),
  externalId: (each) => each.externalId,
  active: (each) => each.active,
  'name.familyName': (each) => each.name?.familyName?.normalize('NFC').toLowerCase(),
  'emails.value': (each) => chosen(each)?.value?.normalize('NFC').toLowerCase(),
  'emails.type': (each) => chosen(each)?.type?.normalize('NFC').toLowerCase(),
  'meta.created': (each) => (each.meta ? microseconds(each.meta.created) : undefined),
};

function chosen({ emails = [] }: { emails?: { value?: string; type?: string; primary?: boolean }[] }) {
  for (const each of emails) if (each.primary === true) return each;
  return emails[0];
}

function microseconds(text: string): number {
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? [];
  return Date.parse(text.replace(/\.\d+/, '')) * 1_000 + Number(fraction.padEnd(6, '0'));
}

/** Takes the smallest that is left, the first of equal ones, again and again. */
function slowly(users: readonly ScimObject[], sortBy: string, isDescending: boolean): ScimObject[] {
  const left = [...users];
  const sorted: ScimObject[] = [];
  while (left.length > 0) {
    const value = (each: ScimObject | undefined) => plainly[sortBy]?.(each);
    let best = 0;
    for (let i = 1; i < left.length; i++) {
      const [a, b] = [value(left[i]), value(left[best])];
      const isAfter = a === b ? false : a === undefined ? true : b === undefined ? false : a > b;
      const isBefore = a === b ? false : !isAfter;
      if (isDescending ? isAfter : isBefore) best = i;
    }
    sorted.push(...left.splice(best, 1));
  }
  return sorted;
}

const key: fc.Arbitrary<SortKey> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -2, max: 2 }),
  word,
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom('', '5', '05')),
);

describe('sorting (RFC 7644 §3.4.2.3)', () => {
  it('equals choosing the smallest again and again, by every kind of attribute', () => {
    const sorts = fc.constantFrom(...Object.keys(plainly));
    fc.assert(
      fc.property(fc.array(user, { maxLength: 8 }), sorts, fc.boolean(), (users, sortBy, isDescending) => {
        const sort = compileSort([userResourceType], sortBy, { mode: 'strict', onTolerance: () => {} });
        const ranked = users.map((each) => ({ each, key: sort?.keyOf('User', each) ?? null }));
        const sign = isDescending ? -1 : 1;
        const sorted = ranked.sort((a, b) => sign * compareSortKeys(a.key, b.key)).map(({ each }) => each);
        expect(sorted).toEqual(slowly(users, sortBy, isDescending));
      }),
      { numRuns: 500 },
    );
  });

  it('is an order: of any two keys one is first or both are equal, and what a cursor remembers is the key itself', () => {
    fc.assert(
      fc.property(key, key, key, (a, b, c) => {
        expect(Math.sign(compareSortKeys(a, b))).toBe(-Math.sign(compareSortKeys(b, a)) || 0);
        if (compareSortKeys(a, b) <= 0 && compareSortKeys(b, c) <= 0) expect(compareSortKeys(a, c)).toBeLessThanOrEqual(0);
        if (compareSortKeys(a, b) === 0) expect(b).toEqual(a);
        expect(compareSortKeys(a, JSON.parse(JSON.stringify(a)) as SortKey)).toBe(0);
      }),
    );
  });
});
