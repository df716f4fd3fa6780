import { describe, expect, it } from 'vitest';
import { namesOf, type Plan } from '../../../../shared/provisioning/plan.ts';
import { policyOf } from '../../../../shared/provisioning/policy/policy.ts';
import { type ActualAccount, type DesiredUser, planUser } from '../../../../shared/provisioning/users/plan-user.ts';
import { type SettingsChange, settingsOf } from '../../../settings-of.ts';

const profile = { fullName: 'Ann', email: 'ann@example.com' };
const live: DesiredUser = { state: 'live', active: true, profile };
const inactive: DesiredUser = { ...live, active: false };
const deleted: DesiredUser = { ...live, state: 'tombstone' };
const mine = { mine: true, live: true, creating: false };
const theirs = { mine: false, live: true, creating: false };
const nobodys = { mine: false, live: false, creating: false };
const account = { name: 'ann', key: 'k', fullName: 'Ann', active: true };
const partial = { ...account, isPartial: true } as const;
const nothing: ActualAccount = { name: 'ann', owner: undefined, account: undefined, recorded: false, mayLink: false };
const ours: ActualAccount = { name: 'ann', owner: mine, account, recorded: true, applied: profile, mayLink: false };

function said(plan: Plan): string | string[] {
  return 'park' in plan ? plan.park : namesOf(plan.actions);
}
const plan = (desired: DesiredUser, actual: ActualAccount, users: SettingsChange['users'] = {}): Plan =>
  planUser(desired, actual, policyOf(settingsOf({ users })), new Set(['root']));
const user = (...of: Parameters<typeof plan>) => said(plan(...of));

describe('planUser (DESIGN §4)', () => {
  it.each([
    ['a new user: bound before the account is made', live, nothing, ['bind a new name', 'create account', 'record']],
    ['nothing to do', live, ours, []],
    ['inactive and never made: nothing', inactive, nothing, []],
    ['inactive and ours', inactive, ours, ['disable account']],
    ['inactive and disabled already', inactive, { ...ours, account: { ...account, active: false } }, []],
    ['inactive, and the look said 404: disabled all the same', inactive, { ...ours, account: undefined }, ['disable account']],
    ['inactive, of another owner', inactive, { ...ours, owner: theirs }, []],
    ['active again', live, { ...ours, account: { ...account, active: false } }, ['enable account']],
    ['active with a part of the access: given the rest', live, { ...ours, account: partial }, ['enable account']],
    ['inactive with a part of the access', inactive, { ...ours, account: partial }, ['disable account']],
    ['missing: made again under its name', live, { ...ours, account: undefined }, ['bind a new name', 'create account', 'record']],
    ['found while creating', live, { ...ours, owner: { ...mine, creating: true } }, ['record']],
    ['of an owner who is gone: taken over without a linking rule', live, { ...ours, owner: nobodys }, ['link', 'record']],
    ['of another live owner', live, { ...ours, owner: theirs }, 'owned'],
    ['existing, linking not allowed', live, { ...nothing, account }, 'foreign'],
    ['existing, linking allowed', live, { ...nothing, account, mayLink: true, applied: profile }, ['link', 'record']],
    ['deleted', deleted, ours, ['disable account']],
    ['deleted, of another owner: no call', deleted, { ...ours, owner: nobodys }, []],
    ['protected', live, { ...nothing, name: 'Root' }, 'protected'],
    ['protected and ours: not even disabled', inactive, { ...ours, name: 'root' }, 'protected'],
    ['protected, not wanted and not ours: nothing to say', inactive, { ...nothing, name: 'root' }, []],
  ])('%s', (_, desired, actual, expected) => {
    expect(user(desired, actual)).toEqual(expected);
  });

  it.each([
    ['a new account of a protected address', live, nothing, 'protected'],
    ['an existing one', live, { ...nothing, account: { ...account, email: 'Ann@Example.com' }, mayLink: true }, 'protected'],
    ['one of ours that is to get it', live, { ...ours, account: { ...account, email: 'other@example.com' } }, 'protected'],
    [
      'one of ours that is to be disabled, and not to get it',
      inactive,
      { ...ours, account: { ...account, email: 'other@example.com' } },
      ['disable account'],
    ],
    ['one of ours that is to be disabled and was not found', inactive, { ...ours, account: undefined }, ['disable account']],
  ])(
    'where the target takes accounts over by e-mail address, a protected one is as protected as a name: %s',
    (_, desired, actual, expected) => {
      const plans = (takesOver: object) =>
        said(planUser(desired, { ...actual, ...takesOver }, policyOf(settingsOf()), new Set(['ann@example.com'])));
      expect(plans({ takesOverByEmail: true })).toEqual(expected);
      if (expected === 'protected') expect(plans({})).not.toEqual(expected);
    },
  );

  it('disables before it deletes, where deleting is asked for', () => {
    expect(user(deleted, ours, { onDelete: 'delete' })).toEqual(['disable account', 'delete account']);
    expect(user(deleted, { ...ours, account: { ...account, active: false } }, { onDelete: 'delete' })).toEqual(['delete account']);
  });

  it('invariant 11: the disable precedes the profile', () => {
    expect(user({ ...inactive, profile: { fullName: 'Ann Other' } }, ours)).toEqual(['disable account', 'update fullName']);
  });

  it('compares the e-mail address with what was applied where the target does not tell it', () => {
    const moved = { ...live, profile: { ...profile, email: 'new@example.com' } };
    expect(user(moved, ours)).toEqual(['update email']);
    const withCapitals = { ...live, profile: { ...profile, email: 'Ann@Example.com' } };
    expect(user(withCapitals, { ...ours, account: { ...account, email: 'ann@example.com' } })).toEqual([]);
    expect(user(live, { ...ours, account: { ...account, email: 'Ann@Example.com' } })).toEqual(['update email']);
    expect(user(live, { ...ours, account: { ...account, email: 'old@example.com' } })).toEqual(['update email']);
  });

  it('needs an e-mail address only to create', () => {
    const none = { ...live, profile: { fullName: 'Ann' } };
    expect(user(none, nothing)).toBe('bad-request');
    expect(user(none, ours)).toEqual([]);
  });

  it('checks a name only for what does not exist yet', () => {
    expect(user(live, { ...nothing, name: 'ann other', illegal: 'A sentence.' })).toBe('illegal-name');
    expect(user(live, { ...ours, name: 'ann other', illegal: 'A sentence.', account: { ...account, name: 'ann other' } })).toEqual([]);
  });

  it.each([
    ['no account is made', live, nothing, { create: false }, [], /users\.create is off/],
    [
      'one that exists is linked',
      live,
      { ...nothing, account, mayLink: true, applied: profile },
      { create: false },
      ['link', 'record'],
      undefined,
    ],
    ['names stay', { ...live, profile: { fullName: 'Other' } }, ours, { update: false }, [], undefined],
    ['who is inactive keeps the account', inactive, ours, { deactivate: false }, [], /users\.deactivate is off/],
    ['a deleted user does not', deleted, ours, { deactivate: false }, ['disable account'], undefined],
    [
      'a disabled account is left disabled',
      inactive,
      { ...ours, account: { ...account, active: false } },
      { deactivate: false },
      [],
      undefined,
    ],
    ['a deleted user’s account stays', deleted, ours, { onDelete: 'keep' as const }, [], /users\.onDelete is "keep"/],
    ['also a protected one', deleted, { ...ours, name: 'root' }, { onDelete: 'keep' as const }, [], /"keep"/],
  ])('switches: %s', (_, desired, actual, users, expected, skipped) => {
    const planned = plan(desired, actual, users);
    expect(said(planned)).toEqual(expected);
    const sentences = 'park' in planned ? [] : (planned.skipped ?? []);
    expect(sentences).toEqual(skipped === undefined ? [] : [expect.stringMatching(skipped)]);
  });

  it('who is excluded by a setting has no account, and loses the one there is', () => {
    const excluded = { ...live, excluded: 'not in the group' };
    expect(plan(excluded, nothing)).toEqual({ actions: [], skipped: ['not in the group'] });
    expect(user(excluded, ours)).toEqual(['disable account']);
    expect(plan({ ...excluded, active: false }, nothing)).toEqual({ actions: [] });
  });

  it.each([
    ['skip', { actions: [], skipped: ['no name'] }],
    ['park', { park: 'no-name', reason: 'no name' }],
  ] as const)('who gets no name: %s', (is, expected) => {
    const unnamed = { ...live, unnamed: { is, reason: 'no name', steps: [] } };
    expect(plan(unnamed, nothing)).toEqual(expected);
    expect(plan({ ...unnamed, active: false }, nothing)).toEqual({ actions: [] });
  });

  it('a collision names the setting that made the name', () => {
    const named = { ...ours, owner: theirs, namedBy: 'users.userName.stripDomain: ann@a.example becomes ann' };
    expect(plan(live, named)).toMatchObject({
      park: 'owned',
      reason: expect.stringContaining('users.userName.stripDomain: ann@a.example'),
    });
  });
});

describe('planUser: groups that this product gives (users.defaultGroups, users.groupsOnDeactivate)', () => {
  const defaultGroups = { newUsers: ['Welcome'], allUsers: ['Everybody'] };
  const remove = { do: 'remove' as const, except: ['Everybody', 'Alumni'] };
  const disabled = { ...ours, account: { ...account, active: false } };
  const add = (group: string) => `add to default group ${group}`;
  const take = (group: string) => `remove from default group ${group}`;

  it.each([
    [
      'a new account: both kinds, once it is recorded',
      live,
      nothing,
      ['bind a new name', 'create account', 'record', add('everybody'), add('welcome')],
    ],
    [
      'a linked account: those of all users',
      live,
      { ...nothing, account, mayLink: true, applied: profile },
      ['link', 'record', add('everybody')],
    ],
    ['a person who comes back: both kinds', live, { ...ours, owner: nobodys }, ['link', 'record', add('everybody'), add('welcome')]],
    [
      'an account found while it is created: both kinds',
      live,
      { ...ours, owner: { ...mine, creating: true } },
      ['record', add('everybody'), add('welcome')],
    ],
    ['only what is missing', live, { ...ours, groups: new Set(['everybody']), newGroups: ['welcome'] }, []],
    ['what is still due', live, { ...ours, groups: new Set(['everybody']), newGroups: ['welcome'], newGroupsDue: true }, [add('welcome')]],
    ['deactivated, groups kept', inactive, ours, ['disable account']],
    ['deleted: all of them', deleted, { ...ours, newGroups: ['welcome'] }, ['disable account', take('everybody'), take('welcome')]],
  ])('%s', (_, desired, actual, expected) => {
    expect(user(desired, actual, { defaultGroups })).toEqual(expected);
  });

  it.each([
    [
      'disabled first, then taken, then kept back',
      inactive,
      { ...ours, newGroups: ['welcome'] },
      ['disable account', take('welcome'), 'withhold groups'],
    ],
    ['not again', inactive, { ...disabled, newGroups: ['welcome'], kept: ['alumni', 'everybody'], groups: new Set<string>() }, []],
    [
      'taken again from who was put there by hand',
      inactive,
      { ...disabled, newGroups: ['welcome'], kept: ['alumni', 'everybody'], groups: new Set(['welcome']) },
      [take('welcome')],
    ],
    ['other exceptions than before', inactive, { ...disabled, kept: ['everybody'], groups: new Set<string>() }, ['withhold groups']],
    [
      'active again: all come back',
      live,
      { ...disabled, kept: ['everybody'], newGroups: ['welcome'], groups: new Set(['everybody']) },
      ['enable account', 'give groups back', add('welcome')],
    ],
    ['never recorded: nothing to keep back', inactive, { ...ours, recorded: false }, ['disable account']],
  ])('groupsOnDeactivate remove: %s', (_, desired, actual, expected) => {
    expect(user(desired, actual, { defaultGroups, groupsOnDeactivate: remove })).toEqual(expected);
  });

  it('what was kept back comes back when the setting does, also for who is inactive', () => {
    expect(user(inactive, { ...disabled, kept: [] })).toEqual(['give groups back']);
    expect(user(inactive, { ...ours, kept: [] }, { deactivate: false, groupsOnDeactivate: remove })).toEqual(['give groups back']);
  });

  it('a protected group is never given', () => {
    const toAdmins = { defaultGroups: { allUsers: ['Confluence-Administrators'] } };
    expect(user(live, nothing, toAdmins)).toEqual(['bind a new name', 'create account', 'record']);
  });
});
