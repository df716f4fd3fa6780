import { ProvisioningError } from '../../targets/target.ts';
import { isOfWholeTarget, isTriedTwice } from '../dispositions.ts';
import type { Action } from '../plan.ts';
import { isSettling } from '../settling.ts';
import { reportLeft, type Work } from '../work.ts';
import type { AccountAtHand } from './perform-on-account.ts';

type Change = Extract<Action, { do: 'add to default group' | 'remove from default group' }>;

/**
 * Puts an account into a default group, or takes it out. A group that is missing, or for which there is no seat, holds up nothing of the
 * account: it is told and counted, the user's marker stays, and the sweep tries it again.
 * @throws ProvisioningError for a failure of the whole target
 */
export async function changeDefaultGroup(work: Work, at: AccountAtHand, change: Change): Promise<'next' | 'left'> {
  for (let tried = 1; ; tried++) {
    try {
      await perform(work, at.name, change);
      return 'next';
    } catch (error) {
      if (!(error instanceof ProvisioningError) || isOfWholeTarget(error.code)) throw error;
      if (isTriedTwice(error.code) && tried === 1) continue;
      // Who is to be taken out of a group that is not there is out of it.
      if (error.code === 'not-found' && change.do === 'remove from default group' && !isSettling(work, at.user)) return 'next';
      const failure = new ProvisioningError(error.code, `${change.do} ${change.group}: ${error.message}`, { cause: error });
      at.left.push(failure);
      work.tally.count('conflict', failure.message);
      reportLeft(work, at.subject, failure);
      return 'left';
    }
  }
}

async function perform({ target, seats }: Work, account: string, { do: what, group }: Change): Promise<void> {
  if (what === 'remove from default group') {
    await target.removeMember(group, account);
    return seats.freeMember(account, group);
  }
  await seats.takeForMember(account, group);
  await target.addMember(group, account);
}
