import type { Delivery } from '../../directory/delivery.ts';
import { ProvisioningError, type SeatCount, type Target } from '../../targets/target.ts';
import { dispositionOf } from '../dispositions.ts';
import { OutOfTime, type Work } from '../work.ts';

/**
 * Counts the target's seats there, so that the accounts of others count too: what it tells of itself, and with licence groups their
 * distinct members. A count that fails is done without until the next, which is soon.
 * @returns false while someone else counts
 * @throws ProvisioningError for what pauses the target, OutOfTime
 */
export async function recountSeats({
  connection,
  target,
  delivery,
}: Pick<Work, 'connection' | 'target'> & { readonly delivery: Pick<Delivery, 'seats'> }): Promise<boolean> {
  const { id } = connection.target;
  const takenBefore = await delivery.seats.beginCount(id);
  if (takenBefore === undefined) return false;
  let told: SeatCount | undefined;
  try {
    told = await countSeats(target, connection.settings.seats.licenceGroups);
  } catch (error) {
    if (!(error instanceof ProvisioningError) || dispositionOf(error.code) === 'pause') throw error;
  }
  await delivery.seats.counted(id, told, takenBefore);
  return true;
}

/** Some versions list disabled members too: nobody counts twice, and not more than all active accounts. */
async function countSeats(target: Target, licenceGroups: readonly string[]): Promise<SeatCount> {
  const told = await target.seats();
  if (licenceGroups.length === 0) return told;
  const members = new Set<string>();
  for (const group of licenceGroups) {
    try {
      for await (const name of target.members(group)) members.add(name.toLowerCase());
    } catch (error) {
      // Too many to be listed by one worker: all active accounts are more than the members among them.
      if (error instanceof OutOfTime) return told;
      // A group that is not there yet has no members.
      if (!(error instanceof ProvisioningError) || error.code !== 'not-found') throw error;
    }
  }
  return { ...told, used: Math.min(members.size, told.used ?? members.size) };
}
