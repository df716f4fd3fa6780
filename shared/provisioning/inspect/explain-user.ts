import type { UserItem } from '../../directory/items.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import type { Policy } from '../policy/policy.ts';
import type { Step } from '../policy/step.ts';
import type { DesiredUser } from '../users/plan-user.ts';

/**
 * What each setting makes of a user, step by step, in the order in which the worker asks them. Pure.
 * @param desired what the survey found; absent where the target was not asked
 */
export function explainUser(
  policy: Policy,
  user: UserItem,
  protectedAccounts: ReadonlySet<string>,
  desired: Pick<DesiredUser, 'excluded'> | undefined,
): Step[] {
  const admitted = admissionSteps(policy, user, desired);
  return [...admitted, ...nameSteps(policy, user), ...profileSteps(policy, user), ...switchSteps(policy, user, protectedAccounts)];
}

function admissionSteps({ settings }: Policy, user: UserItem, desired: Pick<DesiredUser, 'excluded'> | undefined): Step[] {
  const { onlyFromGroups } = settings.users;
  if (onlyFromGroups.length === 0) return [];
  const rule = `only members of ${onlyFromGroups.join(', ')} get an account`;
  const isAsked = desired !== undefined && user.state === 'live' && user.active;
  const here = isAsked ? `; this user is ${desired.excluded === undefined ? 'one' : 'none'}` : '';
  return [{ setting: 'users.onlyFromGroups', says: `${rule}${here}` }];
}

function nameSteps(policy: Policy, user: UserItem): Step[] {
  const naming = policy.accountNaming(attributesOf(user), user.userName);
  const result =
    naming.is === 'name'
      ? { setting: 'users.userName', says: `the account is called ${naming.name}` }
      : { setting: 'users.userName', says: `${naming.is === 'skip' ? 'no account' : 'parked'}: ${naming.reason}` };
  const { boundName } = user;
  if (boundName === undefined || (naming.is === 'name' && naming.name === boundName)) return [...naming.steps, result];
  return [...naming.steps, result, { setting: 'users.userName', says: `bound to the account ${boundName} already: it keeps that name` }];
}

function profileSteps(policy: Policy, user: UserItem): Step[] {
  const { fullName, email } = policy.profile(attributesOf(user), user.userName);
  const template = policy.settings.users.fullName;
  return [
    { setting: 'users.fullName', says: `${template === undefined ? '' : `by "${template}" `}the full name is ${fullName}` },
    {
      setting: 'e-mail',
      says: email === undefined ? 'no address is sent: an account can’t be made without one' : `the address is ${email}`,
    },
  ];
}

function switchSteps({ settings }: Policy, user: UserItem, protectedAccounts: ReadonlySet<string>): Step[] {
  const { users, apply } = settings;
  const { newUsers, allUsers } = users.defaultGroups;
  const steps: (Step | false)[] = [
    { setting: 'users.create', says: users.create ? 'an account is made if there is none' : 'off: no account is ever made' },
    { setting: 'users.linking', says: LINKING[users.linking] },
    { setting: 'users.update', says: users.update ? 'name and address are kept up to date' : 'off: name and address stay as they are' },
    user.state === 'live' && {
      setting: 'users.deactivate',
      says: users.deactivate ? 'who is inactive has a disabled account' : 'off: who is inactive keeps a usable account',
    },
    (user.state === 'tombstone' || users.onDelete !== 'disable') && { setting: 'users.onDelete', says: ON_DELETE[users.onDelete] },
    users.groupsOnDeactivate.do === 'remove' && {
      setting: 'users.groupsOnDeactivate',
      says: `groups are taken away while inactive${exceptions(users.groupsOnDeactivate.except)}`,
    },
    newUsers.length > 0 && { setting: 'users.defaultGroups.newUsers', says: `a new account is put into ${newUsers.join(', ')}` },
    allUsers.length > 0 && { setting: 'users.defaultGroups.allUsers', says: `every usable account is kept in ${allUsers.join(', ')}` },
    isProtected(user, protectedAccounts) && { setting: 'protected.accounts', says: 'this account is protected: it is never touched' },
    apply === 'dry-run' && { setting: 'apply', says: 'dry run: all of it is planned and logged, nothing is done' },
  ];
  return steps.filter((step) => step !== false);
}

const LINKING = {
  'user-name': 'an account of that name that exists already is taken over',
  email: 'an account with this e-mail address that exists already is taken over',
  never: 'an account that exists already is not taken over: that parks',
} as const;

const ON_DELETE = {
  disable: 'a delete disables the account',
  delete: 'a delete deletes the account for good',
  keep: 'a delete leaves the account as it is',
} as const;

function exceptions(except: readonly string[]): string {
  return except.length > 0 ? `, except ${except.join(', ')}; they come back with activation` : '; they come back with activation';
}

function isProtected(user: UserItem, protectedAccounts: ReadonlySet<string>): boolean {
  return protectedAccounts.has((user.boundName ?? user.userName).toLowerCase());
}

function attributesOf(user: UserItem): ScimObject {
  return JSON.parse(user.resource) as ScimObject;
}
