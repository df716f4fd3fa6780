import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { checkFilter, checkNames, mentions, narrowFilter } from '../../../../shared/scim/filter/narrow-filter.ts';
import { parseFilter } from '../../../../shared/scim/filter/parse-filter.ts';
import { printFilter } from '../../../../shared/scim/filter/print-filter.ts';

const parse = (text: string) => parseFilter(text, { mode: 'strict', onTolerance: () => {} });
const narrowed = (type: typeof userResourceType, text: string) => {
  const left = narrowFilter(type, parse(text));
  return typeof left === 'boolean' ? left : printFilter(left);
};

describe('a filter for the resources of one type, RFC 7644 §3.4.2.1', () => {
  it.each<[filter: string, forUsers: string | boolean, forGroups: string | boolean]>([
    ['displayName eq "A"', 'displayName eq "A"', 'displayName eq "A"'],
    ['userName eq "a"', 'userName eq "a"', false],
    ['userName pr', 'userName pr', false],
    ['not (userName pr)', 'not (userName pr)', true],
    ['userName ne "a"', 'userName ne "a"', true],
    ['userName eq null', 'userName eq null', true],
    ['userName ne null', 'userName ne null', false],
    ['emails[type eq "work"]', 'emails[type eq "work"]', false],
    ['members.value eq "x"', false, 'members.value eq "x"'],
    ['userName eq "a" or displayName eq "A"', 'userName eq "a" or displayName eq "A"', 'displayName eq "A"'],
    ['userName eq "a" and displayName eq "A"', 'userName eq "a" and displayName eq "A"', false],
    ['not (userName pr) and displayName sw "A"', 'not (userName pr) and displayName sw "A"', 'displayName sw "A"'],
    ['userName pr or members pr', 'userName pr', 'members pr'],
    [
      'urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "A"',
      false,
      'urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "A"',
    ],
    ['meta.resourceType eq "User"', true, false],
    ['META.resourcetype ne "User"', false, true],
    ['meta.resourceType eq "user"', false, false],
    ['(meta.resourceType eq "User") or (meta.resourceType eq "Group")', true, true],
    ['meta.resourceType eq "Group" and externalId eq "x"', false, 'externalId eq "x"'],
    ['meta.resourceType sw "U" and externalId eq "x" and title pr', 'externalId eq "x" and title pr', false],
    ['not (meta.resourceType eq "Group")', true, false],
    ['meta.lastModified pr', 'meta.lastModified pr', 'meta.lastModified pr'],
  ])('%s', (filter, forUsers, forGroups) => {
    expect([narrowed(userResourceType, filter), narrowed(groupResourceType, filter)]).toEqual([forUsers, forGroups]);
  });

  it('is the filter itself where nothing of it is known', () => {
    const filter = parse('not (displayName sw "a") and (externalId pr or id pr)');
    expect(narrowFilter(groupResourceType, filter)).toBe(filter);
  });
});

describe('the names in a filter over several types', () => {
  const both = [userResourceType, groupResourceType];

  it.each(['userName pr', 'members pr', 'userName pr and members pr or id eq "x"'])('%s: one of them has each', (filter) => {
    expect(() => checkNames(both, parse(filter))).not.toThrow();
  });

  it.each(['shoeSize pr', 'userName pr and not (members pr or shoeSize eq 1)', 'shoeSize[type eq "work"]'])('rule 42: %s', (filter) => {
    const refusal = expect.objectContaining({ scimType: 'invalidFilter', message: expect.stringMatching(/shoeSize.*User or Group/) });
    expect(() => checkNames(both, parse(filter))).toThrow(refusal);
  });

  it.each(['userName gt 5 and meta.resourceType eq "Group"', 'password pr', 'meta.resourceType gt 1'])(
    '%s is refused though no resource would be looked at',
    (filter) => {
      expect(() => checkFilter(userResourceType, parse(filter))).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
    },
  );

  it('tells which attribute has to be loaded', () => {
    for (const filter of ['Members pr', 'not (id pr) or members[value eq "x"]', 'members.value eq "x"']) {
      expect(mentions(parse(filter), 'members')).toBe(true);
    }
    expect(mentions(parse('displayName eq "members"'), 'members')).toBe(false);
  });
});
