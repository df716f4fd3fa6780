import type { Step } from '../commit.ts';
import type { WriteContext } from '../directory.ts';
import type { UserId } from '../ids.ts';
import { type GroupItem, ITEM_VERSION } from '../items.ts';
import { keys, listing } from '../keys.ts';
import { markerOfRequest } from '../marker.ts';

/** Each member is two writes: the item and the user's pointer. */
export const WRITES_A_MEMBER = 2;

/**
 * A small change (DELIVERY §3.1): "per member the item (pending, new token) and its pointer." The item carries the group's new
 * revision, so that its word outranks every item and layer before it. An absent word is kept as an item until the worker has
 * taken the user out of the target; its pointer stays as long, so that deleting the user finds it.
 */
export function smallChange(
  context: WriteContext,
  group: Pick<GroupItem, 'connection' | 'target' | 'id' | 'revision'>,
  members: { readonly add: readonly UserId[]; readonly remove: readonly UserId[] },
  options: { readonly messageGroup: string; readonly sweepAfterSeconds: number },
): Step[] {
  const stepsOf = (userId: UserId, wanted: 'present' | 'absent'): Step[] => {
    const key = keys.member(group.connection, group.id, userId);
    const removal = wanted === 'absent';
    const set = {
      v: ITEM_VERSION,
      type: 'member',
      connection: group.connection,
      target: group.target,
      groupId: group.id,
      userId,
      wanted,
      revision: group.revision,
      ...listing.groupPending(group.connection, group.id, userId, removal),
      ...markerOfRequest(context, options.sweepAfterSeconds, { key, removal, messageGroup: options.messageGroup }).set,
    };
    const pointer = { ...keys.memberOf(group.connection, userId, group.id), v: ITEM_VERSION, type: 'memberOf', groupId: group.id };
    return [{ write: { update: key, change: { set } } }, { write: { put: pointer } }];
  };
  return [...members.remove.flatMap((user) => stepsOf(user, 'absent')), ...members.add.flatMap((user) => stepsOf(user, 'present'))];
}
