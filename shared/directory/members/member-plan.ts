import { type MembershipChange, RevisionConflict } from '../directory.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import { type GroupItem, SMALL_CHANGE_MEMBERS } from '../items.ts';
import { moreToRead } from './group-bounds.ts';
import { LOOKED_UP_MEMBERS, type NamedMembers } from './named-members.ts';
import { readGroupWithin } from './read-group.ts';

/** How a change of members is written: not at all, in the items themselves (DELIVERY §3.1) or as a layer (§3.2). */
export type MemberPlan =
  | { readonly as: 'nothing' }
  | { readonly as: 'items'; readonly add: readonly UserId[]; readonly remove: readonly UserId[] }
  | { readonly as: 'layer'; readonly replaces: boolean; readonly add: readonly UserId[]; readonly remove: readonly UserId[] };

/** Up to here a replace reads the group, to write only the difference: Okta sends all members of a group again to change one. */
const COMPARED_MEMBERS = 5_000;

/**
 * Decides how a change is written, from the words at the header's revision; the transaction's condition makes sure that they
 * still hold at the commit. `room` is the number of members that fit in the transaction beside its other writes.
 * @throws RevisionConflict if the group has changed since the header was read
 */
export async function planMembers(
  table: DynamoDbTable,
  named: NamedMembers,
  header: GroupItem,
  change: MembershipChange,
  room: number,
): Promise<MemberPlan> {
  // Nobody was ever in the group: all that is added is new, nothing can be removed or replaced.
  if (!header.hasMembers) return writtenAs([...change.add], [], room);
  if (change.replaces) return (await planDifference(table, header, change.add, room)) ?? replacedBy(change.add);
  if (change.add.size + change.remove.size > LOOKED_UP_MEMBERS) {
    return { as: 'layer', replaces: false, add: [...change.add], remove: [...change.remove] };
  }
  const wordOf = await named.words(header, [...change.add, ...change.remove]);
  const isPresent = (user: UserId) => wordOf(user)?.wanted === 'present';
  // Dropping a member whom only a layer adds rests on the layer alone.
  if ([...change.add].some((user) => isPresent(user) && wordOf(user)?.from === 'layer')) await named.confirmLayers(header);
  const add = [...change.add].filter((user) => !isPresent(user));
  return writtenAs(add, [...change.remove].filter(isPresent), room);
}

function writtenAs(add: readonly UserId[], remove: readonly UserId[], room: number): MemberPlan {
  const size = add.length + remove.length;
  if (size === 0) return { as: 'nothing' };
  return size <= Math.min(room, SMALL_CHANGE_MEMBERS) ? { as: 'items', add, remove } : { as: 'layer', replaces: false, add, remove };
}

function replacedBy(members: ReadonlySet<UserId>): MemberPlan {
  return { as: 'layer', replaces: true, add: [...members], remove: [] };
}

/** A replace as its difference from the present members; undefined if the group is too large to look, or the difference for items. */
async function planDifference(
  table: DynamoDbTable,
  header: GroupItem,
  wanted: ReadonlySet<UserId>,
  room: number,
): Promise<MemberPlan | undefined> {
  if (wanted.size > COMPARED_MEMBERS) return undefined;
  const read = await readGroupWithin(table, header.connection, header.id, () => moreToRead(COMPARED_MEMBERS));
  if (read === 'larger') return undefined;
  if (!read?.settled || read.header.revision !== header.revision) throw new RevisionConflict('the group changed while it was compared');
  const present = new Set(read.members);
  const add = [...wanted].filter((user) => !present.has(user));
  const remove = read.members.filter((user) => !wanted.has(user));
  const plan = writtenAs(add, remove, room);
  return plan.as === 'layer' ? undefined : plan;
}
