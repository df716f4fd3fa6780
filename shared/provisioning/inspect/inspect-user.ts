import type { UserItem } from '../../directory/items.ts';
import { newGroupsOf } from '../../directory/user-delivery.ts';
import { foldCase } from '../../scim/attributes/fold-case.ts';
import type { ScimObject } from '../../scim/resources/resource.ts';
import { type Account, ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { accountNameFor } from '../name-in-target.ts';
import type { Action } from '../plan.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import { grantsAccess } from '../policy/policy.ts';
import { type DesiredUser, isWanted } from '../users/plan-user.ts';
import { isMine, surveyUser, type UserSurvey } from '../users/survey-user.ts';
import { explainMembership } from './explain-membership.ts';
import { explainPlan } from './explain-plan.ts';
import { explainUser } from './explain-user.ts';
import type { Difference, MembershipFinding, Outlook, UserInspection } from './inspection.ts';
import { canAsk, type Look, type LookWithTarget } from './look.ts';
import { membershipsOfUser } from './memberships-of-user.ts';
import { stateOf } from './resource-state.ts';

/** Of an account in more groups than this the rest is not read. */
const GROUPS_READ = 1_000;

/**
 * Everything about one user: what was sent, what the settings make of it, what there is, what would be done. Reads only.
 * @throws ProvisioningError if the target can't be asked
 */
export async function inspectUser(look: Look, user: UserItem): Promise<UserInspection> {
  const { connection, delivery, policy } = look;
  const resource = JSON.parse(user.resource) as ScimObject;
  const isNamed = user.boundName !== undefined || policy.accountNaming(resource, user.userName).is === 'name';
  const accountName = accountNameFor(look, user);
  const owner = isNamed ? await delivery.resources.owner(connection.target.id, 'user', accountName) : undefined;
  const seen = canAsk(look) ? await lookAtAccount(look, user, isNamed) : undefined;

  const groups = seen && new Set(seen.groups.map(foldCase));
  // Of an account whose groups were not read to the end only what was seen is known.
  const isMember = (name: string) => groups?.has(foldCase(name)) || (seen?.moreGroups === false ? false : undefined);
  const memberships = (await membershipsOfUser(look, user)).flatMap((read) => explainMembership(policy, read, isMember));
  const { account, differences, outlook } = seen ?? {};
  const lastSet = user.appliedProfile === undefined ? undefined : (JSON.parse(user.appliedProfile) as DesiredProfile);
  return {
    type: 'user',
    id: user.id,
    name: user.userName,
    resource,
    state: stateOf(user, owner),
    settings: explainUser(policy, user, look.protectedAccounts, seen?.desired),
    isDryRun: connection.settings.apply === 'dry-run',
    ...('reason' in look.target && { notAsked: look.target }),
    ...(isNamed && { accountName }),
    ...(lastSet?.email !== undefined && { lastSetEmail: lastSet.email }),
    ...(seen && { account: account ? { ...account, isOwn: seen.isOwn, groups: seen.groups, moreGroups: seen.moreGroups } : null }),
    ...(differences && { differences }),
    ...(outlook && { outlook }),
    memberships: [...withoutKept(memberships), ...extras(look, user, seen?.isOwn ? seen.groups : [], memberships)],
  };
}

interface AccountSeen {
  readonly account: Account | undefined;
  /** It is this user's, or nobody's and the linking rule gives it to them. */
  readonly isOwn: boolean;
  readonly groups: readonly string[];
  readonly moreGroups: boolean;
  readonly differences: readonly Difference[];
  readonly outlook: Outlook;
  readonly desired?: DesiredUser;
}

async function lookAtAccount(look: LookWithTarget, user: UserItem, isNamed: boolean): Promise<AccountSeen> {
  const survey = await surveyed(look, user);
  const linked = survey.is === 'survey' ? survey.linkable : undefined;
  // The plan of who is not wanted and not ours needs no look; a person wants to see the account all the same.
  const known = survey.is === 'survey' ? (linked ?? survey.account) : undefined;
  const account = known ?? (isNamed ? await look.target.findAccount(accountNameFor(look, user)) : undefined);
  const { groups, more } = account ? await groupsOf(look, account.name) : { groups: [], more: false };
  const owned = linked !== undefined && linked.name !== accountNameFor(look, user) && (await isOwnedByAnother(look, user, linked.name));
  const isOwn = (linked !== undefined && !owned) || (survey.is === 'survey' && survey.actual.owner?.mine === true);
  return {
    account,
    isOwn,
    groups,
    moreGroups: more,
    ...(survey.is === 'survey' && { desired: survey.desired }),
    differences: survey.is === 'survey' ? differencesOf(survey, account, isOwn) : [],
    outlook:
      survey.is === 'refused'
        ? { is: 'parked', code: survey.code, reason: survey.reason }
        : owned
          ? { is: 'parked', code: 'owned', reason: `The account ${linked.name} belongs to another user of this or another connection.` }
          : outlookOf(survey, user),
  };
}

/** An account of another name than the user's: the owner of that name decides (applyUser). */
async function isOwnedByAnother({ delivery, connection }: LookWithTarget, user: UserItem, name: string): Promise<boolean> {
  const owner = await delivery.resources.owner(connection.target.id, 'user', name);
  return owner?.live === true && !isMine(owner, user);
}

function outlookOf({ linkable, name, plan }: UserSurvey, user: UserItem): Outlook {
  if (linkable === undefined || linkable.name === name) return explainPlan(plan, user);
  return { is: 'actions', actions: [{ do: `link account ${linkable.name}`, why: 'the linking rule finds it' }], skipped: [] };
}

/** What the survey meets may park the user: that is an answer too. */
async function surveyed(look: LookWithTarget, user: UserItem) {
  try {
    return { is: 'survey' as const, ...(await surveyUser(look, user)) };
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
    return { is: 'refused' as const, code: error.code, reason: error.message };
  }
}

async function groupsOf({ target }: LookWithTarget, account: string): Promise<{ groups: string[]; more: boolean }> {
  const groups: string[] = [];
  for await (const group of target.groupsOf(account)) {
    if (groups.length >= GROUPS_READ) return { groups, more: true };
    groups.push(group);
  }
  return { groups: groups.sort(), more: false };
}

/** What the plan is about: what a setting leaves as it is, is no difference. Of a plan that parks all of it is told. */
function differencesOf({ desired, actual, plan, linkable, name }: UserSurvey, account: Account | undefined, isOwn: boolean): Difference[] {
  const isOther = 'park' in plan || (linkable !== undefined && linkable.name !== name);
  const actions = isOther ? undefined : new Set(plan.actions.map((action) => action.do));
  const isPlanned = (...kinds: Action['do'][]) => actions === undefined || kinds.some((kind) => actions.has(kind));
  const shouldBe = isWanted(desired) && desired.unnamed === undefined;
  if (!account) return shouldBe && isPlanned('create account') ? [{ what: 'account', wanted: 'there', found: 'none' }] : [];
  if (!isOwn) return shouldBe ? [{ what: 'account', wanted: 'the user’s own', found: 'not theirs' }] : [];
  const { fullName, email } = desired.profile;
  const known = account.email ?? actual.applied?.email;
  const found: (Difference | false)[] = [
    (shouldBe !== account.active || account.isPartial === true) &&
      isPlanned('enable account', 'disable account', 'delete account') && {
        what: 'active',
        wanted: shouldBe ? 'yes' : 'no',
        found: account.isPartial ? 'in part' : account.active ? 'yes' : 'no',
      },
    fullName !== account.fullName && isPlanned('update profile') && { what: 'full name', wanted: fullName, found: account.fullName },
    email !== undefined &&
      email !== known &&
      isPlanned('update profile') && { what: 'e-mail', wanted: email, found: known ?? 'not told by this version' },
  ];
  return found.filter((difference) => difference !== false);
}

/** A group that one SCIM group gives and another no longer does is not taken away. */
function withoutKept(memberships: readonly MembershipFinding[]): MembershipFinding[] {
  const given = new Set(memberships.flatMap(({ is, confluenceGroup }) => (is === 'present' ? [confluenceGroup] : [])));
  return memberships.filter(({ is, confluenceGroup }) => is !== 'obsolete' || !given.has(confluenceGroup));
}

const ACCESS_GROUP = 'it grants Confluence (target.organization.accessGroups): who is active is in it';

/** Groups of the account that no SCIM membership speaks of. */
function extras(
  { policy, protectedGroups }: Look,
  user: UserItem,
  groups: readonly string[],
  memberships: readonly MembershipFinding[],
): MembershipFinding[] {
  const explained = new Set(memberships.map(({ confluenceGroup }) => foldCase(confluenceGroup ?? '')));
  const isDefault = new Set([...policy.userGroups.allUsers, ...newGroupsOf(user)].map(foldCase));
  return groups
    .filter((name) => !explained.has(foldCase(name)))
    .map((confluenceGroup) => {
      if (grantsAccess(policy, confluenceGroup)) return { is: 'present', confluenceGroup, why: ACCESS_GROUP };
      if (protectedGroups.has(foldCase(confluenceGroup)))
        return { is: 'extra', confluenceGroup, why: 'a protected group: nobody here has given it, and it is never touched' };
      if (isDefault.has(foldCase(confluenceGroup)))
        return { is: 'present', confluenceGroup, why: 'a default group of this connection (users.defaultGroups)' };
      return { is: 'extra', confluenceGroup, why: 'no group of the identity provider gives it' };
    });
}
