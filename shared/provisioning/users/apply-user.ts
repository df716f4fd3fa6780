import { messageGroupOf } from '../../changes/change.ts';
import type { Owner, Park } from '../../directory/delivery.ts';
import type { UserId } from '../../directory/ids.ts';
import type { UserItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import type { Subject } from '../../log/records.ts';
import { type Account, type ProvisioningCode, ProvisioningError } from '../../targets/target.ts';
import { dispositionOf, isTriedTwice } from '../dispositions.ts';
import { planLeaving } from '../memberships/plan-membership.ts';
import { accountNameFor } from '../name-in-target.ts';
import { type Action, countAction, namesOf, type Plan } from '../plan.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import { isAlreadyPlanned, planPark, setPlanned } from '../safety/dry-run.ts';
import { asSettling, isJustMade, notSeenYet } from '../settling.ts';
import { type Attempt, about, goOn, report, reportPlan, ring, type Work } from '../work.ts';
import { endTombstone } from './end-tombstone.ts';
import { finishUser, wakeMemberships } from './finish-user.ts';
import { type AccountAtHand, performOnAccount } from './perform-on-account.ts';
import { type DesiredUser, isWanted } from './plan-user.ts';
import { isMine, surveyUser } from './survey-user.ts';

/** How often a plan is made from the newest state within one message. */
const ROUNDS = 6;

/** Makes the account in the target equal to the newest state of the user: DELIVERY §2. */
export async function applyUser(work: Work, id: UserId): Promise<void> {
  const failedOnce = new Set<ProvisioningCode>();
  const conflicts: AccountAtHand['conflicts'] = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    const user = await work.delivery.resources.user(work.connection.id, id);
    if (!user) return;
    // Until an administrator releases it or the IdP says something new: both set another marker.
    if (isHeld(user)) return work.tally.count('held', 'by the brake');
    // DESIGN §4, park: "the next change to the resource, or an admin, tries again": both set a marker. A message sent before doesn't.
    if (user.parkedCode !== undefined && user.marker === undefined && work.change.reason !== 'reconcile') return;
    if (isAlreadyPlanned(work, user)) return;
    // DELIVERY §1: "A worker that finds that the name belongs to another group makes no call and sends the change on."
    const messageGroup = messageGroupOf(user.target, 'account', accountNameFor(work, user));
    if (messageGroup !== work.messageGroup) {
      await work.queue.send(messageGroup, { ...work.change, reason: 'forwarded' });
      return;
    }
    const subject = about(work, user);
    try {
      if ((await attempt(work, user, subject, conflicts)) === 'done') {
        if (work.isDryRun) await planLeaving(work, user);
        if (work.isDryRun) await setPlanned(work, user);
        return;
      }
    } catch (error) {
      if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'park') throw error;
      if (isTriedTwice(error.code) && !failedOnce.has(error.code)) {
        failedOnce.add(error.code);
        continue;
      }
      const settling = asSettling(work, error, user);
      if (settling) throw settling;
      if (await park(work, user, subject, { code: error.code, reason: error.message })) {
        if (work.isDryRun) await setPlanned(work, user);
        return;
      }
    }
  }
  await goOn(work, 'again');
}

async function attempt(work: Work, user: UserItem, subject: Subject, conflicts: AccountAtHand['conflicts']): Promise<Attempt> {
  const { delivery } = work;
  const { name, owner, account, linkable, desired, plan } = await surveyUser(work, user);
  if (linkable && linkable.name !== name) return linkUnderItsName(work, user, linkable, subject);
  const actions = 'park' in plan ? [] : plan.actions;
  if (work.isDryRun && 'park' in plan) return parkAs(work, user, subject, name, owner, { code: plan.park, reason: plan.reason });
  reportPlan(work, subject, user.revision, namesOf(actions));
  reportSkipped(work, subject, plan);
  if (work.isDryRun) {
    for (const action of actions) if (account || action.do !== 'disable account') countAction(work, action);
    return 'done';
  }
  if (user.state === 'tombstone') await wakeThoseWaiting(work, user);
  if ('park' in plan) return parkAs(work, user, subject, name, owner, { code: plan.park, reason: plan.reason });
  if (takesAccess(user, plan.actions, account) && !(await work.brake.permits(user.id))) {
    if (!(await delivery.resources.hold(user))) return 'again';
    work.tally.count('held', namesOf(plan.actions).join(', '));
    report(work, 'change.held', { subject, actions: namesOf(plan.actions) });
    return 'done';
  }

  // DELIVERY §2.4: "a missing account is made again under its bound name". One that was made a moment ago is not missing.
  if (!account && isWanted(desired) && isMine(owner, user) && isJustMade(work, user)) throw notSeenYet(`account ${name}`);
  const at = { user, subject, name, owner, found: account !== undefined, key: account?.key, left: [], conflicts };
  if ((await performOnAccount(work, at, plan.actions.filter(isOfAccess))) === 'again') return 'again';
  if (user.state === 'tombstone') return endTombstone(work, at);
  // Memberships that are to be taken away don't wait for a profile that the target refuses (invariant 11).
  if (!(await wakeMemberships(work, user))) return 'done';
  const others = plan.actions.filter((action) => !isOfAccess(action));
  if ((await performOnAccount(work, at, others)) === 'again') return 'again';
  return finishUser(work, at, profileGiven(work, desired, plan.actions), isWanted(desired) && (at.found || plan.actions.length > 0));
}

/** Of a profile that `users.update` left alone nothing is noted as applied, or the switch, on again, would find nothing to do. */
function profileGiven({ policy }: Work, { profile }: DesiredUser, actions: readonly Action[]): DesiredProfile | undefined {
  return policy.settings.users.update || actions.some((action) => action.do === 'create account') ? profile : undefined;
}

function isOfAccess(action: Action): boolean {
  return action.do !== 'update profile';
}

/** What a setting leaves out is said, and counted by a run. */
function reportSkipped(work: Work, subject: Subject, plan: Plan): void {
  for (const reason of 'park' in plan ? [] : (plan.skipped ?? [])) {
    work.tally.count('skipped', reason);
    report(work, 'change.skipped', { subject, reason });
  }
}

/** DELIVERY §2.2 for an account of another name: bound first, then sent on to that account's group before any call. */
async function linkUnderItsName(work: Work, user: UserItem, account: Account, subject: Subject): Promise<Attempt> {
  const { delivery, connection } = work;
  const owner = await delivery.resources.owner(connection.target.id, 'user', account.name);
  // Bound to it, the user would be parked for ever, whatever address they have by then.
  const known = [account.name, ...(work.target.takesOverByEmail ? [account.email ?? ''] : [])];
  if (known.some((name) => work.protectedAccounts.has(name.toLowerCase()))) {
    const reason = `The account ${account.name}, found by e-mail address, is protected and never touched.`;
    return parkAs(work, user, subject, account.name, owner, { code: 'protected', reason });
  }
  if (owner?.live && !isMine(owner, user)) {
    const reason = `The account ${account.name}, found by e-mail address, belongs to another user of this or another connection.`;
    return parkAs(work, user, subject, account.name, owner, { code: 'owned', reason });
  }
  if (work.isDryRun) return planLink(work, user, account, subject);
  if (!(await delivery.resources.bind(user, account.name, owner, false))) return 'again';
  const messageGroup = messageGroupOf(user.target, 'account', account.name);
  await work.queue.send(messageGroup, { ...work.change, reason: 'forwarded' });
  return 'done';
}

function planLink(work: Work, user: UserItem, account: Account, subject: Subject): Attempt {
  reportPlan(work, subject, user.revision, [`link account ${account.name}`]);
  work.tally.count('linked', `link account ${account.name}`);
  return 'done';
}

async function parkAs(work: Work, user: UserItem, subject: Subject, name: string, owner: Owner | undefined, why: Park): Promise<Attempt> {
  if (work.isDryRun) {
    planPark(work, subject, user.revision, why);
    return 'done';
  }
  const parked =
    why.code === 'owned' && owner
      ? await work.delivery.resources.parkOwned(user, name, owner, why)
      : await work.delivery.resources.park(user, why);
  if (!parked) return 'again';
  work.tally.count('conflict', why.reason);
  report(work, 'change.parked', { subject, ...why });
  return 'done';
}

async function park(work: Work, user: UserItem, subject: Subject, why: Park): Promise<boolean> {
  return (await parkAs(work, user, subject, accountNameFor(work, user), undefined, why)) === 'done';
}

/** DELIVERY §2.7: "Whoever gives up an account turns those parks back into markers and sends them." */
async function wakeThoseWaiting(work: Work, user: UserItem): Promise<void> {
  const marked = await work.delivery.resources.wakeWaiters(user.target, 'user', accountNameFor(work, user));
  for (const one of marked) await ring(work, one, 'woken');
}

/**
 * True for what the brake counts: an account that could be used until now. One that is not found may be there all the same, unless this
 * revision was applied already: the tombstone of an account that is gone is looked at again an hour later.
 */
function takesAccess(user: UserItem, actions: readonly Action[], account: Account | undefined): boolean {
  const isUsable = account?.active ?? user.appliedRevision !== user.revision;
  const takes = (action: Action) => action.do === 'disable account' || action.do === 'delete account';
  return (
    (isUsable && actions.some(takes)) || (account !== undefined && actions.some((action) => action.do === 'remove from default group'))
  );
}
