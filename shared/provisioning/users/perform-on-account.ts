import type { Owner } from '../../directory/delivery.ts';
import type { UserItem } from '../../directory/items.ts';
import type { Subject } from '../../log/records.ts';
import { ProvisioningError } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { type Action, countAction } from '../plan.ts';
import { withSeat } from '../safety/seat-guard.ts';
import { isSettling, takenUnseen } from '../settling.ts';
import { report, ring, type Work } from '../work.ts';
import { changeDefaultGroup } from './default-groups.ts';
import { isMine } from './survey-user.ts';

export interface AccountAtHand {
  readonly user: UserItem;
  readonly subject: Subject;
  readonly name: string;
  /** The owner item as read: undefined means that this attempt writes the first. */
  readonly owner: Owner | undefined;
  /** True if the GET found the account. */
  readonly found: boolean;
  /** The target's key of the account that the GET found. */
  readonly key: string | undefined;
  /** Failures that hold nothing up: told, and tried again by the sweep. Gains what is left of each. */
  readonly left: ProvisioningError[];
  /** Names whose creation was answered 409 within this message, and their owners as read before the first. Gains each. */
  readonly conflicts: Map<string, Owner | undefined>;
}

/** Performs a plan's actions in order. `again`: begin from the newest state. */
export async function performOnAccount(work: Work, at: AccountAtHand, actions: readonly Action[]): Promise<'done' | 'again'> {
  for (const action of actions) {
    const next = await perform(work, at, action);
    if (next === 'again') return 'again';
    // What was there neither for the look nor for the call was not there to be disabled or deleted.
    const isDone = next !== 'unsupported' && next !== 'left' && (next !== 'gone' || at.found);
    if (isDone) countAction(work, action);
    if (next === 'gone') return 'done';
  }
  return 'done';
}

type Next = 'next' | 'again' | 'gone' | 'unsupported' | 'left';

async function perform(work: Work, at: AccountAtHand, action: Action): Promise<Next> {
  const { target, delivery } = work;
  const { user, name } = at;
  switch (action.do) {
    case 'bind':
      if (!(await delivery.resources.bind(user, name, at.owner, action.creating))) return 'again';
      // The account that a deleted user had under this name is gone: what was kept to find it would stand in the way of the new one for ever.
      if (action.creating && at.owner !== undefined && !isMine(at.owner, user)) await target.forgetAccount(name);
      return 'next';
    case 'record':
      if (at.found && at.owner?.creating === true)
        report(work, 'change.unsupported', {
          subject: at.subject,
          what: `telling whose the account ${name} is: account found while creating, taken for our own`,
        });
      // Bound by now, and not yet written down as ours: from here on somebody may change the account's name in the target.
      if (at.key !== undefined) await target.rememberAccount(name, at.key);
      if (action.newGroups && !(await delivery.users.noteNewGroups(user, action.newGroups))) return 'again';
      return (await delivery.resources.record(user, name)) ? 'next' : 'again';
    case 'create account':
      return createAccount(work, at, action.profile);
    case 'disable account':
      return disableAccount(work, at);
    case 'delete account':
      return deleteAccount(work, name);
    case 'enable account':
      await withSeat(work.seats, name, 'existing', () => target.enableAccount(name));
      return 'next';
    case 'add to default group':
    case 'remove from default group':
      return changeDefaultGroup(work, at, action);
    case 'withhold groups':
      return (await delivery.users.withholdGroups(user, action.kept)) ? 'next' : 'again';
    case 'give groups back':
      return (await delivery.users.withholdGroups(user, undefined)) ? 'next' : 'again';
    case 'update profile':
      return updateProfile(work, at, action.profile);
    case 'create group':
      throw new TypeError('a user has no group to create');
  }
}

/**
 * DELIVERY §2.3: "409 on create: in the attempt that wrote `creating` where no owner was, it is not ours: one transaction removes
 * owner and binding, then the linking rule decides. Only an attempt that found `creating` may take a 409 for its own."
 */
async function createAccount(work: Work, at: AccountAtHand, profile: { fullName: string; email: string }) {
  const { name, owner, conflicts } = at;
  try {
    await withSeat(work.seats, name, 'new', () => work.target.createAccount(name, profile));
    return 'next';
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'conflict') {
      await releaseIfNeverMade(work, at, error);
      throw error;
    }
    if (owner === undefined) await release(work, at);
    if (conflicts.has(name)) throw takenUnseen(work, 'account', name, error, conflicts.get(name));
    conflicts.set(name, owner);
    return 'again';
  }
}

/** A name that the target refuses for good is given back with the park, so that a renamed user gets an account of the new name. */
async function releaseIfNeverMade(work: Work, at: AccountAtHand, error: unknown): Promise<void> {
  const refused = error instanceof ProvisioningError && dispositionOf(error.code) === 'park';
  if (refused && at.owner === undefined && at.user.boundAt === undefined) await release(work, at);
}

/** Owner and binding are taken back, then what the adapter kept to find the account: it is not ours. */
async function release(work: Work, { user, name }: AccountAtHand): Promise<void> {
  for (const marked of await work.delivery.resources.release(user, name)) await ring(work, marked, 'woken');
  await work.target.forgetAccount(name);
}

/**
 * DELIVERY §2.4: "only a 404 to both is gone", the look and the call; and not even that of an account which may only not be seen yet. A 404
 * to the call alone is thrown: the plan is made once more.
 */
async function disableAccount(work: Work, { user, name, found }: AccountAtHand): Promise<'next' | 'gone'> {
  const { target, seats } = work;
  try {
    await target.disableAccount(name);
    await seats.free(name);
    return 'next';
  } catch (error) {
    if (!found && error instanceof ProvisioningError && error.code === 'not-found' && !isSettling(work, user)) return 'gone';
    throw error;
  }
}

async function deleteAccount({ target }: Work, name: string): Promise<'gone'> {
  try {
    await target.deleteAccount(name);
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
  }
  return 'gone';
}

/** What this version of the target can't do is said, and nothing waits for it. */
async function updateProfile(
  work: Work,
  { subject, name }: AccountAtHand,
  profile: { fullName?: string; email?: string },
): Promise<'next' | 'unsupported'> {
  try {
    await work.target.updateAccount(name, profile);
    return 'next';
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) !== 'ignore') throw error;
    work.tally.count('unsupported', `update of ${Object.keys(profile).join(' and ')}`);
    report(work, 'change.unsupported', { subject, what: `update of ${Object.keys(profile).join(' and ')}: ${error.message}` });
    return 'unsupported';
  }
}
