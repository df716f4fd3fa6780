import { describe, expect, it } from 'vitest';
import { accountNaming } from '../../../../shared/provisioning/policy/account-name.ts';
import { UserNameSettings } from '../../../../shared/provisioning/settings/user-settings.ts';

type Change = Parameters<typeof UserNameSettings.parse>[0] & object;

const CORP = 'urn:example:corp:2.0:User';
const jane = {
  userName: 'Jane.Doe@Corp.example',
  externalId: 'E-7',
  nickName: 'Janie',
  name: { givenName: 'Jane' },
  emails: [{ value: 'other@corp.example' }, { value: 'J.Doe@corp.example', primary: true }],
  [CORP]: { badge: 4711, desks: ['D1', 'D2'] },
};
const naming = (settings: Change, resource: Parameters<typeof accountNaming>[1] = jane) =>
  accountNaming(UserNameSettings.parse(settings), resource, jane.userName);

describe('users.userName', () => {
  it.each<[string, Change, string]>([
    ['as it is, in small letters', {}, 'jane.doe@corp.example'],
    ['with its capitals', { lowerCase: false }, 'Jane.Doe@Corp.example'],
    ['without its domain', { stripDomain: true }, 'jane.doe'],
    ['the primary e-mail address', { source: 'email' }, 'j.doe@corp.example'],
    ['externalId', { source: 'externalId' }, 'e-7'],
    ['an attribute', { source: 'attribute', attribute: 'nickName' }, 'janie'],
    ['a sub-attribute, in any spelling', { source: 'attribute', attribute: 'NAME.givenname' }, 'jane'],
    ['an extension’s attribute, a number', { source: 'attribute', attribute: `${CORP}:badge` }, '4711'],
    ['the first of several values', { source: 'attribute', attribute: `${CORP}:desks` }, 'd1'],
    [
      'the first pattern that matches',
      {
        replace: [
          { pattern: 'x', replacement: 'y' },
          { pattern: '(\\w+)\\.(\\w+)@.*', replacement: '$2.$1' },
        ],
      },
      'doe.jane',
    ],
    ['a replacement is in small letters too', { replace: [{ pattern: '(\\w+)\\..*', replacement: 'EXT-$1' }] }, 'ext-jane'],
    ['none matches: used', { stripDomain: true, replace: [{ pattern: 'x', replacement: 'y' }] }, 'jane.doe'],
    ['no source: the plain userName', { source: 'attribute', attribute: 'title', stripDomain: true }, 'jane.doe@corp.example'],
  ])('%s', (_, settings, name) => {
    expect(naming(settings)).toMatchObject({ is: 'name', name });
  });

  it('a domain is what follows the last @, and a name that begins with one is kept', () => {
    const named = (userName: string) => accountNaming(UserNameSettings.parse({ stripDomain: true }), {}, userName);
    expect(named('a@b@corp.example')).toMatchObject({ name: 'a@b' });
    expect(named('@corp.example')).toMatchObject({ name: '@corp.example' });
  });

  it('is composed (NFC), whatever the source was', () => {
    expect(accountNaming(UserNameSettings.parse({}), {}, 'Ju\u0308rgen')).toMatchObject({ name: 'j\u00fcrgen' });
    expect(naming({ source: 'externalId', lowerCase: false }, { externalId: 'Ju\u0308' })).toMatchObject({ name: 'J\u00fc' });
  });

  it('tells each setting that did something, in order', () => {
    const settings: Change = { source: 'email', stripDomain: true, replace: [{ pattern: '(.)\\.(.*)', replacement: '$2$1' }] };
    expect(naming(settings).steps).toEqual([
      { setting: 'users.userName.source', says: 'emails gives J.Doe@corp.example' },
      { setting: 'users.userName.lowerCase', says: 'J.Doe@corp.example becomes j.doe@corp.example' },
      { setting: 'users.userName.stripDomain', says: 'j.doe@corp.example becomes j.doe' },
      { setting: 'users.userName.replace[0]', says: 'j.doe becomes doej' },
    ]);
  });

  it.each(['skip', 'park'] as const)('what has no name is left to otherwise: %s', (otherwise) => {
    expect(naming({ otherwise, source: 'attribute', attribute: 'title' })).toMatchObject({
      is: otherwise,
      reason: `The user has no title, and users.userName.otherwise is "${otherwise}".`,
    });
    expect(naming({ otherwise, replace: [{ pattern: 'x', replacement: 'y' }] })).toMatchObject({
      is: otherwise,
      reason: expect.stringContaining('No pattern of users.userName.replace matches jane.doe@corp.example'),
    });
  });

  it('a replacement that leaves nothing parks', () => {
    expect(naming({ replace: [{ pattern: '.*', replacement: ' ' }] })).toMatchObject({
      is: 'park',
      reason: expect.stringContaining('users.userName.replace[0] leaves nothing'),
    });
  });

  it('a pattern that came past the check parks people, and stops nothing', () => {
    expect(naming({ replace: [{ pattern: '(', replacement: '' }] })).toMatchObject({
      is: 'park',
      reason: expect.stringContaining("users.userName.replace can't be used"),
    });
  });

  it('ends on a long name, whatever the pattern', () => {
    const settings = UserNameSettings.parse({ replace: [{ pattern: '(a+)+b', replacement: '' }] });
    expect(accountNaming(settings, {}, 'a'.repeat(50_000))).toMatchObject({ is: 'name' });
  });
});
