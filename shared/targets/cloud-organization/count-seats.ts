import { ProvisioningError, type SeatCount } from '../target.ts';
import { idsOfAccessGroups } from './access.ts';
import { isUsable } from './accounts.ts';
import { type Organization, usersOf } from './organization.ts';

/**
 * How many people the access groups give Confluence to: nobody counts twice, and who is suspended takes no seat. People who have it in
 * another way are not counted, and no call tells how many the plan allows. A hundred members a request.
 * @param timeouts how many call time-outs it may take
 * @throws ProvisioningError 'unavailable' when it takes longer
 */
export async function countSeats(org: Organization, timeouts: number): Promise<SeatCount> {
  if (org.settings.accessGroups.length === 0) return {};
  const calls = org.calls(timeouts);
  const people = new Set<string>();
  try {
    for (const id of await idsOfAccessGroups(org, calls)) {
      for await (const user of usersOf(() => calls, { groupIds: [id] })) if (isUsable(user)) people.add(user.accountId);
    }
  } catch (error) {
    if (!(error instanceof ProvisioningError) || error.code !== 'request-timeout') throw error;
    throw new ProvisioningError('unavailable', 'Counting the members of the access groups took too long.', { cause: error });
  }
  return { used: people.size };
}
