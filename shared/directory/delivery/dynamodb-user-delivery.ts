import type { Condition } from '../dynamodb-expression.ts';
import { DirectoryBusy, type DynamoDbTable } from '../dynamodb-table.ts';
import type { GroupId } from '../ids.ts';
import type { GroupItem, MemberItem, UserItem } from '../items.ts';
import { keys } from '../keys.ts';
import { clearedParked, isHeld, pendingMarker } from '../marker.ts';
import { markedResource, messageGroupFor } from '../target-name.ts';
import type { UserDelivery } from '../user-delivery.ts';
import { both, isLive, markerAsRead } from './as-read.ts';
import { keyOf, type MarkTimes, written } from './resource-keys.ts';

/** How often a write on the newest state is tried while others write too. */
const ATTEMPTS = 8;

/** A deleted group too: its members are told that it admits nobody any more. */
const exists: Condition = { expression: 'attribute_exists(#pk)' };

/** Users as their settings need them: decision 14. */
export function dynamoDbUserDelivery(table: DynamoDbTable, times: MarkTimes): UserDelivery {
  return {
    async groupsOf(connection, user) {
      const groups: GroupId[] = [];
      const pointers = { pk: keys.user(connection, user).pk, beginsWith: 'MEMBEROF#', attributes: ['sk'] };
      for await (const { sk } of table.queryAll<{ sk: string }>(pointers)) groups.push(sk.slice('MEMBEROF#'.length) as GroupId);
      const wanted = groups.flatMap((group) => [keys.member(connection, group, user), keys.group(connection, group)]);
      const found = await table.batchGet<MemberItem | GroupItem>(wanted);
      const present = new Set(found.flatMap((item) => (item.type === 'member' && item.wanted === 'present' ? [item.groupId] : [])));
      return found.filter((item) => item.type === 'group').filter(({ id, state }) => state === 'live' && present.has(id));
    },

    noteNewGroups: (user, groups) =>
      written(table.update(keyOf(user), { set: { newGroups: JSON.stringify(groups), newGroupsDue: true } }, liveAsRead(user))),

    newGroupsGiven: (user) => written(table.update(keyOf(user), { remove: ['newGroupsDue'] }, liveAsRead(user))),

    withholdGroups(user, kept) {
      // Without appliedRevision the memberships are still to be woken: a crash in between repeats it.
      const unapplied = ['appliedRevision', 'appliedAt'];
      const given = user.newGroups === undefined ? {} : { set: { newGroupsDue: true } };
      const change =
        kept === undefined
          ? { ...given, remove: [...unapplied, 'groupsWithheld'] }
          : { set: { groupsWithheld: JSON.stringify(kept) }, remove: unapplied };
      return written(table.update(keyOf(user), change, liveAsRead(user)));
    },

    applied(user, profile) {
      const applied = { appliedRevision: user.revision, appliedAt: times.now().toISOString() };
      const set = { ...applied, ...(profile !== undefined && { appliedProfile: profile }) };
      return written(table.update(keyOf(user), { set }, markerAsRead(user)));
    },

    async wake(connection, id, removal, correlationId) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const user = await table.get<UserItem>(keys.user(connection, id));
        if (user?.state !== 'live') return undefined;
        // What takes access away is held or rejected already: only what may give it is something new.
        if (isHeld(user) && (removal || !user.active)) return undefined;
        const now = times.now();
        const { set } = pendingMarker({
          target: user.target,
          key: keyOf(user),
          removal: removal || !user.active,
          now,
          dueAt: new Date(now.getTime() + times.sweepAfterMs),
          correlationId,
          messageGroup: messageGroupFor(user),
          ...(user.markerSince !== undefined && { since: user.markerSince }),
        });
        if (await written(table.update(keyOf(user), { set, remove: clearedParked }, both(isLive, markerAsRead(user)))))
          return markedResource(user, correlationId);
      }
      // Whoever asks keeps a marker of its own until this has succeeded.
      throw new DirectoryBusy(`the user ${id} kept changing`);
    },

    async noteAdmitting(group, admitting) {
      await written(table.update(keyOf(group), { set: { admitting } }, exists));
    },

    async noteAdmits(group, admits) {
      await written(table.update(keyOf(group), { set: { admits }, remove: ['admitting'] }, exists));
    },
  };
}

function liveAsRead({ revision }: UserItem): Condition {
  return both(isLive, { expression: '#revision = :readRevision', values: { ':readRevision': revision } });
}
