import type { DynamoDbTable } from '../dynamodb-table.ts';
import type { TargetId } from '../ids.ts';
import { ITEM_VERSION } from '../items.ts';
import { keys } from '../keys.ts';
import type { TargetPace, TurnRequest } from '../target-pace.ts';
import { written } from './resource-keys.ts';

/** Two instances that meet in the same branch or slot look again, this often. */
const ATTEMPTS = 4;
/** More than any setting allows (`target.parallelCalls`): slots of a larger number before it was lowered still count. */
const MOST_SLOTS = 50;

interface TurnsItem {
  readonly nextTurn: number;
}

/** Who has a slot is in `slot3`, until when in `slot3Until`. */
type SlotsItem = Readonly<Record<string, string | number | undefined>>;

/** Turns and slots of a target in an item each, changed by conditional updates only. */
export function dynamoDbTargetPace(table: DynamoDbTable, now: () => Date): TargetPace {
  const identity = (type: string) => ({ v: ITEM_VERSION, type });

  /** Behind the turns that others have reserved; undefined if they end now, or go on for too long. */
  const queueUp = (target: TargetId, { count, everyMs, latest }: TurnRequest, at: number) =>
    reserved(
      table.updateReturning<TurnsItem>(
        keys.targetTurns(target),
        { add: { nextTurn: count * everyMs } },
        { expression: '#nextTurn > :now AND #nextTurn <= :latest', values: { ':now': at, ':latest': latest } },
      ),
    );
  /** Nobody is waiting: from now on. */
  const begin = (target: TargetId, { count, everyMs }: TurnRequest, at: number) =>
    reserved(
      table.updateReturning<TurnsItem>(
        keys.targetTurns(target),
        { set: { ...identity('turns'), nextTurn: at + count * everyMs } },
        { expression: 'attribute_not_exists(#nextTurn) OR #nextTurn <= :now', values: { ':now': at } },
      ),
    );

  return {
    async reserveTurns(target, request) {
      const at = now().getTime();
      if (at > request.latest) return undefined;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const item = (await queueUp(target, request, at)) ?? (await begin(target, request, at));
        if (item) return item.nextTurn - request.count * request.everyMs;
        // Neither: it is too late, or another instance has begun between the two.
        const read = await table.get<TurnsItem>(keys.targetTurns(target));
        if (read && read.nextTurn > request.latest) return undefined;
      }
      return undefined;
    },

    async takeSlot(target, holder, until, slots) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const at = now().getTime();
        const item = (await table.get<SlotsItem>(keys.targetSlots(target))) ?? {};
        const isTaken = (slot: number) => Number(item[`slot${slot}Until`] ?? 0) >= at;
        const numbers = Array.from({ length: MOST_SLOTS }, (_, slot) => slot);
        const free = numbers.slice(0, slots).filter((slot) => !isTaken(slot));
        if (free.length === 0 || numbers.filter(isTaken).length >= slots) return undefined;
        // Any of the free ones: instances that look at the same moment seldom meet.
        const slot = free[Number.parseInt(holder.slice(0, 6), 16) % free.length] ?? 0;
        const change = { set: { ...identity('slots'), [`slot${slot}`]: holder, [`slot${slot}Until`]: until } };
        const isFree = {
          expression: `attribute_not_exists(#slot${slot}Until) OR #slot${slot}Until < :now`,
          values: { ':now': at },
        };
        if (await written(table.update(keys.targetSlots(target), change, isFree))) return slot;
      }
      return undefined;
    },

    async releaseSlot(target, holder, slot) {
      const mine = { expression: `#slot${slot} = :holder`, values: { ':holder': holder } };
      await written(table.update(keys.targetSlots(target), { remove: [`slot${slot}`, `slot${slot}Until`] }, mine));
    },

    async slow(target, until) {
      const later = { expression: 'attribute_not_exists(#slowUntil) OR #slowUntil < :until', values: { ':until': until } };
      await written(table.update(keys.targetState(target), { set: { ...identity('target'), slowUntil: until } }, later));
    },
  };
}

/** Undefined if the condition does not hold. */
async function reserved(update: Promise<TurnsItem>): Promise<TurnsItem | undefined> {
  let item: TurnsItem | undefined;
  const took = await written(
    update.then((after) => {
      item = after;
    }),
  );
  return took ? item : undefined;
}
