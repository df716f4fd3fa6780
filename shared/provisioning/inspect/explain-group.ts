import type { GroupItem } from '../../directory/items.ts';
import { allNamesOfGroup } from '../memberships/membership-wish.ts';
import { groupNameFor, groupNamingFor } from '../name-in-target.ts';
import { grantsAccess, type Policy } from '../policy/policy.ts';
import type { Step } from '../policy/step.ts';

/** What each setting makes of a group, step by step, in the order in which the worker asks them. Pure. */
export function explainGroup(policy: Policy, group: GroupItem, protectedGroups: ReadonlySet<string>): Step[] {
  const { groups, users, apply } = policy.settings;
  const naming = groupNamingFor({ policy }, group);
  const bound = allNamesOfGroup(group);
  const isBoundElsewhere = bound.length > 0 && (naming.is !== 'names' || bound.some((name) => !naming.names.includes(name)));
  const steps: (Step | false)[] = [
    ...naming.steps,
    {
      setting: `groups.${groups.mapping === 'map' ? 'map' : 'mapping'}`,
      says:
        naming.is === 'names'
          ? `in Confluence it is ${naming.names.join(' and ')}`
          : `${naming.is === 'skip' ? 'not provisioned' : 'parked'}: ${naming.reason}`,
    },
    isBoundElsewhere && { setting: 'groups', says: `in Confluence it is ${bound.join(' and ')} at present` },
    { setting: 'groups.create', says: groups.create ? 'it is made if there is none' : 'off: a group that does not exist parks' },
    {
      setting: 'users.linking',
      says: users.linking === 'never' ? 'a group that exists already is not taken over: that parks' : 'a group that exists is taken over',
    },
    {
      setting: 'groups.otherMembers',
      says: groups.otherMembers === 'keep' ? 'members that were added by hand stay' : 'members that were added by hand are removed',
    },
    { setting: 'groups.onDelete', says: ON_DELETE[groups.onDelete] },
    groups.mapping === 'same-name' && { setting: 'groups.onRename', says: ON_RENAME[groups.onRename] },
    protectedGroups.has(groupNameFor({ policy }, group).toLowerCase()) && {
      setting: grantsAccess(policy, groupNameFor({ policy }, group)) ? 'target.organization.accessGroups' : 'protected.groups',
      says: 'this group is protected: it is never touched',
    },
    apply === 'dry-run' && { setting: 'apply', says: 'dry run: all of it is planned and logged, nothing is done' },
  ];
  return steps.filter((step) => step !== false);
}

const ON_RENAME = {
  keep: 'a new name in the identity provider leaves the Confluence group its name, where nothing else names it',
  move: 'a new name in the identity provider makes a new Confluence group: the members go there, and the old one is deleted',
} as const;

const ON_DELETE = {
  keep: 'a delete leaves the Confluence group and its members as they are',
  empty: 'a delete takes out the members it was given and keeps the Confluence group',
  delete: 'a delete deletes the Confluence group, and the page restrictions that use it',
} as const;
