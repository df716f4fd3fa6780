import { describe, expect, it } from 'vitest';
import { namesOf, type Plan, planGroup } from '../../../shared/provisioning/plan.ts';
import { policyOf } from '../../../shared/provisioning/policy/policy.ts';
import { settingsOf } from '../../settings-of.ts';

const mine = { mine: true, live: true, creating: false };
const theirs = { mine: false, live: true, creating: false };
const nobodys = { mine: false, live: false, creating: false };

function said(plan: Plan): string | string[] {
  return 'park' in plan ? plan.park : namesOf(plan.actions);
}

describe('planGroup (DESIGN §4)', () => {
  const none = { name: 'staff', owner: undefined, exists: false, recorded: false, mayLink: false, mayCreate: true };
  it.each([
    ['new', none, ['bind a new name', 'create group', 'record']],
    ['ours', { ...none, owner: mine, exists: true, recorded: true }, []],
    ['ours and missing', { ...none, owner: mine, recorded: true }, ['bind a new name', 'create group', 'record']],
    ['existing, linking not allowed', { ...none, exists: true }, 'foreign'],
    ['existing, linking allowed', { ...none, exists: true, mayLink: true }, ['link', 'record']],
    ['of another live owner', { ...none, exists: true, owner: theirs }, 'owned'],
    ['of an owner who is gone', { ...none, exists: true, owner: nobodys }, ['link', 'record']],
    ['missing, and groups.create is off', { ...none, mayCreate: false }, 'not-found'],
    ['ours and missing, and groups.create is off', { ...none, owner: mine, recorded: true, mayCreate: false }, 'not-found'],
    ['existing, and groups.create is off', { ...none, exists: true, mayLink: true, mayCreate: false }, ['link', 'record']],
    ['protected, in any spelling', { ...none, name: 'Root', exists: true, mayLink: true }, 'protected'],
    ['a name that the target does not take', { ...none, illegal: 'A sentence.' }, 'illegal-name'],
    [
      'ours and missing, whatever the target takes by now',
      { ...none, owner: mine, illegal: 'A sentence.' },
      ['bind a new name', 'create group', 'record'],
    ],
  ])('%s', (_, actual, expected) => {
    expect(said(planGroup(actual, new Set(['root'])))).toEqual(expected);
  });

  it('a group that grants access in an organisation: the sentence names the setting', () => {
    const settings = settingsOf({
      target: { organization: { accessGroups: ['Wiki Users'] } },
      users: { defaultGroups: { allUsers: ['wiki users'] } },
    });
    const { protectedGroups, userGroups } = policyOf(settings);
    const plan = planGroup({ ...none, name: 'wiki users', exists: true, mayLink: true, grantsAccess: true }, protectedGroups);
    expect(plan).toMatchObject({ park: 'protected', reason: expect.stringContaining('target.organization.accessGroups') });
    expect(userGroups.allUsers).toEqual([]);
  });

  it('two groups of one name: the sentence names the other group and the setting', () => {
    const because = 'groups.rename[0] (Sales EMEA becomes sales)';
    expect(planGroup({ ...none, name: 'sales', owner: theirs, ownedBy: 'the group Sales APAC', because }, new Set())).toEqual({
      park: 'owned',
      reason:
        'The Confluence group sales belongs to the group Sales APAC, and two groups are never merged. This one gets the name by groups.rename[0] (Sales EMEA becomes sales). Give one of the two another name, or delete the other.',
    });
  });
});
