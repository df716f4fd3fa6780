import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../../shared/scim/attributes/attribute.ts';
import { groupResourceType, userResourceType } from '../../shared/scim/attributes/resource-types.ts';
import { compileFilter } from '../../shared/scim/filter/compile-filter.ts';
import type { Filter } from '../../shared/scim/filter/filter.ts';
import { narrowFilter } from '../../shared/scim/filter/narrow-filter.ts';
import type { ScimObject } from '../../shared/scim/resources/resource.ts';
import { combined, leaves } from './arbitrary-filter.ts';

/** A type that has every attribute of both: to it, what a resource lacks is just not assigned. */
const EITHER: ResourceType = {
  ...userResourceType,
  schema: {
    ...userResourceType.schema,
    attributes: [
      ...userResourceType.schema.attributes,
      ...groupResourceType.schema.attributes.filter(({ name }) => name !== 'displayName'),
    ],
  },
};

const names: [attribute: string, subAttribute?: string][] = [
  ['userName'],
  ['displayName'],
  ['externalId'],
  ['title'],
  ['emails', 'value'],
  ['emails'],
  ['members', 'value'],
  ['members'],
  ['meta', 'resourceType'],
];
const paths = fc
  .constantFrom(...names)
  .map(([attribute, subAttribute]) => ({ attribute, ...(subAttribute !== undefined && { subAttribute }) }));
const word = fc.constantFrom('a', 'A', 'b', 'User', 'Group', '');
const leaf = leaves(paths, fc.oneof({ weight: 4, arbitrary: word }, fc.constant(null)));
const valuePath = fc.record({
  kind: fc.constant('valuePath' as const),
  path: fc.constantFrom({ attribute: 'emails' }, { attribute: 'members' }),
  filter: leaves(fc.constant({ attribute: 'value' }), word),
});
const filters = combined(fc.oneof({ weight: 5, arbitrary: leaf }, valuePath), 3);

const values = fc.array(fc.record({ value: word }), { maxLength: 2 });
const user = fc.record(
  { userName: word, displayName: word, externalId: word, title: word, emails: values },
  { requiredKeys: ['userName'] },
);
const group = fc.record({ displayName: word, externalId: word, members: values }, { requiredKeys: ['displayName'] });

function holds(resourceType: ResourceType, filter: Filter, resource: ScimObject): boolean {
  return compileFilter(resourceType, filter)(resource);
}

describe('a filter over both resource types (RFC 7644 §3.4.2.1)', () => {
  it.each([
    ['users', userResourceType, user as fc.Arbitrary<ScimObject>],
    ['groups', groupResourceType, group as fc.Arbitrary<ScimObject>],
  ])('what is left of it for %s finds what the whole would find, were all attributes in one schema', (_, resourceType, resources) => {
    fc.assert(
      fc.property(filters, resources, (filter, attributes) => {
        const resource = { ...attributes, meta: { resourceType: resourceType.name } };
        let expected: boolean;
        try {
          expected = holds(EITHER, filter, resource);
        } catch {
          // A comparison with null that there is none of.
          return;
        }
        const left = narrowFilter(resourceType, filter);
        expect(typeof left === 'boolean' ? left : holds(resourceType, left, resource)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
