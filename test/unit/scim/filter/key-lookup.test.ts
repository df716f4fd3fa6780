import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { keyLookup } from '../../../../shared/scim/filter/key-lookup.ts';
import { parseFilter } from '../../../../shared/scim/filter/parse-filter.ts';

function lookup(text: string, resourceType = userResourceType) {
  const found = keyLookup(resourceType, parseFilter(text, { mode: 'strict', onTolerance: () => {} }));
  return found && `${found.by} ${found.value}`;
}

describe('the key that serves a filter', () => {
  it.each([
    ['id eq "x"', 'id x'],
    ['USERNAME Eq "Bob@x"', 'userName Bob@x'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x"', 'userName x'],
    ['externalId eq "x"', 'externalId x'],
    ['emails eq "x"', 'email x'],
    ['emails.value eq "x"', 'email x'],
    ['emails[value eq "x"]', 'email x'],
    ['emails[type eq "work" and value eq "x"]', 'email x'],
    ['(userName eq "x")', 'userName x'],
    ['active eq true and userName eq "x"', 'userName x'],
    ['emails eq "y" and id eq "x"', 'id x'],
    ['id eq "x" and manager eq "y"', 'id x'],
    ['userName eq "x" and (title pr or active eq true)', 'userName x'],
  ])('%s: %s', (text, expected) => {
    expect(lookup(text)).toBe(expected);
  });

  it.each([
    ['displayName eq "x"', 'displayName x'],
    ['id eq "g" and members eq "u"', 'id g'],
    ['members eq "u"', 'member u'],
    ['members.VALUE eq "u"', 'member u'],
    ['members[value eq "u"]', 'member u'],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:members[type eq "User" and value eq "u"]', 'member u'],
  ])('%s, of groups: %s', (text, expected) => {
    expect(lookup(text, groupResourceType)).toBe(expected);
  });

  it.each([
    'userName sw "x"',
    'userName ne "x"',
    'userName pr',
    'userName eq null',
    'id eq "x" or userName eq "y"',
    'not (id eq "x")',
    'displayName eq "x"',
    'groups eq "x"',
    'emails.type eq "work"',
    'emails[type eq "work"]',
    'emails[value eq "x" or type eq "work"]',
    'emails[not (value eq "x")]',
    'phoneNumbers.value eq "x"',
    'name.givenName eq "x"',
    'manager eq "x"',
    'constructor eq "x"',
  ])('%s has none', (text) => {
    expect(lookup(text)).toBeUndefined();
  });

  it('has no userName and no e-mail for groups', () => {
    expect(lookup('userName eq "x"', groupResourceType)).toBeUndefined();
    expect(lookup('emails eq "x"', groupResourceType)).toBeUndefined();
  });

  it("has none for an extension's attribute of the same name", () => {
    const schema = { ...userResourceType.schema, id: 'urn:example:2.0:User' };
    const extended = { ...userResourceType, extensions: [{ schema, required: false }] };
    expect(lookup('urn:example:2.0:User:userName eq "x"', extended)).toBeUndefined();
    expect(lookup('userName eq "x"', extended)).toBe('userName x');
  });
});
