import { describe, expect, it } from 'vitest';
import { groupResourceType, userResourceType } from '../../../../shared/scim/attributes/resource-types.ts';
import { parseResource } from '../../../../shared/scim/resources/parse-resource.ts';
import type { Mode, ScimObject } from '../../../../shared/scim/resources/resource.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Parsed {
  readonly resource: ScimObject;
  readonly tolerances: readonly string[];
}
function parse(json: unknown, mode: Mode = 'strict', resourceType = userResourceType): Parsed {
  const tolerances: string[] = [];
  const onTolerance = (tolerance: string, where: string) => tolerances.push(`${tolerance} ${where}`);
  return { resource: parseResource(resourceType, json, { mode, onTolerance }), tolerances };
}
function user(attributes: object): object {
  return { schemas: [USER, ENTERPRISE], userName: 'bjensen', ...attributes };
}
function refusal(scimType: string, ...parts: string[]) {
  return expect.toSatisfy((error) => {
    expect(error).toMatchObject({ scimType, status: 400 });
    for (const part of parts) expect(String(error)).toContain(part);
    return true;
  });
}

describe('parsing the body of POST and PUT, RFC 7644 §3.3', () => {
  it('keeps attributes in the spelling of the schema', () => {
    const { resource, tolerances } = parse({
      SCHEMAS: [USER.toUpperCase(), ENTERPRISE.toLowerCase()],
      USERNAME: 'bjensen',
      externalID: '701984',
      NAME: { GIVENNAME: 'Barbara' },
      Emails: [{ Value: 'b@x', TYPE: 'work', Primary: true }],
      [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'R&D', manager: { VALUE: 'm', $REF: '../Users/m' } },
    });
    expect(resource).toEqual({
      userName: 'bjensen',
      externalId: '701984',
      name: { givenName: 'Barbara' },
      emails: [{ value: 'b@x', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'R&D', manager: { value: 'm', $ref: '../Users/m' } },
    });
    expect(tolerances).toEqual([]);
  });

  it('ignores what the server assigns (§3.1, §7 readOnly) and never keeps a password', () => {
    const { resource } = parse(
      user({
        id: 'mine',
        meta: { version: 3 },
        groups: 'odd',
        password: 't1meMa$heen',
        [ENTERPRISE]: { manager: { value: 'm', displayName: 'Mara' } },
      }),
    );
    expect(resource).toEqual({ userName: 'bjensen', [ENTERPRISE]: { manager: { value: 'm' } } });
  });

  it('takes null, [] and {} as unassigned (RFC 7643 §2.5), at every depth', () => {
    const { resource } = parse(
      user({
        externalId: null,
        name: { formatted: null, familyName: 'F' },
        emails: [null, {}, { value: null }, { value: 'x', type: null }],
        roles: [],
        addresses: [{}],
        nickName: null,
        title: '',
        photos: null,
        [ENTERPRISE]: { manager: null, department: null },
      }),
    );
    expect(resource).toEqual({ userName: 'bjensen', name: { familyName: 'F' }, emails: [{ value: 'x' }], title: '' });
  });

  it('keeps the members of a group', () => {
    const json = { schemas: [GROUP], displayName: 'Tour Guides', members: [{ $ref: null, value: 'u1', display: 'Bab' }, { value: 'u2' }] };
    expect(parse(json, 'strict', groupResourceType).resource).toEqual({
      displayName: 'Tour Guides',
      // `$ref` and `display` are the user's own: read-only here.
      members: [{ value: 'u1' }, { value: 'u2' }],
    });
  });

  it('ignores unknown attributes in tolerant mode and tells of them; strict refuses each by name', () => {
    const { resource, tolerances } = parse(user({ shoeSize: 9, name: { petName: 'x' }, 'urn:x:y': {} }), 'tolerant');
    expect(resource).toEqual({ userName: 'bjensen' });
    expect(tolerances).toEqual(['unknownAttribute shoeSize', 'unknownAttribute name.petName', 'unknownAttribute urn:x:y']);
    for (const [attributes, where] of [
      [{ shoeSize: 9 }, 'shoeSize'],
      [{ name: { petName: 'x' } }, 'name.petName'],
      [{ 'urn:x:y': {} }, 'urn:x:y'],
    ] as const)
      expect(() => parse(user(attributes), 'strict')).toThrow(refusal('invalidSyntax', where));
  });

  it('refuses in strict mode what schemas lists twice (RFC 7643 §3), in whatever case', () => {
    const json = { schemas: [USER, USER.toUpperCase()], userName: 'bjensen' };
    expect(() => parse(json, 'strict')).toThrow(refusal('invalidSyntax', 'twice'));
    expect(parse(json, 'tolerant').tolerances).toEqual([expect.stringMatching(/^T14 schemas lists .* twice$/)]);
  });

  it('tells of the first fifty unknown attributes only, shortened', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}${'x'.repeat(1000)}`, i]));
    const { tolerances } = parse(user(many), 'tolerant');
    expect(tolerances).toHaveLength(50);
    expect(tolerances.join('').length).toBeLessThan(5000);
  });

  it('keeps 1,000 values of an attribute and no more', () => {
    const roles = (length: number) => Array.from({ length }, (_, i) => ({ value: `${i}` }));
    expect(parse(user({ roles: roles(1000) })).resource['roles']).toHaveLength(1000);
    expect(() => parse(user({ roles: roles(1001) }))).toThrow(expect.objectContaining({ scimType: 'invalidValue' }));
  });

  it.each<[object, ...string[]]>([
    [{ userName: 3 }, 'userName', 'a string', 'a number'],
    [{ userName: ['x'] }, 'userName', 'a string', 'an array'],
    [{ active: 'True' }, 'active', 'true or false', 'a string'],
    [{ active: 1 }, 'active', 'true or false', 'a number'],
    [{ name: 'Barbara' }, 'name', 'an object', 'a string'],
    [{ name: ['x'] }, 'name', 'an object', 'an array'],
    [{ name: { givenName: {} } }, 'name.givenName', 'a string', 'an object'],
    [{ emails: 'x' }, 'emails', 'an array', 'a string'],
    [{ emails: { value: 'x' } }, 'emails', 'an array', 'an object'],
    [{ emails: ['x'] }, 'emails', 'an object', 'a string'],
    [{ emails: [[]] }, 'emails', 'an object', 'an array'],
    [{ emails: [{ value: 3 }] }, 'emails.value', 'a string', 'a number'],
    [{ emails: [{ primary: 'true' }] }, 'emails.primary', 'true or false', 'a string'],
    [{ profileUrl: 3 }, 'profileUrl', 'a string with a URI', 'a number'],
    [{ x509Certificates: [{ value: '%%' }] }, 'x509Certificates.value', 'a base64 string', 'a string'],
    [{ [ENTERPRISE]: { manager: 'm' } }, `${ENTERPRISE}:manager`, 'an object', 'a string'],
    [{ [ENTERPRISE]: { department: false } }, `${ENTERPRISE}:department`, 'a string', 'a boolean'],
    [{ userName: '\ud800' }, 'userName', 'surrogate'],
  ])('refuses %j by name and expected type', (attributes, ...parts) => {
    for (const mode of ['strict', 'tolerant'] as const) {
      expect(() => parse(user(attributes), mode)).toThrow(refusal('invalidValue', ...parts));
    }
  });

  it('refuses an extension that is no object', () => {
    expect(() => parse(user({ [ENTERPRISE]: 'x' }))).toThrow(refusal('invalidValue', ENTERPRISE, 'object'));
  });

  it.each([undefined, null, '', '  ', '\t\n', '\u00a0'])('requires a userName that is not blank: %j', (userName) => {
    expect(() => parse(user({ userName }))).toThrow(refusal('invalidValue', 'userName'));
  });

  it('requires a displayName of a group, not of a user', () => {
    expect(() => parse({ schemas: [GROUP] }, 'strict', groupResourceType)).toThrow(refusal('invalidValue', 'displayName'));
    expect(() => parse({ schemas: [GROUP], displayName: ' ' }, 'tolerant', groupResourceType)).toThrow(
      refusal('invalidValue', 'displayName'),
    );
  });

  it('refuses two primary values (RFC 7643 §2.4)', () => {
    const two = [
      { value: 'a', primary: true },
      { value: 'b', primary: true },
    ];
    expect(() => parse(user({ emails: two }))).toThrow(refusal('invalidValue', 'emails', 'primary'));
    expect(parse(user({ emails: [two[0], { value: 'b', primary: false }], roles: [two[1]] })).resource).toMatchObject({ emails: [{}, {}] });
  });

  it.each([
    [{ userName: 'a', UserName: 'b' }, 'userName'],
    [{ userName: 'a', userNAME: 'a' }, 'userName'],
    [{ name: { givenName: 'a', GIVENNAME: 'b' } }, 'name.givenName'],
    [{ Schemas: [USER] }, 'schemas'],
    [{ [ENTERPRISE]: {}, [ENTERPRISE.toUpperCase()]: {} }, ENTERPRISE],
    [{ password: 'a', PASSWORD: 'b' }, 'password'],
  ])('refuses one attribute in two spellings: %j', (attributes, name) => {
    expect(() => parse(user(attributes), 'tolerant')).toThrow(refusal('invalidSyntax', name, 'more than once'));
  });

  it.each([null, undefined, [], 'x', 3, true])('refuses %j as a body', (json) => {
    expect(() => parse(json, 'tolerant')).toThrow(refusal('invalidSyntax', 'JSON object'));
  });

  it('writes to no prototype, whatever the names', () => {
    const json: unknown = JSON.parse(
      `{"schemas":["${USER}"],"userName":"x","__proto__":{"active":true},"constructor":{"prototype":{"polluted":1}},
        "name":{"__proto__":{"polluted":1},"givenName":"G"},"emails":[{"__proto__":{"primary":true},"value":"a"}]}`,
    );
    const { resource } = parse(json, 'tolerant');
    expect(resource).toEqual({ userName: 'x', name: { givenName: 'G' }, emails: [{ value: 'a' }] });
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('leaves its input as it was', () => {
    const json = user({ emails: [{ value: 'x', type: null }], PASSWORD: 'secret' });
    const before = structuredClone(json);
    parse(json);
    expect(json).toEqual(before);
  });

  it('reads a deep and a wide body without recursion into what it does not know', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    expect(parse(user({ shoeSize: deep }), 'tolerant').resource).toEqual({ userName: 'bjensen' });
    expect(() => parse(user({ emails: deep }))).toThrow(refusal('invalidValue', 'emails'));
    const wide = Array.from({ length: 50_000 }, (_, i) => ({ value: `u${i}` }));
    expect(parse({ schemas: [GROUP], displayName: 'g', members: wide }, 'strict', groupResourceType).resource['members']).toHaveLength(
      50_000,
    );
  });
});

describe('schemas of a body, RFC 7643 §3', () => {
  const bodies: [string, object, string[]][] = [
    ['is missing', { userName: 'x' }, [`T14 schemas lacks ${USER}`]],
    ['is null', { schemas: null, userName: 'x' }, [`T14 schemas lacks ${USER}`]],
    ['is a string', { schemas: USER, userName: 'x' }, [`T14 schemas lacks ${USER}`]],
    ['is empty', { schemas: [], userName: 'x' }, [`T14 schemas lacks ${USER}`]],
    ['is of another type', { schemas: [GROUP], userName: 'x' }, [`T14 schemas lacks ${USER}`, `T14 schemas lists "${GROUP}"`]],
    [
      'lacks the extension that is there',
      { schemas: [USER], userName: 'x', [ENTERPRISE]: { department: 'd' } },
      [`T14 schemas lacks ${ENTERPRISE}`],
    ],
    [
      'lists a malformed URN (Entra ID, SCIM.md E5)',
      { schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User'], userName: 'x' },
      ['T14 schemas lists "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"'],
    ],
    ['lists what is no string', { schemas: [USER, 3], userName: 'x' }, ['T14 schemas lists a value that is no string']],
  ];

  it.each(bodies)('%s: refused in strict mode, told in tolerant mode', (_, json, tolerances) => {
    expect(() => parse(json)).toThrow(refusal('invalidSyntax', 'schemas'));
    const parsed = parse(json, 'tolerant');
    expect(parsed.tolerances).toEqual(tolerances);
    expect(parsed.resource).toMatchObject({ userName: 'x' });
    expect(Object.keys(parsed.resource)).not.toContain('schemas');
  });

  it('may list an extension that has no data', () => {
    expect(parse(user({})).tolerances).toEqual([]);
  });
});
