import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { userSchema } from '../../../../shared/scim/attributes/user-schema.ts';
import { compileFilter, compileValueFilter } from '../../../../shared/scim/filter/compile-filter.ts';
import { parseFilter } from '../../../../shared/scim/filter/parse-filter.ts';
import { parsePatchPath } from '../../../../shared/scim/filter/parse-path.ts';
import type { ScimObject, ScimValue } from '../../../../shared/scim/resources/resource.ts';

const strict = { mode: 'strict', onTolerance: () => {} } as const;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const barbara: ScimObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
  id: '2819c223-7f76-453a-919d-413861904646',
  externalId: 'Bjensen',
  userName: 'bjensen@Example.com',
  name: { familyName: "O'Malley", givenName: 'Bärbel' },
  title: '',
  active: false,
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  phoneNumbers: [{ value: '555-1234' }],
  x509Certificates: [{ value: 'MIIDQzCC' }],
  meta: {
    resourceType: 'User',
    created: '2011-05-13T04:42:34.250Z',
    lastModified: '2011-05-13T04:42:34Z',
    location: 'https://example.com/scim/v2/Users/2819c223-7f76-453a-919d-413861904646',
    version: 'W/"3"',
  },
  [ENTERPRISE]: { department: 'R&D', manager: { value: 'M-1', displayName: 'Mara' } },
};

function matches(text: string, resource: ScimObject = barbara, resourceType = userResourceType): boolean {
  return compileFilter(resourceType, parseFilter(text, strict))(resource);
}

describe('evaluating a filter, RFC 7644 §3.4.2.2', () => {
  it.each([
    // names and case
    ['userName eq "BJENSEN@example.COM"', true],
    ['USERNAME eq "bjensen@example.com"', true],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "BJ"', true],
    ['externalId eq "Bjensen"', true],
    ['externalId eq "bjensen"', false],
    ['id eq "2819C223-7F76-453A-919D-413861904646"', false],
    ['name.givenName eq "BA\u0308RBEL"', true],
    ['name.FAMILYNAME co "o\'m"', true],
    ['name.familyName ew "LEY"', true],
    ['userName sw "jensen"', false],
    [`schemas eq "${ENTERPRISE}"`, true],
    ['schemas co "enterprise"', true],
    ['schemas eq "urn:x"', false],
    ['meta.resourceType eq "User"', true],
    ['meta.version eq "W/\\"3\\""', true],
    // extensions
    [`${ENTERPRISE}:department eq "r&d"`, true],
    [`${ENTERPRISE}:manager.value eq "M-1"`, true],
    [`${ENTERPRISE}:manager eq "M-1"`, true],
    [`${ENTERPRISE}:manager eq "m-1"`, false],
    ['id eq "2819c223-7f76-453a-919d-413861904646" and manager eq "M-1"', true],
    ['manager[value eq "M-1" and displayName sw "ma"]', true],
    [`${ENTERPRISE}:manager[value eq "M-2"]`, false],
    [`${ENTERPRISE}:costCenter pr`, false],
    // multi-valued
    ['emails eq "babs@jensen.org"', true],
    ['emails co "JENSEN.org"', true],
    ['emails.value ew ".com"', true],
    ['emails.type eq "other"', false],
    ['emails[type eq "work" and value co "@example.com"]', true],
    ['emails[type eq "home" and value co "@example.com"]', false],
    ['emails.type eq "home" and emails.value co "@example.com"', true],
    ['emails[not (type eq "work")]', true],
    ['emails[type eq "work" or type eq "other"]', true],
    ['emails[primary eq true].value pr', undefined],
    ['phoneNumbers[type eq "work"]', false],
    ['ims[type eq "aim"]', false],
    ['ims[not (type eq "aim")]', false],
    ['name[familyName eq "o\'malley" and givenName pr]', true],
    // §2.4 of RFC 7643: primary is false if not specified
    ['emails[type eq "home" and primary eq false]', true],
    ['emails[type eq "home" and primary ne true]', true],
    ['phoneNumbers.primary eq false', true],
    ['phoneNumbers.primary pr', false],
    // ne: unassigned is not identical to any value
    ['userName ne "bjensen@example.com"', false],
    ['userName ne "x"', true],
    ['nickName ne "x"', true],
    ['ims.value ne "x"', true],
    ['emails.value ne "babs@jensen.org"', true],
    ['phoneNumbers ne "555-1234"', false],
    ['phoneNumbers.type ne "work"', true],
    ['active ne true', true],
    // presence, null and empty: RFC 7643 §2.5
    ['userName pr', true],
    ['title pr', false],
    ['title eq null', true],
    ['title eq ""', true],
    ['nickName pr', false],
    ['nickName eq null', true],
    ['nickName ne null', false],
    ['nickName eq ""', false],
    ['name pr', true],
    ['name eq null', false],
    ['name ne null', true],
    ['emails pr', true],
    ['emails.display pr', false],
    ['emails.display eq null', true],
    ['ims pr', false],
    ['ims ne null', false],
    ['active pr', true],
    ['active eq false', true],
    ['meta pr', true],
    [`${ENTERPRISE}:manager pr`, true],
    // dates are instants
    ['meta.lastModified eq "2011-05-13T06:42:34.000+02:00"', true],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', true],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', false],
    ['meta.lastModified gt "2011-05-13T05:42:33+01:00"', true],
    ['meta.created gt "2011-05-13T04:42:34.2Z"', true],
    ['meta.created lt "2011-05-13T04:42:34.2500001Z"', true],
    ['meta.created ne "2011-05-13T04:42:34.25Z"', false],
    ['meta.created sw "2011-05"', true],
    // order of texts
    ['userName gt "BJ"', true],
    ['userName lt "c"', true],
    ['userName le "bjensen@example.com"', true],
    ['externalId lt "a"', true],
    ['nickName lt "z"', false],
    // binary is compared as text, not ordered
    ['x509Certificates eq "MIIDQzCC"', true],
    ['x509Certificates.value eq "miidqzcc"', false],
    ['x509Certificates sw "MIID"', true],
    // logic
    ['userName pr and nickName pr or active eq false', true],
    ['userName pr and (nickName pr or active eq true)', false],
    ['not (nickName pr) and not (title pr)', true],
  ])('%s: %s', (text, expected) => {
    if (expected === undefined) expect(() => matches(text)).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
    else expect(matches(text)).toBe(expected);
  });

  it('finds a group by member, by value, bare and in brackets', () => {
    const group: ScimObject = { id: 'g', displayName: 'Tour Guides', members: [{ value: 'u1', type: 'User' }, { value: 'u2' }] };
    for (const text of ['members eq "u2"', 'members.value eq "u2"', 'members[value eq "u2"]', 'displayName eq "tour guides"']) {
      expect(matches(text, group, groupResourceType)).toBe(true);
    }
    expect(matches('members[value eq "u2" and type eq "User"]', group, groupResourceType)).toBe(false);
    expect(matches('members eq "u3"', group, groupResourceType)).toBe(false);
  });

  it.each([
    ['shoeSize eq 9', 'shoeSize'],
    ['members eq "x"', 'members'],
    ['name.shoeSize pr', 'name.shoeSize'],
    ['userName.value eq "x"', 'userName.value'],
    ['urn:example:hr:age gt 3', 'urn:example:hr:age'],
    ['emails[shoeSize eq "x"]', 'shoeSize'],
    ['__proto__ pr', '__proto__'],
    ['__proto__.polluted eq "x"', '__proto__.polluted'],
    ['constructor pr', 'constructor'],
    ['emails[constructor pr]', 'constructor'],
    ['emails.prototype pr', 'emails.prototype'],
    ['toString eq "x"', 'toString'],
    ['password eq "x"', 'password'],
    ['PASSWORD pr', 'PASSWORD'],
    ['not (password sw "x")', 'password'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:password pr', 'password'],
    ['active gt true', 'active'],
    ['active co "a"', 'active'],
    ['active eq "true"', 'active'],
    ['emails.primary le false', 'primary'],
    ['emails[primary lt true]', 'primary'],
    ['x509Certificates gt "a"', 'x509Certificates'],
    ['x509Certificates.value le "a"', 'x509Certificates.value'],
    ['userName eq 3', 'userName'],
    ['userName eq true', 'userName'],
    ['userName ne 3', 'userName'],
    ['userName gt null', 'userName'],
    ['emails co null', 'emails'],
    ['name eq "x"', 'name'],
    ['addresses co "x"', 'addresses'],
    ['meta eq "x"', 'meta'],
    ['meta.created gt "yesterday"', 'meta.created'],
    ['meta.created eq 3', 'meta.created'],
    ['userName[value eq "x"]', 'userName'],
    ['schemas[value eq "x"]', 'schemas'],
    ['emails.value[type eq "x"]', 'emails.value'],
  ])('refuses %s and names %s', (text, name) => {
    expect(() => matches(text)).toThrow(
      expect.objectContaining({ scimType: 'invalidFilter', status: 400, message: expect.stringContaining(name) }),
    );
  });

  it('reads no inherited property and survives a resource of odd shapes', () => {
    const odd = JSON.parse('{"__proto__":{"userName":"x"},"emails":[null,"x",[],{"value":{}}],"name":"x","meta":null}') as ScimObject;
    for (const text of ['userName pr', 'emails.type eq "x"', 'name.givenName pr', 'meta.created gt "2011-05-13T04:42:34Z"']) {
      expect(matches(text, odd)).toBe(false);
      expect(matches(text, Object.create(barbara) as ScimObject)).toBe(false);
    }
  });
});

describe('evaluating the filter of a value path, RFC 7644 §3.5.2', () => {
  const emails = userSchema.attributes.find(({ name }) => name === 'emails');

  function elementMatches(text: string, element: ScimValue): boolean {
    const { filter } = parsePatchPath(`emails[${text}]`, strict);
    if (emails === undefined || filter === undefined) throw new Error('no filter');
    return compileValueFilter(emails, filter)(element);
  }

  it.each<[string, ScimValue, boolean]>([
    ['type eq "WORK"', { type: 'work' }, true],
    ['type eq "work" and primary eq false', { type: 'work' }, true],
    ['type eq "work" and not (value co "@x")', { type: 'work', value: 'a@x' }, false],
    ['type eq null', { value: 'a@x' }, true],
    ['value pr', { type: 'work' }, false],
    ['value eq "x"', 'x', false],
  ])('%s on %j: %s', (text, element, expected) => {
    expect(elementMatches(text, element)).toBe(expected);
  });

  it('refuses unknown sub-attributes and comparisons the type has not', () => {
    for (const text of ['shoeSize eq "x"', 'primary gt true', 'value eq 3']) {
      expect(() => elementMatches(text, {})).toThrow(expect.objectContaining({ scimType: 'invalidFilter' }));
    }
  });
});
