import type { Account, AccountProfile } from '../../targets/target.ts';
import { type Action, notOurToTake, type Ownership, type Plan } from '../plan.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import type { Policy } from '../policy/policy.ts';
import type { NotNamed } from '../policy/step.ts';
import { type GivenGroups, groupsToGive, groupsToTake } from './plan-user-groups.ts';

export interface DesiredUser {
  readonly state: 'live' | 'tombstone';
  readonly active: boolean;
  /** A setting gives this person no account: a sentence that names it. */
  readonly excluded?: string;
  /** The settings give no name to the account of this person, who is not bound yet. */
  readonly unnamed?: NotNamed;
  readonly profile: DesiredProfile;
}

export interface ActualAccount extends GivenGroups {
  /** The bound name, or the one the account would get. */
  readonly name: string;
  readonly owner: Ownership | undefined;
  readonly account: Account | undefined;
  /** True once the account was known to exist. */
  readonly recorded: boolean;
  readonly applied?: Partial<AccountProfile>;
  /** The connection's linking rule allows this account, if nobody owns it. */
  readonly mayLink: boolean;
  /** Why the target takes no account of this name, as a sentence. */
  readonly illegal?: string;
  /** The target links an account that has the e-mail address by itself (Target). */
  readonly takesOverByEmail?: true;
  /** A setting made the name of a user name, as "users.userName.stripDomain: jane@corp.example becomes jane". */
  readonly namedBy?: string;
}

/** The account should be there and be usable. */
export function isWanted({ state, active, excluded }: Pick<DesiredUser, 'state' | 'active' | 'excluded'>): boolean {
  return state === 'live' && active && excluded === undefined;
}

/**
 * What makes the account equal to the user; pure. Removals of access come first and wait for nothing (invariant 11).
 * @param protectedAccounts lower-cased names that are never touched
 */
export function planUser(
  desired: DesiredUser,
  actual: ActualAccount,
  policy: Pick<Policy, 'settings' | 'userGroups'>,
  protectedAccounts: ReadonlySet<string>,
): Plan {
  const { name, owner } = actual;
  const wanted = isWanted(desired);
  if (!wanted && owner?.mine !== true) return skip(desired.state === 'live' && desired.active ? desired.excluded : undefined);
  if (wanted && desired.unnamed)
    return desired.unnamed.is === 'skip' ? skip(desired.unnamed.reason) : { park: 'no-name', reason: desired.unnamed.reason };
  if (desired.state === 'tombstone' && policy.settings.users.onDelete === 'keep')
    return skip(`users.onDelete is "keep": the account ${name} of a deleted user stays as it is, with its groups.`);
  const isProtected = (known: string | undefined) => known !== undefined && protectedAccounts.has(known.toLowerCase());
  const isTaboo = (email: string | undefined) => actual.takesOverByEmail === true && isProtected(email);
  const what = isProtected(name) ? name : addressesOf(desired, actual, wanted).find(isTaboo);
  if (what)
    return {
      park: 'protected',
      reason: `The account ${what} is protected and never touched. Take it out of the assignment, or out of the protected accounts.`,
    };
  return wanted ? planAccess(desired, actual, policy) : planNoAccess(without(isTaboo(desired.profile.email), desired), actual, policy);
}

/** Nobody is given a protected address: from then on the account would be protected itself, and stay usable for ever. */
function without(isTaboo: boolean, desired: DesiredUser): DesiredUser {
  const { email: _, ...profile } = desired.profile;
  return isTaboo ? { ...desired, profile } : desired;
}

/** The address that the account has, and the one that it would be made with or given. */
function addressesOf({ profile }: DesiredUser, { account }: ActualAccount, wanted: boolean): (string | undefined)[] {
  return [account?.email, wanted ? profile.email : undefined];
}

/** The account is ours and should not be usable. */
function planNoAccess(desired: DesiredUser, actual: ActualAccount, policy: Pick<Policy, 'settings' | 'userGroups'>): Plan {
  const { users } = policy.settings;
  const { name, account, owner } = actual;
  const actions: Action[] = [];
  const skipped: string[] = [];
  if (desired.state === 'live' && !users.deactivate) {
    if (account?.active) skipped.push(`users.deactivate is off: the account ${name} stays usable.`);
  }
  // DELIVERY §2.4: "A removal calls disable on an account that is ours even when the GET said 404; only a 404 to both is gone."
  else if (account === undefined || account.active) actions.push({ do: 'disable account' });
  actions.push(...groupsToTake(desired.state, actual, policy));
  if (account && owner?.creating === true) actions.push({ do: 'record' });
  if (desired.state === 'live') return { actions: [...actions, ...profileUpdate(desired, actual, policy)], skipped };
  return { actions: users.onDelete === 'delete' ? [...actions, { do: 'delete account' }] : actions };
}

/** The account should be there, be ours, and be usable. */
function planAccess(desired: DesiredUser, actual: ActualAccount, policy: Pick<Policy, 'settings' | 'userGroups'>): Plan {
  const { name, owner, account, recorded, mayLink, namedBy } = actual;
  const mine = owner?.mine === true;
  const notOurs = notOurToTake('account', name, owner, account !== undefined, mayLink, namedBy);
  if (notOurs) return notOurs;
  if (!account) {
    if (!policy.settings.users.create) return skip(`users.create is off: no account ${name} is made.`);
    const illegal = mine ? undefined : actual.illegal;
    if (illegal !== undefined) return { park: 'illegal-name', reason: illegal };
    const { fullName, email } = desired.profile;
    if (email === undefined)
      return {
        park: 'bad-request',
        reason: `An account needs an e-mail address, and none was sent for ${name}. Map one to emails in the identity provider.`,
      };
    const made: Action[] = [{ do: 'bind', creating: true }, { do: 'create account', profile: { fullName, email } }, recordNew(policy)];
    return { actions: [...made, ...groupsToGive({ ...actual, groups: new Set() }, policy, true)] };
  }
  // An account that is found while it is created, and that of a person who was deleted and comes back, begin anew.
  const isNew = owner !== undefined && (mine ? owner.creating : true);
  const actions: Action[] = [];
  if (!mine) actions.push({ do: 'bind', creating: false });
  if (isNew) actions.push(recordNew(policy));
  else if (!mine || !recorded) actions.push({ do: 'record' });
  if (!account.active || account.isPartial) actions.push({ do: 'enable account' });
  return { actions: [...actions, ...groupsToGive(actual, policy, isNew), ...profileUpdate(desired, actual, policy)] };
}

function recordNew({ userGroups }: Pick<Policy, 'userGroups'>): Action {
  return userGroups.newUsers.length === 0 ? { do: 'record' } : { do: 'record', newGroups: userGroups.newUsers };
}

/** The e-mail address is compared with what was last applied where the target does not tell it. */
function profileUpdate({ profile: desired }: DesiredUser, actual: ActualAccount, { settings }: Pick<Policy, 'settings'>): Action[] {
  const { account, applied = {} } = actual;
  if (!account || !settings.users.update) return [];
  const { fullName, email } = desired;
  const profile = {
    ...(fullName !== account.fullName && { fullName }),
    ...(email !== undefined && !isKeptAs(account.email ?? applied.email, email) && { email }),
  };
  return Object.keys(profile).length > 0 ? [{ do: 'update profile', profile }] : [];
}

/** A target that keeps addresses in small letters would be sent one with capitals for ever. */
function isKeptAs(kept: string | undefined, email: string): boolean {
  return kept === email || kept === email.toLowerCase();
}

function skip(reason: string | undefined): Plan {
  return reason === undefined ? { actions: [] } : { actions: [], skipped: [reason] };
}
