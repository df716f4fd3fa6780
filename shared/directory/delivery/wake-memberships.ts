import { messageGroupOf } from '../../changes/change.ts';
import { groupNameOf } from '../../provisioning/naming.ts';
import type { Marked } from '../delivery.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { GroupId } from '../ids.ts';
import type { GroupItem, MemberItem, UserItem } from '../items.ts';
import { keys } from '../keys.ts';
import { isHeld } from '../marker.ts';
import { markerAsRead } from './as-read.ts';
import { type MarkTimes, pendingMember, written } from './resource-keys.ts';

/** How often the newest state of one item is tried while others write it too. */
const ATTEMPTS = 5;

/**
 * DELIVERY §2.9 and §3.8: a user's memberships become pending. The list is the user's own pointers, strongly consistent: an index
 * that lags would leave one waiting for ever.
 */
export async function wakeOfUser(
  table: DynamoDbTable,
  times: MarkTimes,
  user: UserItem,
  proceed: () => boolean,
): Promise<{ marked: Marked[]; complete: boolean }> {
  const marked: Marked[] = [];
  const { pk } = keys.user(user.connection, user.id);
  for await (const { sk } of table.queryAll<{ sk: string }>({ pk, beginsWith: 'MEMBEROF#', attributes: ['sk'] })) {
    if (!proceed()) return { marked, complete: false };
    const groupId = sk.slice('MEMBEROF#'.length) as GroupId;
    const woken = await wake(table, times, user, groupId);
    if (woken) marked.push(woken);
  }
  return { marked, complete: true };
}

async function wake(table: DynamoDbTable, times: MarkTimes, user: UserItem, groupId: GroupId): Promise<Marked | undefined> {
  const key = keys.member(user.connection, groupId, user.id);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const items = await table.batchGet<MemberItem | GroupItem>([key, keys.group(user.connection, groupId)]);
    const member = items.find((item) => item.type === 'member');
    const group = items.find((item) => item.type === 'group');
    if (!member || !group || !isToWake(user, member)) return undefined;
    const correlationId = user.correlationId ?? member.correlationId ?? `woken-${user.id}`;
    const set = pendingMember(times, member, group, takesAway(user) ? 'absent' : member.wanted, correlationId);
    if (!(await written(table.update(key, { set }, markerAsRead(member))))) continue;
    return {
      messageGroup: messageGroupOf(group.target, 'group', group.boundName ?? groupNameOf(group.displayName)),
      connection: group.connection,
      resource: { type: 'group', id: group.id },
      correlationId,
      members: [user.id],
    };
  }
  return undefined;
}

/** What takes access away is done first. */
function takesAway(user: UserItem): boolean {
  return user.state === 'tombstone' || user.groupsWithheld !== undefined;
}

/**
 * A tombstone: all. An account made, memberships kept back or given back: those that wait, and those that an earlier account of the user
 * already had. Deleting a user says something new about what is held, once: a tombstone whose account is done is looked at again and again.
 * That memberships are still kept back says nothing new about one that an administrator has rejected to take away: a worker that was ended
 * while it woke them wakes them twice.
 */
function isToWake(user: UserItem, member: MemberItem): boolean {
  if (isHeld(member) && user.state === 'tombstone') return user.marker !== undefined;
  if (isHeld(member)) return member.wanted === 'present' && (member.marker === 'held' || user.groupsWithheld === undefined);
  if (user.state === 'tombstone' || member.marker === 'waiting') return true;
  return member.marker === undefined && member.wanted === 'present';
}

/** The memberships that waited for a parked group become pending: it is in the target now. */
export async function wakeOfGroup(table: DynamoDbTable, times: MarkTimes, group: GroupItem, proceed: () => boolean): Promise<boolean> {
  const { pk } = keys.group(group.connection, group.id);
  for await (const member of table.queryAll<MemberItem>({ pk, beginsWith: 'MEMBER#' })) {
    if (member.marker !== 'waiting') continue;
    if (!proceed()) return false;
    const correlationId = member.correlationId ?? group.correlationId ?? `woken-${group.id}`;
    const set = pendingMember(times, member, group, member.wanted, correlationId);
    // A member that changed meanwhile was marked by that change.
    await written(table.update(keys.member(member.connection, member.groupId, member.userId), { set }, markerAsRead(member)));
  }
  const ready = { expression: 'attribute_not_exists(#parkedCode)' };
  await written(table.update(keys.group(group.connection, group.id), { remove: ['membersWait'] }, ready));
  return true;
}
