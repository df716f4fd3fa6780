import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { compileFilter } from '../../shared/scim/filter/compile-filter.ts';
import type { CompareOperator, Filter } from '../../shared/scim/filter/filter.ts';
import { keyLookup } from '../../shared/scim/filter/key-lookup.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { combined, leaves } from './arbitrary-filter.ts';

/**
 * The reference: one attribute of each kind, each comparison spelled out. It shares no code with the engine, and no cleverness.
 */
interface Email {
  value?: string;
  type?: string;
  primary?: boolean;
}
interface User {
  userName?: string;
  externalId?: string;
  active?: boolean;
  emails?: Email[];
  meta: { lastModified: string };
}
type Leaf = string | boolean | undefined;

function evaluate(filter: Filter, read: (path: string) => { leaves: Leaf[]; kind: string }, user: User): boolean {
  if ('terms' in filter) {
    const answers = filter.terms.map((term) => evaluate(term, read, user));
    return filter.kind === 'and' ? !answers.includes(false) : answers.includes(true);
  }
  if (filter.kind === 'not') return !evaluate(filter.term, read, user);
  if (filter.kind === 'valuePath') return (user.emails ?? []).some((email) => evaluate(filter.filter, readEmail(email), user));
  const { leaves: found, kind } = read([filter.path.attribute, filter.path.subAttribute].filter(Boolean).join('.'));
  const isPresent = found.some((leaf) => leaf !== undefined && leaf !== '');
  if (filter.kind === 'present') return isPresent;
  const { operator, value } = filter;
  if (value === null) return operator === 'eq' ? !isPresent : isPresent;
  if (operator === 'ne' && found.length === 0) return true;
  return found.some((leaf) => compare(leaf, operator, value as string | boolean, kind));
}

function compare(leaf: Leaf, operator: CompareOperator, value: string | boolean, kind: string): boolean {
  if (kind === 'primary') leaf ??= false;
  if (leaf === undefined) return operator === 'ne';
  if (kind === 'date' && !['co', 'sw', 'ew'].includes(operator))
    return order(Date.parse(String(leaf)), operator, Date.parse(String(value)));
  if (typeof leaf === 'boolean' || typeof value === 'boolean') return operator === 'ne' ? leaf !== value : leaf === value;
  const [a, b] = kind === 'exact' ? [leaf, value] : [leaf.toLowerCase(), value.toLowerCase()];
  if (operator === 'co') return a.indexOf(b) >= 0;
  if (operator === 'sw') return a.slice(0, b.length) === b;
  if (operator === 'ew') return b === '' || a.slice(-b.length) === b;
  return order(a, operator, b);
}

function order<T extends string | number>(a: T, operator: CompareOperator, b: T): boolean {
  const answers: Partial<Record<CompareOperator, boolean>> = { eq: a === b, ne: a !== b, gt: a > b, ge: a >= b, lt: a < b, le: a <= b };
  return answers[operator] ?? false;
}

function readUser(user: User) {
  return (path: string): { leaves: Leaf[]; kind: string } => {
    const emails = user.emails ?? [];
    if (path === 'emails' || path === 'emails.value') return { leaves: emails.map(({ value }) => value), kind: 'text' };
    if (path === 'emails.type') return { leaves: emails.map(({ type }) => type), kind: 'text' };
    if (path === 'meta.lastModified') return { leaves: [user.meta.lastModified], kind: 'date' };
    const leaf = user[path as 'userName' | 'externalId' | 'active'];
    return { leaves: leaf === undefined ? [] : [leaf], kind: path === 'externalId' ? 'exact' : 'text' };
  };
}
function readEmail(email: Email) {
  return (path: string) => ({ leaves: [email[path as keyof Email]], kind: path === 'primary' ? 'primary' : 'text' });
}

const text = fc.constantFrom('', 'a', 'A', 'ab', 'Ab', 'b', 'work', 'é', 'É', '"');
const date = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2025-12-31T23:59:59.999Z',
  '2026-01-01T00:00:00.001Z',
  '2025-12-31T20:00:00-05:00',
);
const user: fc.Arbitrary<User> = fc.record(
  {
    userName: text,
    externalId: text,
    active: fc.boolean(),
    emails: fc.array(fc.record({ value: text, type: text, primary: fc.boolean() }, { requiredKeys: [] }), { minLength: 1, maxLength: 3 }),
    meta: fc.record({ lastModified: date }),
  },
  { requiredKeys: ['meta'] },
);

const inElement = combined(fc.oneof(typed(['type', 'value'], text), boolean('primary')), 2);
const filter = combined(
  fc.oneof(
    typed(['userName', 'externalId', 'emails', 'emails.value', 'emails.type'], text),
    typed(['meta.lastModified'], date),
    boolean('active'),
    fc.record({ kind: fc.constant('valuePath' as const), path: fc.constant({ attribute: 'emails' }), filter: inElement }),
  ),
  3,
);

/** Comparisons that the type has, and presence; `emails pr` is about the whole element, which the reference leaves out. */
function typed(names: string[], values: fc.Arbitrary<string>): fc.Arbitrary<Filter> {
  const paths = fc.constantFrom(...names).map((name) => {
    const [attribute = '', subAttribute] = name.split('.');
    return subAttribute === undefined ? { attribute } : { attribute, subAttribute };
  });
  return leaves(paths, fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) })).filter(
    (leaf) =>
      !(leaf.kind === 'compare' && leaf.value === null && !['eq', 'ne'].includes(leaf.operator)) &&
      !(
        (leaf.kind === 'present' || (leaf.kind === 'compare' && leaf.value === null)) &&
        leaf.path.attribute === 'emails' &&
        !leaf.path.subAttribute
      ),
  );
}
function boolean(attribute: string): fc.Arbitrary<Filter> {
  return leaves(fc.constant({ attribute }), fc.boolean()).filter((leaf) => leaf.kind !== 'compare' || ['eq', 'ne'].includes(leaf.operator));
}

describe('evaluating filters, RFC 7644 §3.4.2.2', () => {
  it('agrees with the obvious, slow reference', () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(filter, user, (generated, resource) => {
        const expected = evaluate(generated, readUser(resource), resource);
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
