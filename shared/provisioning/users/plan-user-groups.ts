import type { Action } from '../plan.ts';
import type { Policy } from '../policy/policy.ts';

/** What is recorded of the groups that a user's account got from this product itself, and what the target says. */
export interface GivenGroups {
  /** Default groups that the account was given as a new one. */
  readonly newGroups?: readonly string[];
  /** They are still to be given. */
  readonly newGroupsDue?: boolean;
  /** While memberships are kept back: the groups that are kept nevertheless. */
  readonly kept?: readonly string[];
  /** The groups that the account is in; absent where the target was not asked. */
  readonly groups?: ReadonlySet<string>;
}

type Rules = Pick<Policy, 'settings' | 'userGroups'>;

/** An account that is to be usable: memberships that were kept back come back, then the default groups that it is not in. Pure. */
export function groupsToGive(given: GivenGroups, { userGroups }: Rules, isNew: boolean): Action[] {
  const { newGroups = [], newGroupsDue, kept, groups } = given;
  const once = isNew ? userGroups.newUsers : newGroupsDue || kept !== undefined ? newGroups : [];
  const wanted = new Set([...userGroups.allUsers, ...once]);
  const missing = [...wanted].filter((group) => groups?.has(group) !== true);
  return [
    ...(kept === undefined ? [] : [{ do: 'give groups back' } as const]),
    ...missing.map((group) => ({ do: 'add to default group', group }) as const),
  ];
}

/**
 * An account that is not to be usable any more. Of a deactivated user's groups the settings say what is taken; of a deleted user's all are,
 * unless the account stays as it is or is deleted itself. Pure.
 */
export function groupsToTake(
  state: 'live' | 'tombstone',
  { newGroups = [], kept, groups, recorded }: GivenGroups & { readonly recorded: boolean },
  { settings, userGroups }: Rules,
): Action[] {
  const { keptOnDeactivation } = userGroups;
  const spared = state === 'tombstone' ? (settings.users.onDelete === 'disable' ? [] : undefined) : keptOnDeactivation;
  const defaults = new Set([...userGroups.allUsers, ...newGroups]);
  const doomed = spared === undefined ? [] : [...defaults].filter((group) => !spared.includes(group) && groups?.has(group) !== false);
  return [
    ...doomed.map((group) => ({ do: 'remove from default group', group }) as const),
    ...(state === 'live' && recorded ? withholding(kept, keptOnDeactivation) : []),
  ];
}

/** Written only where it differs: the memberships are woken each time. */
function withholding(now: readonly string[] | undefined, wanted: readonly string[] | undefined): Action[] {
  if (wanted === undefined) return now === undefined ? [] : [{ do: 'give groups back' }];
  return now?.join('\n') === wanted.join('\n') && now.length === wanted.length ? [] : [{ do: 'withhold groups', kept: wanted }];
}
