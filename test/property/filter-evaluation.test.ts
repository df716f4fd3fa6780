import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { compileFilter } from '../../shared/scim/filter/compile-filter.ts';
import type { Filter } from '../../shared/scim/filter/filter.ts';
import { keyLookup } from '../../shared/scim/filter/key-lookup.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { combined, leaves } from './arbitrary-filter.ts';
import { evaluateFilter, type Plain } from './filter-model.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Email {
  value?: string;
  type?: string;
  primary?: boolean;
}
interface User {
  userName?: string;
  externalId?: string;
  active?: boolean;
  name?: { familyName?: string };
  emails?: Email[];
  [ENTERPRISE]?: { department?: string };
  meta: { lastModified: string };
}

const text = fc.constantFrom('', 'a', 'A', 'ab', 'Ab', 'b', 'work', 'é', 'É', '"');
/** Instants close together, each in several spellings: zones, fractions of any length, none at all. */
const date = fc
  .tuple(
    fc.constantFrom(0, 1, 2),
    fc.constantFrom('', '.0', '.5', '.500', '.999999999999', '.000000000001'),
    fc.constantFrom(0, 60, -300, 345, 840),
  )
  .chain(([second, fraction, offset]) => {
    const local = new Date(Date.parse('2026-03-01T00:00:00Z') + (second + offset * 60) * 1000).toISOString().slice(0, 19);
    const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) => String(part).padStart(2, '0'));
    const zones = offset === 0 ? ['Z', '+00:00', '-00:00', ''] : [`${offset < 0 ? '-' : '+'}${hours}:${minutes}`];
    return fc.constantFrom(...zones).map((zone) => `${local}${fraction}${zone}`);
  });
const user: fc.Arbitrary<User> = fc.record(
  {
    userName: text,
    externalId: text,
    active: fc.boolean(),
    name: fc.record({ familyName: text }, { requiredKeys: [] }),
    [ENTERPRISE]: fc.record({ department: text }, { requiredKeys: [] }),
    emails: fc.array(fc.record({ value: text, type: text, primary: fc.boolean() }, { requiredKeys: [] }), { minLength: 1, maxLength: 3 }),
    meta: fc.record({ lastModified: date }),
  },
  { requiredKeys: ['meta'] },
);

const inElement = combined(fc.oneof(typed(['type', 'value'], text), boolean('primary')), 2);
const filter = combined(
  fc.oneof(
    typed(['userName', 'externalId', 'emails', 'emails.value', 'emails.type', 'name.familyName', `${ENTERPRISE}:department`], text),
    fc.constantFrom<Filter>({ kind: 'present', path: { attribute: 'emails' } }, { kind: 'present', path: { attribute: 'name' } }),
    boolean('emails', 'primary'),
    typed(['meta.lastModified'], date),
    boolean('active'),
    fc.record({ kind: fc.constant('valuePath' as const), path: fc.constant({ attribute: 'emails' }), filter: inElement }),
  ),
  3,
);

/** Comparisons that the type has, and presence. */
function typed(names: string[], values: fc.Arbitrary<string>): fc.Arbitrary<Filter> {
  const paths = fc.constantFrom(...names).map((name) => {
    const colon = name.lastIndexOf(':');
    const [attribute = '', subAttribute] = name.slice(colon + 1).split('.');
    return { ...(colon > 0 && { urn: name.slice(0, colon) }), attribute, ...(subAttribute !== undefined && { subAttribute }) };
  });
  return leaves(paths, fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) })).filter(
    (leaf) => leaf.kind !== 'compare' || leaf.value !== null || ['eq', 'ne'].includes(leaf.operator),
  );
}
function boolean(attribute: string, subAttribute?: string): fc.Arbitrary<Filter> {
  const path = { attribute, ...(subAttribute !== undefined && { subAttribute }) };
  return leaves(fc.constant(path), fc.boolean()).filter((leaf) => leaf.kind !== 'compare' || ['eq', 'ne'].includes(leaf.operator));
}

describe('evaluating filters, RFC 7644 §3.4.2.2', () => {
  it('agrees with the obvious, slow reference', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(filter, user, (generated, resource) => {
        const expected = evaluateFilter(generated, resource as unknown as Plain);
        seen[`${expected}`]++;
        expect(compileFilter(userResourceType, generated)(resource as unknown as ScimObject)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
    // The generator makes both answers often: the comparison means something.
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });

  it('finds by key every resource that matches', () => {
    const other = fc.record({ path: fc.constantFrom('userName', 'externalId', 'emails'), value: text, more: filter, first: fc.boolean() });
    let compared = 0;
    fc.assert(
      fc.property(other, user, ({ path, value, more, first }, resource) => {
        const eq: Filter = { kind: 'compare', path: { attribute: path }, operator: 'eq', value };
        const both: Filter = { kind: 'and', terms: first ? [eq, more] : [more, eq] };
        const lookup = keyLookup(userResourceType, both);
        expect(lookup).toBeDefined();
        if (lookup === undefined || !compileFilter(userResourceType, both)(resource as unknown as ScimObject)) return;
        compared++;
        const keys = {
          userName: [resource.userName?.toLowerCase()],
          externalId: [resource.externalId],
          email: (resource.emails ?? []).map((email) => email.value?.toLowerCase()),
        };
        const by = lookup.by as keyof typeof keys;
        expect(keys[by]).toContain(by === 'externalId' ? lookup.value : lookup.value.toLowerCase());
      }),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});
