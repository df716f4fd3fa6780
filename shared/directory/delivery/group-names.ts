import type { GroupNames, Marked, ResourceDelivery } from '../delivery.ts';
import type { Condition, Write } from '../dynamodb-expression.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { UserId } from '../ids.ts';
import type { GroupItem, MemberItem, OwnerItem } from '../items.ts';
import { keys } from '../keys.ts';
import { both, headerAsRead, isLive, markerAsRead, ownedBy } from './as-read.ts';
import { type MarkTimes, ownedFromNowOn, pendingMember, written } from './resource-keys.ts';

/** How often names are given up while others come to wait for them. */
const ATTEMPTS = 5;

/** A group's further names, and those it loses (decision 15). */
export function groupNames(table: DynamoDbTable, times: MarkTimes, { wakeWaiters }: Pick<ResourceDelivery, 'wakeWaiters'>): GroupNames {
  const keyOf = ({ connection, id }: GroupItem) => keys.group(connection, id);
  const ownerOf = ({ target }: GroupItem, name: string) => keys.groupOwner(target, name);
  /** Names are part of what a membership's worker goes by: whoever read the header before can't clear a marker any more. */
  const header = (group: GroupItem, set: Partial<GroupItem>, remove: readonly (keyof GroupItem)[] = []): Write => ({
    update: keyOf(group),
    change: { set, remove, add: { guard: 1 } },
    condition: headerAsRead(group),
  });

  return {
    settle(group, change) {
      const { alsoBound = [], retiring = [] } = group;
      const isSame = sameNames(alsoBound, change.alsoBound) && sameNames(retiring, change.retiring);
      return written(table.transact([header(group, isSame ? change : { ...change, reapplyAfter: '' })]));
    },

    bind: (group, name, owner, creating) =>
      written(
        table.transact([
          header(group, {
            alsoBound: [...(group.alsoBound ?? []).filter((other) => other !== name), name],
            namedBy: group.displayName,
            ...(!creating && { othersFrom: '' }),
            // Of a group that is only being placed no membership was ever applied.
            ...(group.boundAt !== undefined && !group.alsoBound?.includes(name) && { reapplyAfter: '' }),
          }),
          ownedFromNowOn(group, name, owner, creating ? times.now() : undefined),
        ]),
      ),

    record: (group, name) =>
      written(
        table.transact([{ update: ownerOf(group, name), change: { remove: ['creating', 'creatingSince'] }, condition: ownedBy(group) }]),
      ),

    async release(group, name) {
      const marked: Marked[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const newest = await table.get<GroupItem>(keyOf(group));
        if (!newest?.alsoBound?.includes(name)) break;
        marked.push(...(await wakeWaiters(group.target, 'group', name)));
        const creating: Condition = {
          expression: '#creating = :creating AND attribute_not_exists(#waiters)',
          values: { ':creating': true },
        };
        const alsoBound = newest.alsoBound.filter((other) => other !== name);
        const forget: Write = { delete: ownerOf(group, name), condition: both(ownedBy(group), creating) };
        if (await written(table.transact([header(newest, { alsoBound }), forget]))) break;
      }
      return marked;
    },

    leaveOut: (group) => written(table.transact([header(group, { reapplyAfter: '' })])),

    async noteOthers(group, at) {
      await written(table.update(keyOf(group), at === undefined ? { remove: ['othersFrom'] } : { set: { othersFrom: at } }, isLive));
    },

    async noteEnded(group, upTo) {
      const exists: Condition = { expression: 'attribute_exists(#pk)' };
      await written(table.update(keyOf(group), upTo === undefined ? { remove: ['endedUpTo'] } : { set: { endedUpTo: upTo } }, exists));
    },

    async reapply(group, proceed) {
      const { connection, id, reapplyAfter = '', retiring = [] } = group;
      const asRead: Condition = { expression: '#reapplyAfter = :readAfter', values: { ':readAfter': reapplyAfter } };
      const { pk } = keyOf(group);
      const start = reapplyAfter === '' ? {} : { after: { ...keys.member(connection, id, reapplyAfter) } };
      let last: UserId | '' = reapplyAfter;
      for await (const member of table.queryAll<MemberItem>({ pk, beginsWith: 'MEMBER#', ...start })) {
        if (!proceed()) {
          await written(table.update(keyOf(group), { set: { reapplyAfter: last } }, asRead));
          return false;
        }
        last = member.userId;
        if (member.marker !== undefined && member.marker !== 'waiting') continue;
        // Nothing was ever applied of what says absent and has no marker but that it is absent.
        if (member.marker === undefined && member.wanted === 'absent') continue;
        const correlationId = group.correlationId ?? member.correlationId ?? `reapply-${id}`;
        const set = pendingMember(times, member, group, retiring.length > 0 ? 'absent' : member.wanted, correlationId);
        // A member that changed meanwhile was marked by that change.
        await written(table.update(keys.member(connection, id, member.userId), { set }, markerAsRead(member)));
      }
      return written(table.update(keyOf(group), { remove: ['reapplyAfter'] }, asRead));
    },

    async stillIn(group, stays) {
      const { pk } = keyOf(group);
      const attributes = ['userId', 'marker'];
      let still: 'nobody' | 'held' = 'nobody';
      // Who waits was taken out before, and an administrator has rejected that the rejected are.
      for await (const { userId, marker } of table.queryAll<Pick<MemberItem, 'userId' | 'marker'>>({
        pk,
        beginsWith: 'MEMBER#',
        attributes,
      })) {
        if (marker === 'pending' && !(await stays(userId))) return 'pending';
        if (marker === 'held') still = 'held';
      }
      return still;
    },

    async giveUp(group, names) {
      const marked: Marked[] = [];
      const left = namesLeft(group, names);
      const without: Write =
        left.boundName === undefined
          ? header(group, { ...left, reapplyAfter: '' }, ['boundName', 'boundAt', 'namedBy'])
          : header(group, left);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const owners: Write[] = [];
        for (const name of names) {
          // Woken first: a crash in between parks them once more, the other order would leave them parked for ever.
          marked.push(...(await wakeWaiters(group.target, 'group', name)));
          const owner = await table.get<OwnerItem>(ownerOf(group, name));
          if (owner?.ownerId !== group.id || owner.ownerConnection !== group.connection) continue;
          const nobodyWaits = both(ownedBy(group), { expression: 'attribute_not_exists(#waiters)' });
          owners.push({
            update: ownerOf(group, name),
            change: { set: { free: true }, remove: ['creating', 'creatingSince'] },
            condition: nobodyWaits,
          });
        }
        if (await written(table.transact([without, ...owners]))) return { done: true, marked };
      }
      return { done: false, marked };
    },
  };
}

/** The names without those that are given up: the next one is the lock. */
function namesLeft({ boundName, alsoBound = [], retiring = [], movedFrom }: GroupItem, givenUp: readonly string[]) {
  const isLeft = (name: string) => !givenUp.includes(name);
  const bound = boundName === undefined ? [] : [boundName];
  const [lock, ...others] = [...new Set([...bound, ...alsoBound, ...retiring])].filter(isLeft);
  const stillRetiring = retiring.filter(isLeft);
  return {
    ...(lock !== undefined && { boundName: lock }),
    alsoBound: others.filter((name) => !stillRetiring.includes(name)),
    retiring: stillRetiring,
    ...(movedFrom !== undefined && { movedFrom: movedFrom.filter(isLeft) }),
  };
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
