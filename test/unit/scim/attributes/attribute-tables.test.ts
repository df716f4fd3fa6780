import { describe, expect, it } from 'vitest';
import type { Attribute, Schema } from '../../../../shared/scim/attributes/attribute.ts';
import { enterpriseUserSchema } from '../../../../shared/scim/attributes/enterprise-user-schema.ts';
import { groupSchema } from '../../../../shared/scim/attributes/group-schema.ts';
import { userSchema } from '../../../../shared/scim/attributes/user-schema.ts';
import { BOOLEAN_NAMES } from '../../../../shared/scim/filter/filter-dialect.ts';

const schemas = [userSchema, groupSchema, enterpriseUserSchema];

function all(attributes: readonly Attribute[]): Attribute[] {
  return attributes.flatMap((attribute) => [attribute, ...all(attribute.subAttributes ?? [])]);
}
function named(schema: Schema, name: string, sub?: string): Attribute | undefined {
  const attribute = schema.attributes.find((each) => each.name === name);
  return sub === undefined ? attribute : attribute?.subAttributes?.find((each) => each.name === sub);
}

describe('attribute tables, RFC 7643 §4', () => {
  it('has the attributes of a User in the order of §4.1', () => {
    expect(userSchema.attributes.map(({ name }) => name)).toEqual(
      (
        'userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password ' +
        'emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates'
      ).split(' '),
    );
  });

  it('has the attributes of the enterprise extension and of a Group', () => {
    expect(enterpriseUserSchema.attributes.map(({ name }) => name)).toEqual(
      'employeeNumber costCenter organization division department manager'.split(' '),
    );
    expect(groupSchema.attributes.map(({ name }) => name)).toEqual(['displayName', 'members']);
  });

  it('requires userName and displayName of a Group, both unique and case-insensitive, and nothing else', () => {
    const required = schemas.flatMap(({ attributes }) => all(attributes).filter((each) => each.required));
    expect(required).toEqual([named(userSchema, 'userName'), named(groupSchema, 'displayName')]);
    for (const attribute of required) expect(attribute).toMatchObject({ caseExact: false, uniqueness: 'server', mutability: 'readWrite' });
  });

  it('never returns a password, computes groups, and lets nobody change the parts of a member', () => {
    expect(named(userSchema, 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(all([named(userSchema, 'groups') as Attribute]).map(({ mutability }) => mutability)).toEqual(Array(5).fill('readOnly'));
    expect(named(groupSchema, 'members')).toMatchObject({ mutability: 'readWrite', multiValued: true });
    for (const sub of ['value', 'type']) expect(named(groupSchema, 'members', sub)).toMatchObject({ mutability: 'immutable' });
    for (const sub of ['$ref', 'display']) expect(named(groupSchema, 'members', sub)).toMatchObject({ mutability: 'readOnly' });
    expect(named(enterpriseUserSchema, 'manager', 'displayName')).toMatchObject({ mutability: 'readOnly' });
  });

  it('has references and binaries case exact (§2.3.6, §2.3.7), and no complex sub-attribute (§2.3.8)', () => {
    const every = schemas.flatMap(({ attributes }) => all(attributes));
    expect(every.filter(({ type, caseExact }) => (type === 'reference' || type === 'binary') && !caseExact)).toEqual([]);
    expect(every.flatMap(({ subAttributes }) => subAttributes ?? []).filter(({ type }) => type === 'complex')).toEqual([]);
  });

  it('has the booleans that the filter dialect knows by name, and no numbers', () => {
    const every = schemas.flatMap(({ attributes }) => all(attributes));
    expect(new Set(every.filter(({ type }) => type === 'boolean').map(({ name }) => name))).toEqual(new Set(BOOLEAN_NAMES));
    expect(every.filter(({ type }) => type === 'integer' || type === 'decimal')).toEqual([]);
  });
});
