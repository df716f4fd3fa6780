import type { Account, AccountProfile } from '../targets/target.ts';
import { illegalAccountName, illegalGroupName } from './illegal-name.ts';
import type { OutcomeKind, Tally } from './outcome.ts';
import type { DesiredProfile } from './policy/account-profile.ts';
import type { UserSettings } from './settings/user-settings.ts';

/** One step on the target, or on what is recorded about it. Performed in order. */
export type Action =
  | { readonly do: 'disable account' }
  | { readonly do: 'delete account' }
  /** Owner and binding are written before the first call (DELIVERY §2.2). */
  | { readonly do: 'bind'; readonly creating: boolean }
  | { readonly do: 'create account'; readonly profile: AccountProfile }
  /** The account or group exists and is ours. */
  | { readonly do: 'record' }
  | { readonly do: 'enable account' }
  | { readonly do: 'update profile'; readonly profile: Partial<AccountProfile> }
  | { readonly do: 'create group' };

export type Plan =
  | { readonly actions: readonly Action[] }
  | { readonly park: 'owned' | 'foreign' | 'protected' | 'illegal-name' | 'bad-request'; readonly reason: string };

/** What the owner item of the name says, seen from the resource that is planned. */
export interface Ownership {
  readonly mine: boolean;
  readonly live: boolean;
  readonly creating: boolean;
}

export interface DesiredUser {
  readonly state: 'live' | 'tombstone';
  readonly active: boolean;
  readonly profile: DesiredProfile;
}

export interface ActualAccount {
  /** The bound name, or the one the account would get. */
  readonly name: string;
  readonly owner: Ownership | undefined;
  readonly account: Account | undefined;
  /** True once the account was known to exist. */
  readonly recorded: boolean;
  readonly applied?: Partial<AccountProfile>;
  /** The connection's linking rule allows this account, if nobody owns it. */
  readonly mayLink: boolean;
}

/**
 * What makes the account equal to the user; pure. Removals of access come first and wait for nothing (invariant 11).
 * @param protectedAccounts lower-cased names that are never touched
 */
export function planUser(
  desired: DesiredUser,
  actual: ActualAccount,
  settings: Pick<UserSettings, 'onDelete'>,
  protectedAccounts: ReadonlySet<string>,
): Plan {
  const { name, owner, account } = actual;
  const wanted = desired.state === 'live' && desired.active;
  const mine = owner?.mine === true;
  if (!wanted && !mine) return { actions: [] };
  if (protectedAccounts.has(name.toLowerCase()))
    return {
      park: 'protected',
      reason: `The account ${name} is protected and never touched. Take it out of the assignment, or out of the protected accounts.`,
    };
  return wanted ? planAccess(desired, actual) : planNoAccess(desired, account, owner, actual, settings);
}

/** The account is ours and should not be usable. */
function planNoAccess(
  desired: DesiredUser,
  account: Account | undefined,
  owner: Ownership | undefined,
  actual: ActualAccount,
  { onDelete }: Pick<UserSettings, 'onDelete'>,
): Plan {
  const actions: Action[] = [];
  // DELIVERY §2.4: "A removal calls disable on an account that is ours even when the GET said 404; only a 404 to both is gone."
  if (account === undefined || account.active) actions.push({ do: 'disable account' });
  if (desired.state === 'tombstone') {
    if (onDelete === 'delete') actions.push({ do: 'delete account' });
  } else if (account) actions.push(...profileUpdate(desired.profile, account, actual.applied));
  if (account && owner?.creating === true) actions.push({ do: 'record' });
  return { actions };
}

/** Why a name may not become ours: another live resource owns it, or it exists and linking is not allowed (invariant 8). */
function notOurToTake(
  kind: 'account' | 'group',
  name: string,
  owner: Ownership | undefined,
  exists: boolean,
  mayLink: boolean,
): Plan | undefined {
  const other = kind === 'account' ? 'user' : 'group';
  if (owner && !owner.mine && owner.live)
    return {
      park: 'owned',
      reason: `The ${kind} ${name} belongs to another ${other} of this or another connection. It is free once that ${other} is deleted.`,
    };
  if (!owner && exists && !mayLink)
    return {
      park: 'foreign',
      reason: `The ${kind} ${name} exists in Confluence and the connection's linking rule does not allow it to be taken over. Allow linking, or rename one of the two.`,
    };
  return undefined;
}

/** The account should be there, be ours, and be usable. */
function planAccess({ profile }: DesiredUser, { name, owner, account, recorded, applied, mayLink }: ActualAccount): Plan {
  const mine = owner?.mine === true;
  const notOurs = notOurToTake('account', name, owner, account !== undefined, mayLink);
  if (notOurs) return notOurs;
  if (!account) {
    const illegal = mine ? undefined : illegalAccountName(name);
    if (illegal !== undefined) return { park: 'illegal-name', reason: illegal };
    const { fullName, email } = profile;
    if (email === undefined)
      return {
        park: 'bad-request',
        reason: `Confluence needs an e-mail address to create ${name}. Map one to emails in the identity provider.`,
      };
    return { actions: [{ do: 'bind', creating: true }, { do: 'create account', profile: { fullName, email } }, { do: 'record' }] };
  }
  const actions: Action[] = [];
  if (!mine) actions.push({ do: 'bind', creating: false });
  if (!mine || owner.creating || !recorded) actions.push({ do: 'record' });
  if (!account.active) actions.push({ do: 'enable account' });
  return { actions: [...actions, ...profileUpdate(profile, account, applied)] };
}

/** The e-mail address is compared with what was last applied where the target does not tell it. */
function profileUpdate(desired: DesiredProfile, account: Account, applied: Partial<AccountProfile> = {}): Action[] {
  const { fullName, email } = desired;
  const profile = {
    ...(fullName !== account.fullName && { fullName }),
    ...(email !== undefined && email !== (account.email ?? applied.email) && { email }),
  };
  return Object.keys(profile).length > 0 ? [{ do: 'update profile', profile }] : [];
}

export interface ActualGroup {
  readonly name: string;
  readonly owner: Ownership | undefined;
  readonly exists: boolean;
  readonly recorded: boolean;
  readonly mayLink: boolean;
}

/** What puts a live group into the target; its members are planned one by one. Pure. */
export function planGroup({ name, owner, exists, recorded, mayLink }: ActualGroup, protectedGroups: ReadonlySet<string>): Plan {
  const mine = owner?.mine === true;
  if (protectedGroups.has(name.toLowerCase()))
    return {
      park: 'protected',
      reason: `The group ${name} is protected and never touched. Stop pushing it, or take it out of the protected groups.`,
    };
  const notOurs = notOurToTake('group', name, owner, exists, mayLink);
  if (notOurs) return notOurs;
  if (!exists) {
    const illegal = mine ? undefined : illegalGroupName(name);
    if (illegal !== undefined) return { park: 'illegal-name', reason: illegal };
    return { actions: [{ do: 'bind', creating: true }, { do: 'create group' }, { do: 'record' }] };
  }
  if (!mine) return { actions: [{ do: 'bind', creating: false }, { do: 'record' }] };
  return { actions: owner.creating || !recorded ? [{ do: 'record' }] : [] };
}

const OUTCOME: Readonly<Record<Action['do'], OutcomeKind | undefined>> = {
  'create account': 'created',
  'create group': 'created',
  'update profile': 'updated',
  'enable account': 'enabled',
  'disable account': 'disabled',
  'delete account': 'deleted',
  bind: undefined,
  record: undefined,
};

/** Counts an action that was performed, or in a dry run one that would be. */
export function countAction({ tally }: { readonly tally: Tally }, action: Action): void {
  const kind = action.do === 'bind' && !action.creating ? 'linked' : OUTCOME[action.do];
  if (kind !== undefined) tally.count(kind, namesOf([action]).join());
}

/** A plan's actions as the request log lists them. */
export function namesOf(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if (action.do === 'bind') return action.creating ? 'bind a new name' : 'link';
    return action.do === 'update profile' ? `update ${Object.keys(action.profile).join(' and ')}` : action.do;
  });
}
