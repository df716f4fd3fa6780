import { describe, expect, it } from 'vitest';
import { checkSettings } from '../../../../shared/provisioning/settings/check/check-settings.ts';
import { badge } from '../../../protocol/declared-schema.ts';
import { type SettingsChange, settingsOf } from '../../../settings-of.ts';

const now = new Date('2026-11-22T10:00:00.000Z');

/** "path: message" of each mistake in a document. */
function mistakesIn(document: unknown, before = undefined as ReturnType<typeof settingsOf> | undefined): string[] {
  const checked = checkSettings(document, { now, ...(before && { before }) });
  return 'mistakes' in checked ? checked.mistakes.map(({ path, message }) => `${path}: ${message}`) : [];
}
const inUsers = (users: object) => mistakesIn({ version: 2, users: { linking: 'never', ...users } });
const inGroups = (groups: object) => mistakesIn({ version: 2, users: { linking: 'never' }, groups });
function warningsOf(change: SettingsChange): string[] {
  const checked = checkSettings(settingsOf(change), { now });
  if ('mistakes' in checked) throw new Error(JSON.stringify(checked.mistakes));
  return checked.warnings.map(({ path }) => path);
}

describe('checking settings: the shape of the document', () => {
  it('takes what is in order, with all defaults and no warning', () => {
    expect(checkSettings({ version: 2, users: { linking: 'never' } }, { now })).toEqual({ settings: settingsOf(), warnings: [] });
  });

  it('reads a document of version 1, and says what is wrong with it in the words of version 2', () => {
    expect(checkSettings({ version: 1, linking: 'email', onUserDelete: 'delete' }, { now })).toMatchObject({
      settings: { version: 2, users: { linking: 'email', onDelete: 'delete' } },
    });
    expect(mistakesIn({ version: 1, linking: 'maybe' })[0]).toMatch(/^users\.linking: is "maybe": write "user-name", "email" or "never"/);
  });

  it('reads the names that version 1 took and version 2 does not: empty ones protected nobody', () => {
    const document = { version: 1, linking: 'never', protectedAccounts: ['', ' root '], protectedGroups: [' '] };
    expect(checkSettings(document, { now })).toMatchObject({ settings: { protected: { accounts: ['root'], groups: [] } } });
  });

  it.each([
    [{ userName: { lowercase: true } }, 'users.userName.lowercase: there is no such setting; did you mean users.userName.lowerCase?'],
    [
      { userName: { strip_domain: true } },
      'users.userName.strip_domain: there is no such setting; did you mean users.userName.stripDomain?',
    ],
    [{ onDelte: 'keep' }, 'users.onDelte: there is no such setting; did you mean users.onDelete?'],
    [{ fullNmae: 'x' }, 'users.fullNmae: there is no such setting; did you mean users.fullName?'],
    [{ otherMembers: 'keep' }, 'users.otherMembers: there is no such setting; did you mean groups.otherMembers?'],
    [
      { groupsOnDeactivate: { xyzzy: 1 } },
      'users.groupsOnDeactivate.xyzzy: there is no such setting; users.groupsOnDeactivate has do, except',
    ],
  ])('an unknown setting, and what was meant: $1', (users, expected) => {
    expect(inUsers(users)).toEqual([expected]);
  });

  it.each([
    [{ linking: 'nevr' }, 'users.linking: is "nevr": write "user-name", "email" or "never"; did you mean "never"?'],
    [{ linking: undefined }, 'users.linking: is missing: write "user-name", "email" or "never"'],
    [{ create: 'yes' }, 'users.create: is "yes": write true or false'],
    [{ onlyFromGroups: 'staff' }, 'users.onlyFromGroups: is "staff": write a list of texts, ["…"]'],
    [{ userName: { replace: { pattern: 'a' } } }, 'users.userName.replace: is {"pattern":"a"}: write a list of entries, [{…}]'],
    [{ userName: { replace: [{ pattern: 'a' }] } }, 'users.userName.replace[0].replacement: is missing: write a text'],
    [{ userName: 'email' }, 'users.userName: is "email": write { } with source, attribute, lowerCase, stripDomain, replace, otherwise'],
    [{ defaultGroups: { newUsers: [''] } }, 'users.defaultGroups.newUsers[0]: is empty'],
    [{ fullName: `{displayName} ${'x'.repeat(500)}` }, 'users.fullName: is too long: at most 500 characters'],
    [{ onlyFromGroups: Array.from({ length: 101 }, String) }, 'users.onlyFromGroups: has too many entries: at most 100'],
  ])('a wrong value, and what may be written: $1', (users, expected) => {
    expect(inUsers(users)).toEqual([expected]);
  });

  it.each([
    [{ brake: { share: 2 } }, 'brake.share: is 2: a number of at most 1, 0.1 for 10 %'],
    [{ brake: { atLeast: 1.5 } }, 'brake.atLeast: is 1.5: write a whole number'],
    [{ brake: { atLeast: -1 } }, 'brake.atLeast: is -1: a number of at least 0'],
    [{ target: { requestsPerSecond: 0.09 } }, 'target.requestsPerSecond: is 0.09: a number of at least 0.1'],
    [{ target: { version: 'eight' } }, 'target.version: is "eight": write the version as 8.5 or 7.19.3'],
    [{ log: { fullUntil: 'tomorrow' } }, 'log.fullUntil: is "tomorrow": write a time as 2026-11-22T18:00:00Z'],
    [{ groups: { map: { a: [] } } }, 'groups.map.a: has too few entries: at least 1'],
    [{ groups: { map: { 'All staff': ['x', 1] } } }, 'groups.map["All staff"][1]: is 1: write a text'],
    [{ groups: { map: { '': ['x'] } } }, 'groups.map[""]: has an entry without a name'],
    [{ version: undefined }, 'version: is missing: write 2'],
    [{ version: 3 }, 'version: is 3: the document was written by a later version of this product, which reads 1 and 2'],
  ])('in other sections: $1', (change, expected) => {
    expect(mistakesIn({ version: 2, users: { linking: 'never' }, ...change })).toEqual([expected]);
  });

  it('says all mistakes at once, and that a list, a text or nothing is no document', () => {
    expect(inUsers({ create: 1, update: 2, userName: { source: 'mail' } })).toHaveLength(3);
    for (const none of ['text', [], null, 7]) expect(mistakesIn(none)[0]).toMatch(/^: is /);
  });

  it('never takes a name of Object’s own for a setting', () => {
    const document = JSON.parse('{"version":2,"users":{"linking":"never","constructor":1,"__proto__":{"create":false}}}');
    expect(mistakesIn(document).map((line) => line.split(':')[0])).toContain('users.constructor');
  });
});

describe('checking settings: patterns (a linear-time engine)', () => {
  const replace = (pattern: string, replacement: string) => inUsers({ userName: { replace: [{ pattern, replacement }] } });

  it('says where a pattern is wrong', () => {
    expect(replace('(.*@corp', '$1')).toEqual([expect.stringMatching(/^users\.userName\.replace\[0\]\.pattern: .*character \d+/)]);
    expect(inGroups({ include: ['fine', 'a[b'] })).toEqual([expect.stringMatching(/^groups\.include\[1\]: /)]);
    expect(inGroups({ exclude: ['(?<=look)behind'] })).toEqual([expect.stringMatching(/^groups\.exclude\[0\]: .*Look-around/)]);
    expect(inGroups({ rename: [{ pattern: '(', replacement: '$9' }] })).toHaveLength(1);
  });

  it('refuses a replacement that names a group which the pattern does not have', () => {
    expect(replace('(.*)@(.*)', '$3')).toEqual([expect.stringMatching(/^users\.userName\.replace\[0\]\.replacement: \$3 .*\$1, \$2/)]);
    expect(inGroups({ rename: [{ pattern: '(?P<team>.*)', replacement: `$\{place}` }] })).toEqual([
      expect.stringMatching(/^groups\.rename\[0\]\.replacement: /),
    ]);
    expect(replace('(?P<name>.*)@(.*)', `$\{name}-$2`)).toEqual([]);
  });
});

describe('checking settings: attributes that names are made of', () => {
  const from = (attribute: string, schemaExtension?: object) =>
    mistakesIn({
      version: 2,
      users: { linking: 'never', userName: { source: 'attribute', attribute } },
      ...(schemaExtension && { schemaExtension }),
    });

  it('has to be named where it is the source', () => {
    expect(inUsers({ userName: { source: 'attribute' } })).toEqual([expect.stringMatching(/^users\.userName\.attribute: say which/)]);
  });

  it.each(['nickName', 'name.givenName', 'emails', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber'])(
    '%s is one',
    (attribute) => {
      expect(from(attribute)).toEqual([]);
    },
  );

  it.each([
    ['nikName', /did you mean nickName\?/],
    ['name.nick', /no attribute of a User/],
    ['name', /write one as name\.formatted/],
    ['password', /is a secret/],
    ['employeeNumber', /write urn:ietf:params:scim:schemas:extension:enterprise:2\.0:User:employeeNumber/],
    ['urn:example:none:User:badge', /the extensions are urn:ietf/],
    ['a b', /write it as nickName/],
  ])('%s is none, with what to write', (attribute, message) => {
    expect(from(attribute)).toEqual([expect.stringMatching(message)]);
  });

  it('may be declared by the connection itself', () => {
    const attribute = `${badge.id}:${badge.attributes[0]?.name}`;
    expect(from(attribute)).toHaveLength(1);
    expect(from(attribute, badge).filter((line) => line.includes('no attribute of a User'))).toEqual([]);
  });

  it('is checked in the template of the full name, each of them', () => {
    expect(inUsers({ fullName: '{name.familyName}, {name.givenName}' })).toEqual([]);
    expect(inUsers({ fullName: '{name.family}, {title2}' })).toHaveLength(2);
    expect(inUsers({ fullName: '{name.familyName' })).toHaveLength(1);
    expect(inUsers({ fullName: 'Jane' })).toEqual([expect.stringContaining('users.fullName: it names no attribute')]);
  });
});

describe('checking settings: names of groups', () => {
  it('refuses a Confluence group that two groups of the IdP would become', () => {
    expect(inGroups({ mapping: 'map', map: { Sales: ['market'], Marketing: ['staff', 'Market'] } })).toEqual([
      'groups.map.Marketing[1]: "Market" is "Sales" already: a group of Confluence can be only one group of the identity provider',
    ]);
    expect(inGroups({ map: { Sales: ['a', 'A'] } })).toEqual(['groups.map.Sales[1]: "A" is listed twice']);
    expect(inGroups({ map: { Sales: ['a'], sales: ['b'] } })).toEqual([
      expect.stringContaining('groups.map.sales: is the same group as "Sales"'),
    ]);
  });

  it('refuses a protected group where people are put into one', () => {
    const named = (groups: string[]) =>
      mistakesIn({
        version: 2,
        users: { linking: 'never', defaultGroups: { newUsers: ['Ops'], allUsers: ['Confluence-Administrators'] } },
        groups: { map: { A: ['ops2', 'System-Administrators'] } },
        protected: { groups },
      });
    const always = ['groups.map.A[1]', 'users.defaultGroups.allUsers[0]'];
    expect(named([]).map((line) => line.split(':')[0])).toEqual(always);
    expect(named(['ops', 'OPS2']).map((line) => line.split(':')[0])).toEqual([
      'groups.map.A[0]',
      'groups.map.A[1]',
      'users.defaultGroups.newUsers[0]',
      'users.defaultGroups.allUsers[0]',
    ]);
  });

  it('refuses a default group for new users that all users have', () => {
    expect(inUsers({ defaultGroups: { newUsers: ['Staff'], allUsers: ['staff'] } })).toEqual([
      'users.defaultGroups.newUsers[0]: "Staff" is in users.defaultGroups.allUsers too: leave it in one of the two',
    ]);
  });
});

describe('checking settings: time and size', () => {
  const full = (fullUntil: string) => settingsOf({ log: { detail: 'full', fullUntil } });

  it('refuses an end of the full log that is past when it is set, not when it was set long ago', () => {
    const past = full('2026-11-22T09:00:00Z');
    expect(mistakesIn(past, settingsOf())).toEqual([expect.stringContaining('log.fullUntil: is past')]);
    expect(mistakesIn({ ...past, mode: 'strict' }, past)).toEqual([]);
    expect(mistakesIn(full('2026-11-22T10:00:01Z'), settingsOf())).toEqual([]);
  });

  it('refuses a document that the table could not keep', () => {
    const accounts = Array.from({ length: 10_000 }, (_, i) => `account-with-a-long-name-${i}-of-many`);
    expect(mistakesIn(settingsOf({ protected: { accounts } }))).toEqual([expect.stringMatching(/^: the document has \d+ bytes/)]);
  });
});

describe('checking settings: warnings', () => {
  it.each<[string, SettingsChange]>([
    ['apply', { apply: 'dry-run' }],
    ['users.onDelete', { users: { onDelete: 'delete' } }],
    ['users.onDelete', { users: { onDelete: 'keep' } }],
    ['users.deactivate', { users: { deactivate: false } }],
    ['users.userName.lowerCase', { users: { userName: { lowerCase: false } } }],
    ['users.userName.attribute', { users: { userName: { attribute: 'nickName' } } }],
    ['users.groupsOnDeactivate.except', { users: { groupsOnDeactivate: { except: ['a'] } } }],
    ['groups.otherMembers', { groups: { otherMembers: 'remove' } }],
    ['groups.onDelete', { groups: { onDelete: 'delete' } }],
    ['groups.onDelete', { groups: { onDelete: 'keep' } }],
    ['groups.map', { groups: { mapping: 'map' } }],
    ['groups.map', { groups: { map: { a: ['b'] } } }],
    ['groups.rename', { groups: { mapping: 'map', map: { a: ['b'] }, rename: [{ pattern: 'a', replacement: 'b' }] } }],
    ['groups.map.Test', { groups: { mapping: 'map', map: { Test: ['a'], Live: ['b'] }, exclude: ['Test'] } }],
    ['groups.map.Test', { groups: { mapping: 'map', map: { Test: ['a'], Live: ['b'] }, include: ['Live'] } }],
    ['brake.enabled', { brake: { enabled: false } }],
    ['brake.share', { brake: { share: 0.5 } }],
    ['log.detail', { log: { detail: 'full' } }],
    ['log.fullUntil', { log: { detail: 'full', fullUntil: '2026-11-22T10:00:00Z' } }],
  ])('%s: %j is allowed, and said', (path, change) => {
    expect(warningsOf(change)).toEqual([path]);
  });

  it('say that groups can not be taken from people who are never deactivated', () => {
    expect(warningsOf({ users: { deactivate: false, groupsOnDeactivate: { do: 'remove' } } })).toEqual([
      'users.deactivate',
      'users.groupsOnDeactivate.do',
    ]);
  });
});
