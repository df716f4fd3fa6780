import type { GroupItem } from '../../directory/items.ts';
import { isHeld } from '../../directory/marker.ts';
import { layerCache } from '../memberships/apply-members.ts';
import { applyMembership } from '../memberships/apply-membership.ts';
import type { Work } from '../work.ts';

/**
 * DELIVERY §3.8, of a deleted group: "the worker applies rule 7 to every member". Each is tried once, whatever comes of it, in as many slices
 * as it takes: those that fail, or that the brake holds, are still there, and a slice that began with them again would get no further.
 * @returns false if the slice is over: a new message goes on
 */
export async function endMembers(work: Work, tombstone: GroupItem): Promise<boolean> {
  const { memberships, groupNames } = work.delivery;
  const at = { group: tombstone, ready: false, layersOf: layerCache(work) };
  let upTo = tombstone.endedUpTo;
  for await (const { userId } of memberships.all(tombstone.connection, tombstone.id, upTo)) {
    if (!work.proceed()) {
      await groupNames.noteEnded(tombstone, upTo);
      return false;
    }
    await applyMembership(work, at, userId);
    upTo = userId;
  }
  // What is left is tried from the beginning when the sweep sends it, or the brake is released.
  if (tombstone.endedUpTo !== undefined) await groupNames.noteEnded(tombstone, undefined);
  return true;
}

/** How many of its memberships are still there, and how many of them the brake holds. */
export async function membersLeft(work: Work, { connection, id }: GroupItem): Promise<{ readonly held: number; readonly left: number }> {
  let held = 0;
  let left = 0;
  for await (const member of work.delivery.memberships.all(connection, id)) {
    if (isHeld(member)) held += 1;
    else left += 1;
  }
  return { held, left };
}
