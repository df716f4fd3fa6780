import type { UserItem } from '../../directory/items.ts';
import { accountNameFor } from '../name-in-target.ts';
import type { DesiredProfile } from '../policy/account-profile.ts';
import { asSettling } from '../settling.ts';
import { type Attempt, goOn, pendingMs, report, ring, type Work } from '../work.ts';
import type { AccountAtHand } from './perform-on-account.ts';

/**
 * DELIVERY §2.9: "then turn every waiting membership of the user into a pending one, then clear the user's own marker." The same where
 * deactivation keeps memberships back, or gives them back: whatever was recorded, they are told before the marker goes.
 * @returns false if the slice is over: a new message goes on
 */
export async function wakeMemberships(work: Work, user: UserItem): Promise<boolean> {
  const { resources, memberships } = work.delivery;
  const newest = await resources.user(user.connection, user.id);
  if (newest?.boundAt === undefined || newest.appliedRevision !== undefined) return true;
  const { marked, complete } = await memberships.wakeOfUser(newest, work.proceed);
  for (const one of marked) await ring(work, one, 'woken');
  if (!complete) await goOn(work);
  return complete;
}

/**
 * The account is as the user should have it: the marker goes. What is left for the sweep keeps it.
 * @param profile what the account was given; undefined where the settings leave it as it is
 * @param isUsable the account is there and wanted: default groups of a new one have been given by now
 */
export async function finishUser(work: Work, at: AccountAtHand, profile: DesiredProfile | undefined, isUsable: boolean): Promise<Attempt> {
  const { user, subject } = at;
  const { resources, users } = work.delivery;
  if (at.left.length > 0) {
    await users.applied(user, profile && JSON.stringify(profile));
    throwIfSettling(work, at);
    return 'done';
  }
  const newest = await resources.user(user.connection, user.id);
  if (newest?.newGroupsDue && isUsable) await users.newGroupsGiven(user);
  const applied = newest?.boundName === undefined ? undefined : profile && JSON.stringify(profile);
  if (await resources.clear(user, applied)) {
    reportRename(work, at, newest);
    if (user.marker !== undefined)
      report(work, 'change.applied', { subject, revision: user.revision, pendingMs: pendingMs(work, user.markerSince) });
    return 'done';
  }
  // DELIVERY §2.6: "A clear that fails sets the marker again with a new token and sends the change again."
  const again = await resources.again(user);
  if (again) await ring(work, again, 'again');
  return 'done';
}

/** A default group that does not know of a new account yet is tried again in seconds; what else is left is the sweep's. */
function throwIfSettling(work: Work, { user, left }: AccountAtHand): void {
  for (const failure of left) {
    const settling = asSettling(work, failure, user);
    if (settling) throw settling;
  }
}

/** No version of Confluence Data Center renames an account by REST: said, never a park, and nothing waits for it. */
function reportRename(work: Work, { user, subject }: AccountAtHand, newest: UserItem | undefined): void {
  const bound = newest?.boundName;
  if (bound === undefined || user.marker === undefined) return;
  const { boundName, ...unbound } = user;
  if (boundName === undefined || accountNameFor(work, unbound) === bound) return;
  work.tally.count('unsupported', `rename of account ${bound}`);
  report(work, 'change.unsupported', { subject, what: `rename of account ${bound}: it keeps its name` });
}
