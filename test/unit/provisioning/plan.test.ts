import { describe, expect, it } from 'vitest';
import { type ActualAccount, type DesiredUser, namesOf, type Plan, planGroup, planUser } from '../../../shared/provisioning/plan.ts';

const profile = { fullName: 'Ann', email: 'ann@example.com' };
const live: DesiredUser = { state: 'live', active: true, profile };
const inactive: DesiredUser = { ...live, active: false };
const deleted: DesiredUser = { ...live, state: 'tombstone' };
const mine = { mine: true, live: true, creating: false };
const theirs = { mine: false, live: true, creating: false };
const nobodys = { mine: false, live: false, creating: false };
const account = { name: 'ann', key: 'k', fullName: 'Ann', active: true };
const nothing: ActualAccount = { name: 'ann', owner: undefined, account: undefined, recorded: false, mayLink: false };
const ours: ActualAccount = { name: 'ann', owner: mine, account, recorded: true, applied: profile, mayLink: false };
const disable = { onDelete: 'disable' } as const;

function said(plan: Plan): string | string[] {
  return 'park' in plan ? plan.park : namesOf(plan.actions);
}
const user = (desired: DesiredUser, actual: ActualAccount, settings: { onDelete: 'disable' | 'delete' } = disable) =>
  said(planUser(desired, actual, settings, new Set(['root'])));

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
    expect(user(live, { ...ours, account: { ...account, email: 'old@example.com' } })).toEqual(['update email']);
  });

  it('needs an e-mail address only to create', () => {
    const none = { ...live, profile: { fullName: 'Ann' } };
    expect(user(none, nothing)).toBe('bad-request');
    expect(user(none, ours)).toEqual([]);
  });

  it('checks a name only for what does not exist yet', () => {
    expect(user(live, { ...nothing, name: 'ann other' })).toBe('illegal-name');
    expect(user(live, { ...ours, name: 'ann other', account: { ...account, name: 'ann other' } })).toEqual([]);
  });
});

describe('planGroup (DESIGN §4)', () => {
  const none = { name: 'staff', owner: undefined, exists: false, recorded: false, mayLink: false };
  it.each([
    ['new', none, ['bind a new name', 'create group', 'record']],
    ['ours', { ...none, owner: mine, exists: true, recorded: true }, []],
    ['ours and missing', { ...none, owner: mine, recorded: true }, ['bind a new name', 'create group', 'record']],
    ['existing, linking not allowed', { ...none, exists: true }, 'foreign'],
    ['existing, linking allowed', { ...none, exists: true, mayLink: true }, ['link', 'record']],
    ['of another live owner', { ...none, exists: true, owner: theirs }, 'owned'],
    ['of an owner who is gone', { ...none, exists: true, owner: nobodys }, ['link', 'record']],
    ['protected, in any spelling', { ...none, name: 'Root', exists: true, mayLink: true }, 'protected'],
    ['a name that can’t be a path segment', { ...none, name: 'a/b' }, 'illegal-name'],
  ])('%s', (_, actual, expected) => {
    expect(said(planGroup(actual, new Set(['root'])))).toEqual(expected);
  });
});
