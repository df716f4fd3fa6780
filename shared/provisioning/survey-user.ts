import type { Owner } from '../directory/delivery.ts';
import type { UserItem } from '../directory/items.ts';
import type { ScimObject } from '../scim/resources/resource.ts';
import type { Account } from '../targets/target.ts';
import { findLinkable } from './find-linkable.ts';
import { accountNameFor } from './name-in-target.ts';
import { type ActualAccount, type DesiredUser, type Plan, planUser } from './plan.ts';
import type { DesiredProfile } from './policy/account-profile.ts';
import type { Work } from './work.ts';

/** What a plan for one user is made of, as it is now, and the plan. */
export interface UserSurvey {
  readonly name: string;
  readonly owner: Owner | undefined;
  /** The account of that name. Absent also where nobody has looked: not wanted, and not ours. */
  readonly account: Account | undefined;
  /** What the linking rule gives to a user of whom no owner item knows; of another name than `name` perhaps: the plan is not for that. */
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
  const { delivery, connection, target } = work;
  const name = accountNameFor(work, user);
  const owner = await delivery.resources.owner(connection.target.id, 'user', name);
  const mine = isMine(owner, user);
  const profile = work.policy.profile(JSON.parse(user.resource) as ScimObject, user.userName);
  const wanted = user.state === 'live' && user.active;

  // What nobody wants and what is not ours needs no look at the target.
  const account = wanted || mine ? await target.findAccount(name) : undefined;
  const linkable = wanted && !owner ? await findLinkable(work, account, profile) : undefined;
  const desired = { state: user.state, active: user.active, profile };
  const actual = {
    name,
    owner: owner && { mine, live: owner.live, creating: owner.creating },
    account,
    recorded: user.boundAt !== undefined,
    mayLink: linkable !== undefined,
    ...(user.appliedProfile !== undefined && { applied: JSON.parse(user.appliedProfile) as DesiredProfile }),
  };
  const plan = planUser(desired, actual, connection.settings.users, work.protectedAccounts);
  return { name, owner, account, linkable, desired, actual, plan };
}

/** True if the owner item names this very user. */
export function isMine(owner: Owner | undefined, user: UserItem): boolean {
  return owner?.id === user.id && owner.connection === user.connection;
}
