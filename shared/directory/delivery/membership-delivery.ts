import type { MembershipDelivery, MembershipRead } from '../delivery.ts';
import { brakeIsOn } from '../dynamodb-brake.ts';
import type { Condition, Write } from '../dynamodb-expression.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { GroupId } from '../ids.ts';
import { type GroupItem, ITEM_VERSION, type MemberItem, type OwnerItem, type UserItem } from '../items.ts';
import { heldKey, type Key, keys } from '../keys.ts';
import { clearedMarker } from '../marker.ts';
import { groupsKept } from '../user-delivery.ts';
import { both, headerAsRead, isLive, markerAsRead, userAsRead } from './as-read.ts';
import { putThere } from './put-there.ts';
import { type MarkTimes, pendingMember, written } from './resource-keys.ts';
import { wakeOfGroup, wakeOfUser } from './wake-memberships.ts';

/** No marker: also out of the group's listing of pending work. */
const unmarked = [...clearedMarker, 'listPk', 'listSk'];
/** Waiting: a marker that neither the sweep nor the group's worker finds. */
const hidden = ['pendingPk', 'pendingSk', 'listPk', 'listSk'];
const PUT_BACK_ATTEMPTS = 5;

/** One membership as the group's worker sees it: DELIVERY §3.6 and §3.7. */
export function membershipDelivery(table: DynamoDbTable, times: MarkTimes): MembershipDelivery {
  const read: MembershipDelivery['read'] = async (connection, groupId, userId) => {
    const wanted = [keys.member(connection, groupId, userId), keys.group(connection, groupId), keys.user(connection, userId)];
    const items = await table.batchGet<MemberItem | GroupItem | UserItem>(wanted);
    const member = items.find((item) => item.type === 'member');
    const group = items.find((item) => item.type === 'group');
    const user = items.find((item) => item.type === 'user');
    return member && { member, ...(group && { group }), ...(user && { user }) };
  };

  return {
    read,

    async *all(connection, group, after) {
      const { pk } = keys.group(connection, group);
      const start = after === undefined ? {} : { after: { ...keys.member(connection, group, after) } };
      yield* table.queryAll<MemberItem>({ pk, beginsWith: 'MEMBER#', ...start });
    },

    async *groupsOf(connection, user) {
      const expanding = new Set<string>();
      const sortKeyOnly = { attributes: ['sk'] };
      for await (const { sk } of table.queryAll<Key>({ pk: keys.expanding(connection, '' as GroupId).pk, ...sortKeyOnly })) {
        expanding.add(sk);
        yield sk as GroupId;
      }
      const { pk, sk: prefix } = keys.memberOf(connection, user, '' as GroupId);
      for await (const { sk } of table.queryAll<Key>({ pk, beginsWith: prefix, ...sortKeyOnly })) {
        const group = sk.slice(prefix.length);
        if (!expanding.has(group)) yield group as GroupId;
      }
    },

    async waitForUser({ member, user }) {
      if (!user) return false;
      // "mark it waiting, in a transaction that checks that the user has no account and lives"
      const noAccount = both(isLive, { expression: 'attribute_not_exists(#boundAt)' });
      return written(table.transact([waiting(member), { check: keys.user(member.connection, member.userId), condition: noAccount }]));
    },

    withhold: ({ member, user }) =>
      written(table.transact([waiting(member), { check: keys.user(member.connection, member.userId), condition: userAsRead(user) }])),

    async waitForGroup({ member, group }) {
      if (!group) return false;
      // Else nobody would look at the group again. Of a group that loses names the marker stays instead of a park (decision 15).
      const looked: Condition = { expression: 'attribute_exists(#parkedCode) OR attribute_exists(#markerToken)' };
      const note: Write = { update: keys.group(group.connection, group.id), change: { set: { membersWait: true } }, condition: looked };
      return written(table.transact([waiting(member), note]));
    },

    hold: ({ member, user }, as = 'held') => {
      const held = heldKey(member.connection, as, keyOfMember(member), times.now().toISOString());
      const change = { set: { marker: as, ...held }, remove: ['listPk', 'listSk'] };
      const write: Write = { update: keyOfMember(member), change, condition: markerAsRead(member) };
      const asRead: Write = { check: keys.user(member.connection, member.userId), condition: userAsRead(user) };
      return written(table.transact(as === 'held' ? [write, asRead, brakeIsOn(member.connection)] : [write, asRead]));
    },

    async setAside({ member }) {
      await written(table.update(keyOfMember(member), { remove: ['listPk', 'listSk'] }, markerAsRead(member)));
    },

    async materialise({ member, group }, word) {
      if (!group) return false;
      const correlationId = member.correlationId ?? group.correlationId ?? `layer-${group.id}`;
      const set = { ...pendingMember(times, member, group, word.wanted, correlationId), wanted: word.wanted, revision: word.revision };
      return written(
        table.transact([
          { update: keyOfMember(member), change: { set }, condition: markerAsRead(member) },
          { check: keys.group(group.connection, group.id), condition: headerAsRead(group) },
        ]),
      );
    },

    async successor({ member }, groupName, accountName) {
      const ownerKeys = [keys.groupOwner(member.target, groupName), keys.accountOwner(member.target, accountName)];
      const owners = await table.batchGet<OwnerItem>(ownerKeys);
      const ofGroup = owners.find((owner) => owner.ownerType === 'group');
      const ofAccount = owners.find((owner) => owner.ownerType === 'user');
      // A pair in two connections has no member item: nobody there says that it should be present.
      // Nor where the owner has given the name up: who is in that group is in it under another name (decision 21).
      const connection = ofGroup?.free === true ? undefined : ofGroup?.ownerConnection;
      if (connection === undefined || (ofAccount && ofAccount.ownerConnection !== connection)) return undefined;
      const group = ofGroup?.ownerId as typeof member.groupId;
      const user = (ofAccount?.ownerId ?? member.userId) as typeof member.userId;
      if (connection === member.connection && group === member.groupId && user === member.userId) return undefined;
      const theirs = await read(connection, group, user);
      const isGiven = theirs?.group?.state === 'live' && theirs.group.retiring?.includes(groupName) !== true;
      const wish = isGiven && theirs.user?.state === 'live' && theirs.member.wanted === 'present';
      const kept = theirs?.user && groupsKept(theirs.user);
      if (!wish || kept?.includes(groupName) === false) return undefined;
      const { groupsWithheld } = theirs.user ?? {};
      return { connection, group, user, ...(groupsWithheld !== undefined && { groupsWithheld }) };
    },

    async handOver({ member, group, user }, successors) {
      const checks = new Map<string, { key: Key; condition: Condition }>();
      const check = (key: Key, condition: Condition) => {
        const earlier = checks.get(key.pk);
        checks.set(key.pk, { key, condition: earlier ? both(earlier.condition, condition) : condition });
      };
      check(keys.group(member.connection, member.groupId), headerAsRead(group));
      check(keys.user(member.connection, member.userId), userAsRead(user));
      const present: Condition = { expression: '#wanted = :present', values: { ':present': 'present' } };
      const theirItems: Write[] = [];
      for (const theirs of successors) {
        check(keys.group(theirs.connection, theirs.group), isLive);
        const { groupsWithheld } = theirs;
        const asRead = { state: 'live' as const, ...(groupsWithheld !== undefined && { groupsWithheld }) };
        check(keys.user(theirs.connection, theirs.user), userAsRead(asRead));
        theirItems.push({ check: keys.member(theirs.connection, theirs.group, theirs.user), condition: present });
      }
      return written(
        table.transact([
          ...forget(member),
          ...theirItems,
          ...[...checks.values()].map(({ key, condition }) => ({ check: key, condition })),
        ]),
      );
    },

    clear({ member, group, user }, applied) {
      // "present keeps the item without marker; absent keeps it while the header lists a layer, else item and pointer are deleted"
      const keeps = applied === 'present' || (group?.state === 'live' && group.layers.length > 0);
      return written(
        table.transact([
          ...(keeps ? [{ update: keyOfMember(member), change: { remove: unmarked }, condition: markerAsRead(member) }] : forget(member)),
          { check: keys.group(member.connection, member.groupId), condition: headerAsRead(group) },
          { check: keys.user(member.connection, member.userId), condition: userAsRead(user) },
        ]),
      );
    },

    async markAgain({ member, group }, correlationId) {
      if (!group) return false;
      const set = pendingMember(times, member, group, member.wanted, correlationId);
      return written(table.update(keyOfMember(member), { set }, markerAsRead(member)));
    },

    async putBack({ member }) {
      for (let attempt = 0; attempt < PUT_BACK_ATTEMPTS; attempt++) {
        const group = await table.get<GroupItem>(keys.group(member.connection, member.groupId));
        if (!group) return;
        const newest = await table.get<MemberItem>(keyOfMember(member));
        const correlationId = newest?.correlationId ?? member.correlationId ?? `again-${member.groupId}`;
        const marker = (of: MemberItem) => pendingMember(times, of, group, of.wanted, correlationId);
        if (newest) {
          if (await written(table.update(keyOfMember(newest), { set: marker(newest) }, markerAsRead(newest)))) return;
          continue;
        }
        // "the revision that was applied if the item is gone", so that a newer layer still wins.
        const { pk, sk, v, type, connection, target, groupId, userId, revision } = member;
        const gone: MemberItem = { pk, sk, v, type, connection, target, groupId, userId, revision, wanted: 'absent' };
        const none: Condition = { expression: 'attribute_not_exists(#pk)' };
        const pointer = { ...keys.memberOf(connection, userId, groupId), v: ITEM_VERSION, type: 'memberOf', groupId };
        if (await written(table.transact([{ put: { ...gone, ...marker(gone) }, condition: none }, { put: pointer }]))) return;
      }
    },

    putThere: (group, accounts, anybody) => putThere(table, group, accounts, anybody),
    wakeOfUser: (user, proceed) => wakeOfUser(table, times, user, proceed),
    wakeOfGroup: (group, proceed) => wakeOfGroup(table, times, group, proceed),
  };
}

function keyOfMember({ connection, groupId, userId }: MemberItem): Key {
  return keys.member(connection, groupId, userId);
}

function waiting(member: MemberItem): Write {
  return {
    update: keyOfMember(member),
    change: { set: { marker: 'waiting' }, remove: hidden },
    condition: both(markerAsRead(member), { expression: '#wanted = :present', values: { ':present': 'present' } }),
  };
}

/** Item and pointer go together. */
function forget(member: MembershipRead['member']): Write[] {
  return [
    { delete: keyOfMember(member), condition: markerAsRead(member) },
    { delete: keys.memberOf(member.connection, member.userId, member.groupId) },
  ];
}
