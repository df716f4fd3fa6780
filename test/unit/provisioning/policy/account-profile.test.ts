import { describe, expect, it } from 'vitest';
import { profileOf } from '../../../../shared/provisioning/policy/account-profile.ts';

describe('profileOf', () => {
  it.each([
    ['displayName first', { displayName: 'Ann D', name: { formatted: 'Ann Doe' } }, 'Ann D'],
    ['then name.formatted', { name: { formatted: 'Ann Doe', givenName: 'A', familyName: 'D' } }, 'Ann Doe'],
    ['then given and family name', { name: { givenName: 'Ann', familyName: 'Doe' } }, 'Ann Doe'],
    ['one of them is enough', { name: { familyName: 'Doe' } }, 'Doe'],
    ['then userName', {}, 'ann'],
    ['blank is not a name', { displayName: '  ', name: { formatted: '' } }, 'ann'],
    ['without the characters Confluence refuses', { displayName: 'Ann <b>Doe</b>' }, 'Ann bDoe/b'],
    ['null is not a name', { displayName: null, name: null }, 'ann'],
  ])('full name: %s', (_, resource, fullName) => {
    expect(profileOf(resource, 'ann').fullName).toBe(fullName);
  });

  it.each([
    ['the primary one', [{ value: 'a@example.com' }, { value: 'b@example.com', primary: true }], 'b@example.com'],
    ['else the first', [{ value: 'a@example.com' }, { value: 'b@example.com', primary: false }], 'a@example.com'],
    ['a primary without a value does not count', [{ primary: true }, { value: 'b@example.com' }], 'b@example.com'],
  ])('e-mail address: %s', (_, emails, email) => {
    expect(profileOf({ emails }, 'ann')).toMatchObject({ email });
  });

  it.each([[[]], [undefined], [[{ value: '' }]], ['ann@example.com']])('e-mail address: none in %j', (emails) => {
    expect(profileOf(emails === undefined ? {} : { emails }, 'ann')).not.toHaveProperty('email');
  });
});
