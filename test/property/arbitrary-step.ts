import fc from 'fast-check';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import type { Filter, Step } from './patch-model.ts';

const text = fc.constantFrom('a', 'b', 'c', '');
const type = fc.constantFrom('work', 'home');

/** An e-mail address of a user, maybe without a value or a type. */
export const email = fc
  .record({ value: text, type, display: text, primary: fc.boolean() }, { requiredKeys: [] })
  .map((each) => ({ ...each }) as ScimObject);

export const name = fc
  .record({ givenName: text, familyName: text, formatted: text }, { requiredKeys: [] })
  .map((each) => ({ ...each }) as ScimObject);

const comparison: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ by: fc.constant('type' as const), is: type }),
  fc.record({ by: fc.constant('value' as const), is: text }),
  fc.record({ by: fc.constant('primary' as const), is: fc.boolean() }),
);
const filter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 4, arbitrary: comparison },
  { weight: 1, arbitrary: fc.record({ and: fc.tuple(comparison, comparison) }) },
  { weight: 1, arbitrary: fc.record({ or: fc.tuple(comparison, comparison) }) },
  { weight: 1, arbitrary: fc.record({ not: comparison }) },
  {
    weight: 1,
    arbitrary: fc.record({ and: fc.tuple(fc.record({ or: fc.tuple(comparison, comparison) }), fc.record({ not: comparison })) }),
  },
);
const op = fc.constantFrom('add' as const, 'replace' as const, 'remove' as const);

/** One operation of a PATCH of a user: RFC 7644 §3.5.2. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op, on: fc.constantFrom('title', 'userName'), value: fc.option(text) }),
  fc.record({ op, on: fc.constant('active'), value: fc.option(fc.boolean()) }),
  fc.record({ op, on: fc.constant('name'), value: fc.option(name) }),
  fc.record({ op, on: fc.constant('name'), sub: fc.constantFrom('givenName', 'formatted'), value: fc.option(text) }),
  fc.record({ op, on: fc.constantFrom('department', 'employeeNumber'), value: fc.option(text) }),
  fc.record({ op, on: fc.constant('emails'), value: fc.option(fc.array(email, { maxLength: 3 })) }),
  fc.record({ op, on: fc.constant('emails'), filter, value: fc.option(email) }),
  fc.record({ op, on: fc.constant('emails'), filter, sub: fc.constantFrom('value', 'type', 'display'), value: fc.option(text) }),
  fc.record({ op, on: fc.constant('emails'), filter, sub: fc.constant('primary'), value: fc.option(fc.boolean()) }),
  fc.record({ op, on: fc.constant('emails'), sub: fc.constant('display'), value: fc.option(text) }),
);
