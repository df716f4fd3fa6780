import type { AccountProfile } from '../targets/target.ts';
import type { OutcomeKind, Tally } from './outcome.ts';

/** One step on the target, or on what is recorded about it. Performed in order. */
export type Action =
  | { readonly do: 'disable account' }
  | { readonly do: 'delete account' }
  /** Owner and binding are written before the first call (DELIVERY §2.2). */
  | { readonly do: 'bind'; readonly creating: boolean }
  | { readonly do: 'create account'; readonly profile: AccountProfile }
  /** The account or group exists and is ours. */
  | { readonly do: 'record'; readonly newGroups?: readonly string[] }
  | { readonly do: 'enable account' }
  | { readonly do: 'update profile'; readonly profile: Partial<AccountProfile> }
  | { readonly do: 'add to default group'; readonly group: string }
  | { readonly do: 'remove from default group'; readonly group: string }
  /** The user's memberships are kept back, but for those in the groups of the target in `kept`; and given back. */
  | { readonly do: 'withhold groups'; readonly kept: readonly string[] }
  | { readonly do: 'give groups back' }
  | { readonly do: 'create group' };

export type Plan =
  /** `skipped`: what a setting leaves out, a sentence each. */
  | { readonly actions: readonly Action[]; readonly skipped?: readonly string[] }
  | {
      readonly park: 'no-name' | 'not-found' | 'owned' | 'foreign' | 'protected' | 'illegal-name' | 'bad-request';
      readonly reason: string;
    };

/** What the owner item of the name says, seen from the resource that is planned. */
export interface Ownership {
  readonly mine: boolean;
  readonly live: boolean;
  readonly creating: boolean;
}

/** Why a name may not become ours: another live resource owns it, or it exists and linking is not allowed (invariant 8). */
export function notOurToTake(
  kind: 'account' | 'group',
  name: string,
  owner: Ownership | undefined,
  exists: boolean,
  mayLink: boolean,
  namedBy?: string,
): Plan | undefined {
  const because = namedBy === undefined ? '' : ` The name comes from ${namedBy}.`;
  const other = kind === 'account' ? 'user' : 'group';
  if (owner && !owner.mine && owner.live)
    return {
      park: 'owned',
      reason: `The ${kind} ${name} belongs to another ${other} of this or another connection. It is free once that ${other} is deleted.${because}`,
    };
  if (!owner && exists && !mayLink)
    return {
      park: 'foreign',
      reason: `The ${kind} ${name} exists in Confluence and the connection's linking rule does not allow it to be taken over. Allow linking (users.linking), or rename one of the two.${because}`,
    };
  return undefined;
}

export interface ActualGroup {
  readonly name: string;
  readonly owner: Ownership | undefined;
  readonly exists: boolean;
  readonly recorded: boolean;
  /** The linking rule allows it, or the map names it. */
  readonly mayLink: boolean;
  /** `groups.create`. */
  readonly mayCreate: boolean;
  /** It is in `target.organization.accessGroups`. */
  readonly grantsAccess?: boolean;
  /** Why the target takes no group of this name, as a sentence. */
  readonly illegal?: string;
  /** Whose it is, where an owner item is: "the group Sales". */
  readonly ownedBy?: string;
  /** The setting that gave the name: "groups.rename[0] (Sales EMEA becomes sales)". */
  readonly because?: string;
}

/** What puts a live group into the target; its members are planned one by one. Pure. */
export function planGroup(actual: ActualGroup, protectedGroups: ReadonlySet<string>): Plan {
  const { name, owner, exists, recorded, mayLink } = actual;
  const mine = owner?.mine === true;
  if (protectedGroups.has(name.toLowerCase()))
    return {
      park: 'protected',
      reason: actual.grantsAccess
        ? `The group ${name} is in target.organization.accessGroups: this product alone fills it, with everybody whose account is to be usable. Stop pushing it.`
        : `The group ${name} is protected and never touched. Stop pushing it, or take it out of the protected groups.`,
    };
  if (owner?.live === true && !mine) return { park: 'owned', reason: twoOfOneName(actual) };
  const notOurs = notOurToTake('group', name, owner, exists, mayLink);
  if (notOurs) return notOurs;
  if (!exists && !actual.mayCreate)
    return {
      park: 'not-found',
      reason: `There is no group ${name} in Confluence, and groups.create is off. Create it there and try again, or turn groups.create on.`,
    };
  if (!exists) {
    const illegal = mine ? undefined : actual.illegal;
    if (illegal !== undefined) return { park: 'illegal-name', reason: illegal };
    return { actions: [{ do: 'bind', creating: true }, { do: 'create group' }, { do: 'record' }] };
  }
  if (!mine) return { actions: [{ do: 'bind', creating: false }, { do: 'record' }] };
  return { actions: owner.creating || !recorded ? [{ do: 'record' }] : [] };
}

/** "Two IdP groups that end up as one name are detected and reported, not merged silently." */
function twoOfOneName({ name, ownedBy = 'another group', because }: ActualGroup): string {
  const made = because === undefined ? '' : ` This one gets the name by ${because}.`;
  return `The Confluence group ${name} belongs to ${ownedBy}, and two groups are never merged.${made} Give one of the two another name, or delete the other.`;
}

const OUTCOME: Readonly<Record<Action['do'], OutcomeKind | undefined>> = {
  'create account': 'created',
  'create group': 'created',
  'update profile': 'updated',
  'enable account': 'enabled',
  'disable account': 'disabled',
  'delete account': 'deleted',
  'add to default group': 'added',
  'remove from default group': 'removed',
  'withhold groups': undefined,
  'give groups back': undefined,
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
    if (action.do === 'add to default group' || action.do === 'remove from default group') return `${action.do} ${action.group}`;
    return action.do === 'update profile' ? `update ${Object.keys(action.profile).join(' and ')}` : action.do;
  });
}
