import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resourceTypesOf } from '../../../shared/provisioning/schema-extension/resource-types-of.ts';
import { DeclaredSchemaExtension } from '../../../shared/provisioning/schema-extension/schema-extension.ts';
import { Settings } from '../../../shared/provisioning/settings/settings.ts';
import { standardResourceTypes } from '../../../shared/scim/attributes/resource-types.ts';
import { badge, site } from '../../protocol/declared-schema.ts';

const URN = 'urn:example:hr:2.0:User';
const attribute = { name: 'costCode', type: 'string' };
const declare = (change: object) => DeclaredSchemaExtension.safeParse({ id: URN, name: 'HR', attributes: [attribute], ...change });
const withAttribute = (change: object) => declare({ attributes: [{ ...attribute, ...change }] });
const withSub = (change: object, complex: object = {}) =>
  withAttribute({ type: 'complex', subAttributes: [{ name: 'a', type: 'string', ...change }], ...complex });
const messages = (result: ReturnType<typeof declare>) =>
  result.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n') ?? 'accepted';

describe('the declaration of a schema extension (RFC 7643 §3.3, §7)', () => {
  it('is kept as it was given', () => {
    for (const declaration of [badge, site]) expect(DeclaredSchemaExtension.parse(declaration)).toEqual(declaration);
    expect(declare({}).data).toEqual({ resourceType: 'User', id: URN, name: 'HR', attributes: [attribute] });
  });

  it('takes the example of docs/schema-extension.md', () => {
    const [, example = ''] = /```json\n([\s\S]*?)\n```/.exec(readFileSync('docs/schema-extension.md', 'utf8')) ?? [];
    expect(messages(DeclaredSchemaExtension.safeParse(JSON.parse(example)))).toBe('accepted');
  });

  it.each([
    ['no URN', 'https://example.com/x', 'is no URN'],
    ['spaces', 'urn:example:a b', 'is no URN'],
    ['a comma', 'urn:example:a,b', 'is no URN'],
    ['a last part that is no name', 'urn:example:hr:2.0', 'must be a name'],
    ['a core schema', 'URN:ietf:params:scim:schemas:CORE:2.0:User', 'belongs to the RFCs'],
    ['a core schema that is not served', 'urn:ietf:params:scim:schemas:core:2.0:Device', 'belongs to the RFCs'],
    ['a message', 'urn:ietf:params:scim:api:messages:2.0:PatchOp', 'belongs to the RFCs'],
    ['the enterprise schema', 'urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User', 'is here already'],
    ['the enterprise schema without a colon', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User', 'must be a name'],
    ['the enterprise schema, other colons', 'urn:ietf:params:scim:schemas:extension:enterprise2.0:User', 'is here already'],
    ['below the enterprise schema', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', 'is here already'],
  ])('refuses %s as id, and says what to do', (_, id, message) => {
    expect(messages(declare({ id }))).toMatch(new RegExp(`^id: .*${message}`));
  });

  it.each(['', '1st', '_x', '__proto__', 'a b', 'a.b', 'a:b', 'é', 'a[', 'x'.repeat(101)])('refuses the name %j', (name) => {
    expect(withAttribute({ name }).success).toBe(false);
    expect(withSub({ name }).success).toBe(false);
  });

  it.each(['constructor', 'hasOwnProperty', 'ToString', 'prototype', 'not', 'AND', 'or'])(
    'refuses the name %s: it means something else',
    (name) => {
      expect(messages(withAttribute({ name }))).toContain('choose another');
      expect(messages(withSub({ name }))).toContain('choose another');
    },
  );

  it.each(['userName', 'USERNAME', 'id', 'meta', 'schemas', 'members', 'groups', 'manager', 'password'])(
    'refuses %s, which the RFC defines',
    (name) => {
      expect(messages(withAttribute({ name }))).toContain('SHOULD avoid redefining');
      expect(withSub({ name }).success).toBe(true);
    },
  );

  it.each<[string, () => ReturnType<typeof declare>, string]>([
    ['a name twice, in another case', () => declare({ attributes: [attribute, { ...attribute, name: 'COSTCODE' }] }), 'declared twice'],
    ['a sub-attribute twice', () => withAttribute({ type: 'complex', subAttributes: [attribute, attribute] }), 'declared twice'],
    ['an unknown member', () => withAttribute({ caseexact: true }), 'caseexact'],
    ['uniqueness server', () => withAttribute({ uniqueness: 'server' }), 'not kept unique'],
    ['complex in complex', () => withSub({ type: 'complex' }), 'no complex one in another'],
    ['complex without parts', () => withAttribute({ type: 'complex' }), 'needs subAttributes'],
    ['parts of a string', () => withAttribute({ subAttributes: [attribute] }), 'are for type complex'],
    ['$ref as an attribute', () => withAttribute({ name: '$ref', type: 'reference' }), 'a sub-attribute only'],
    ['$ref that is a string', () => withSub({ name: '$ref' }), 'of type reference'],
    ['several values of a part', () => withSub({ multiValued: true }), 'one value'],
    ['a part that is always returned', () => withSub({ returned: 'always' }), 'as its attribute is'],
    ['primary that is a string', () => withSub({ name: 'primary' }, { multiValued: true }), 'of type boolean'],
    ['type that is a number', () => withSub({ name: 'type', type: 'integer' }, { multiValued: true }), 'are strings'],
    ['Value with a capital', () => withSub({ name: 'Value' }, { multiValued: true }), 'lower case'],
    ['required and readOnly', () => withAttribute({ required: true, mutability: 'readOnly' }), 'contradict'],
    ['required and writeOnly', () => withAttribute({ required: true, mutability: 'writeOnly' }), 'not kept'],
    ['immutable and never returned', () => withAttribute({ mutability: 'immutable', returned: 'never' }), 'not kept'],
    ['writeOnly and returned', () => withAttribute({ mutability: 'writeOnly', returned: 'default' }), 'never returned'],
    ['a reference that is not case exact', () => withAttribute({ type: 'reference', caseExact: false }), 'leave caseExact out'],
    ['a number that is case exact', () => withAttribute({ type: 'integer', caseExact: true }), 'leave caseExact out'],
    ['canonical values of a number', () => withAttribute({ type: 'integer', canonicalValues: ['1'] }), 'are for strings'],
    ['reference types of a string', () => withAttribute({ referenceTypes: ['User'] }), 'are for attributes of type reference'],
    ['no attributes', () => declare({ attributes: [] }), 'attributes'],
    [
      'too many attributes',
      () => declare({ attributes: Array.from({ length: 101 }, (_, i) => ({ ...attribute, name: `a${i}` })) }),
      'attributes',
    ],
    [
      'too many parts',
      () => withAttribute({ type: 'complex', subAttributes: Array.from({ length: 21 }, (_, i) => ({ ...attribute, name: `a${i}` })) }),
      'subAttributes',
    ],
    [
      'what is too large for the connection’s item',
      () =>
        declare({
          attributes: Array.from({ length: 100 }, (_, i) => ({
            name: `a${i}`,
            type: 'string',
            canonicalValues: Array.from({ length: 20 }, () => 'v'.repeat(200)),
          })),
        }),
      'at most 131072 are kept',
    ],
  ])('refuses %s', (_, declared, message) => {
    expect(messages(declared())).toContain(message);
  });

  it('tells every mistake at once, each with the attribute’s name', () => {
    const text = messages(
      declare({
        id: 'x',
        attributes: [
          { name: 'userName', type: 'string' },
          { name: 'n', type: 'complex' },
        ],
      }),
    );
    expect(text.split('\n')).toHaveLength(3);
    expect(text).toContain('userName: ');
    expect(text).toContain('n: a complex attribute needs subAttributes');
  });
});

describe('the resource types of a connection (RFC 7643 §6)', () => {
  const settings = (schemaExtension?: DeclaredSchemaExtension) =>
    Settings.parse({ version: 2, users: { linking: 'never' }, ...(schemaExtension && { schemaExtension }) });

  it('are the standard ones themselves where nothing is declared', () => {
    expect(resourceTypesOf(settings())).toBe(standardResourceTypes);
    expect(settings()).not.toHaveProperty('schemaExtension');
  });

  it('have the declared schema at the resource type it is for, and are made once', () => {
    const parsed = settings(site);
    const { User, Group } = resourceTypesOf(parsed);
    expect(User).toBe(standardResourceTypes.User);
    expect(Group.extensions.map(({ schema }) => schema.id)).toEqual([site.id]);
    expect(resourceTypesOf(parsed)).toBe(resourceTypesOf(parsed));
    expect(standardResourceTypes.Group.extensions).toEqual([]);
  });
});
