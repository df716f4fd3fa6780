import { describe, expect, it } from 'vitest';
import { profileOf } from '../../../../shared/provisioning/policy/account-profile.ts';
import { fullNameBy, mistakeInTemplate } from '../../../../shared/provisioning/policy/full-name.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const jane = {
  userName: 'jane',
  name: { givenName: 'Jane', familyName: 'Doe' },
  title: '  Head of   <b>Sales</b>',
  emails: [{ value: 'j@example.com' }, { value: 'jane@example.com', primary: true }],
  [ENTERPRISE]: { department: 'Sales', employeeNumber: '7', manager: { value: 'm-1', displayName: 'Kim' } },
};

describe('users.fullName, a template', () => {
  it.each([
    ['{name.familyName}, {name.givenName}', 'Doe, Jane'],
    ['{NAME.familyname}', 'Doe'],
    ['{title}', 'Head of bSales/b'],
    [`{name.givenName} {name.familyName} ({${ENTERPRISE}:department})`, 'Jane Doe (Sales)'],
    [`{${ENTERPRISE}:manager.displayName}/{${ENTERPRISE}:manager}`, 'Kim/m-1'],
    ['{urn:ietf:params:scim:schemas:core:2.0:User:userName}', 'jane'],
    ['{emails}', 'jane@example.com'],
    ['Dr. {name.familyName}', 'Dr. Doe'],
    ['<{name.familyName}>', 'Doe'],
  ])('%s makes %s', (template, name) => {
    expect(fullNameBy(template, jane)).toBe(name);
  });

  it.each([
    ['{nickName}, {name.givenName}', 'Jane'],
    ['{name.familyName}, {nickName}', 'Doe'],
    ['{name.familyName}, {nickName} ({title})', 'Doe (Head of bSales/b)'],
    ['{name.familyName} ({nickName})', 'Doe'],
    ['{name.familyName} ({nickName}) - {name.givenName}', 'Doe - Jane'],
    ['{nickName} - {displayName} - {name.familyName}', 'Doe'],
    ['{name.familyName} {nickName} {displayName} {name.givenName}', 'Doe Jane'],
  ])('blank attributes leave nothing behind: %s makes %s', (template, name) => {
    expect(fullNameBy(template, jane)).toBe(name);
  });

  it('what an attribute says is never taken for a separator or a placeholder', () => {
    expect(fullNameBy('{nickName}, {name.givenName}', { name: { givenName: ', {nickName} -' } })).toBe(', {nickName} -');
  });

  it('all blank falls back to the names without a template', () => {
    expect(fullNameBy('Dr. {nickName}', jane)).toBeUndefined();
    expect(profileOf(jane, 'jane', 'Dr. {nickName}').fullName).toBe('Jane Doe');
    expect(profileOf(jane, 'jane', '{title}').fullName).toBe('Head of bSales/b');
  });

  it.each([
    ['{name.familyName}, {name.givenName}', undefined],
    ['Jane', expect.stringContaining('no attribute')],
    ['{name familyName}', expect.stringContaining('{name familyName}')],
    ['{}', expect.stringContaining('{} is no attribute')],
    ['{name.familyName', expect.stringContaining('counterpart')],
    ['{name.familyName}}', expect.stringContaining('counterpart')],
  ])('%s is checked when it is saved', (template, mistake) => {
    expect(mistakeInTemplate(template)).toEqual(mistake);
  });
});
