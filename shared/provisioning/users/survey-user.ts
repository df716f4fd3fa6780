import type { Owner } from '../../directory/delivery.ts';
import type { UserItem } from '../../directory/items.ts';
import { groupsKept, newGroupsOf } from '../../directory/user-delivery.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import { type Account, ProvisioningError } from '../../targets/target.ts';
import { isOfWholeTarget } from '../dispositions.ts';
import { accountNameFor } from '../name-in-target.ts';
import { groupNameOf } from '../naming.ts';
import type { Plan } from '../plan.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import type { Work } from '../work.ts';
import { findLinkable } from './find-linkable.ts';
import { type ActualAccount, type DesiredUser, isWanted, planUser } from './plan-user.ts';

/** What a plan for one user is made of, as it is now, and the plan. */
export interface UserSurvey {
  readonly name: string;
  readonly owner: Owner | undefined;
  /** The account of that name. Absent also where nobody has looked: not wanted, and not ours. */
  readonly account: Account | undefined;
  /**
   * What the linking rule gives to a user of whom no owner item knows, or the account of another name that has this one's address: of another
   * name than `name` perhaps, and then the plan is not for that.
   */
  readonly linkable: Account | undefined;
  readonly desired: DesiredUser;
  readonly actual: ActualAccount;
  readonly plan: Plan;
}

/**
 * Looks at the account of a user and plans: what the worker goes by, and `inspect` shows. Reads only.
 * @throws ProvisioningError of the calls, 'conflict' where the linking rule finds several accounts
 */
export async function surveyUser(
  work: Pick<Work, 'connection' | 'delivery' | 'target' | 'policy' | 'protectedAccounts'>,
  user: UserItem,
): Promise<UserSurvey> {
  const { delivery, connection, target, policy } = work;
  const resource = JSON.parse(user.resource) as ScimObject;
  const name = accountNameFor(work, user);
  const owner = await delivery.resources.owner(connection.target.id, 'user', name);
  const mine = isMine(owner, user);
  const profile = policy.profile(resource, user.userName);
  const naming = user.boundName === undefined ? policy.accountNaming(resource, user.userName) : undefined;
  const excluded = await whyExcluded(work, user);
  const desired: DesiredUser = {
    state: user.state,
    active: user.active,
    profile,
    ...(excluded !== undefined && { excluded }),
    ...(naming && naming.is !== 'name' && { unnamed: naming }),
  };
  const wanted = isWanted(desired) && desired.unnamed === undefined;
  const isLeftAlone = user.state === 'tombstone' && policy.settings.users.onDelete === 'keep';

  // What nobody wants and what is not ours needs no look at the target.
  const account = wanted || (mine && !isLeftAlone) ? await target.findAccount(name) : undefined;
  const linkable =
    wanted && !owner ? await findLinkable(work, account, profile) : asKnownByItsName(name, owner, wanted ? account : undefined);
  const groups = account && (await groupsOf(work, user, account, wanted));
  const namedBy = naming?.steps.findLast(({ setting }) => setting !== 'users.userName.lowerCase');
  const kept = groupsKept(user);
  const illegal = target.illegalAccountName(name);
  const actual: ActualAccount = {
    name,
    owner: owner && { mine, live: owner.live, creating: owner.creating },
    account,
    recorded: user.boundAt !== undefined,
    mayLink: linkable !== undefined,
    // A group that was given once may be protected by now.
    newGroups: newGroupsOf(user).filter((group) => !policy.protectedGroups.has(group)),
    newGroupsDue: user.newGroupsDue === true,
    ...(kept !== undefined && { kept }),
    ...(illegal !== undefined && { illegal }),
    ...(target.takesOverByEmail && { takesOverByEmail: true }),
    ...(groups && { groups }),
    ...(namedBy && { namedBy: `${namedBy.setting}: ${namedBy.says}` }),
    ...(user.appliedProfile !== undefined && { applied: JSON.parse(user.appliedProfile) as DesiredProfile }),
  };
  const plan = planUser(desired, actual, policy, work.protectedAccounts);
  return { name, owner, account, linkable, desired, actual, plan };
}

/**
 * An account that the target tells by another name than the one asked for: its owner has taken an address since that a deleted user had. It
 * does not come with that name, whose owner item anybody may take over: the owner of its own name decides (decision 23).
 */
function asKnownByItsName(name: string, owner: Owner | undefined, account: Account | undefined): Account | undefined {
  return owner?.live === false && account?.name.toLowerCase() !== name.toLowerCase() ? account : undefined;
}

/** `users.onlyFromGroups`: a sentence for who is active and in none of them. */
async function whyExcluded({ delivery, policy }: Pick<Work, 'delivery' | 'policy'>, user: UserItem): Promise<string | undefined> {
  if (!policy.userGroups.isRestricted || user.state !== 'live' || !user.active) return undefined;
  const groups = await delivery.users.groupsOf(user.connection, user.id);
  if (groups.some(({ displayName }) => policy.userGroups.admits(displayName))) return undefined;
  return 'The user is in none of the groups of users.onlyFromGroups.';
}

/**
 * The groups of the target that the account is in, where default groups are compared with them. An account that is still to be disabled
 * waits for no look (invariant 11), and no failure of this one holds anything up: what is not known is done.
 */
async function groupsOf(
  { target, policy }: Pick<Work, 'target' | 'policy'>,
  user: UserItem,
  { name, active }: Account,
  wanted: boolean,
): Promise<ReadonlySet<string> | undefined> {
  const { allUsers } = policy.userGroups;
  const news = newGroupsOf(user).length;
  const isCompared = wanted ? allUsers.length > 0 || (user.newGroupsDue === true && news > 0) : !active && allUsers.length + news > 0;
  if (!isCompared) return undefined;
  try {
    const groups = new Set<string>();
    for await (const group of target.groupsOf(name)) groups.add(groupNameOf(group));
    return groups;
  } catch (error) {
    if (error instanceof ProvisioningError && !isOfWholeTarget(error.code)) return undefined;
    throw error;
  }
}

/** True if the owner item names this very user. */
export function isMine(owner: Owner | undefined, user: UserItem): boolean {
  return owner?.id === user.id && owner.connection === user.connection;
}
