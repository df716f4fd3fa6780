import { written } from './delivery/resource-keys.ts';
import type { Condition } from './dynamodb-expression.ts';
import { ConditionFailed, DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { TargetId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';
import type { SeatState, SeatStates } from './seats.ts';

/** Who began to count and did not end is waited for so long. */
const COUNTING_MS = 120_000;
const ATTEMPTS = 12;

interface StateItem extends SeatState {
  readonly pk: string;
  /** Changes with each count: what accounts took and freed before says nothing any more. */
  readonly generation: number;
  /** Taken ever: what was taken during a count is the difference. */
  readonly taken: number;
}

/** The seats in the table: one state item for each target, and one for each account that took or freed one since the last count. */
export function dynamoDbSeats(table: DynamoDbTable, now: () => Date): SeatStates {
  const identity = { v: ITEM_VERSION, type: 'seats' };
  const stateOf = (target: TargetId) => table.get<StateItem>(keys.seats(target));

  const holder = (target: TargetId, account: string, { generation }: StateItem, holds: boolean) => ({
    put: { ...keys.seatHolder(target, account), v: ITEM_VERSION, type: 'seatHolder', generation, holds },
  });

  return {
    async read(target) {
      const state = await stateOf(target);
      return state && toSeatState(state);
    },

    async take(target, account, limit) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const state = await stateOf(target);
        if (!state) throw new DirectoryBusy('the seats of the target have not been counted yet');
        const room: Condition = {
          expression: '#generation = :generation AND #used < :limit',
          values: { ':generation': state.generation, ':limit': limit },
        };
        const hasNone = unlessItSays(state, true);
        try {
          await table.transact([
            { update: keys.seats(target), change: { add: { used: 1, taken: 1 }, remove: ['fullSince'] }, condition: room },
            { ...holder(target, account, state, true), condition: hasNone },
          ]);
          return 'taken';
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
          if (error.failed.includes(1)) return 'had';
          if ((await stateOf(target))?.generation === state.generation) return 'full';
        }
      }
      throw new DirectoryBusy('the seats of the target are counted again and again');
    },

    async free(target, account) {
      const state = await stateOf(target);
      if (!state) return;
      // As long as nobody has counted, only those who took a seat are known to have one.
      const hadOne: Condition =
        state.countedAt === undefined
          ? { expression: '#generation = :generation AND #holds = :yes', values: { ':generation': state.generation, ':yes': true } }
          : unlessItSays(state, false);
      const counts: Condition = {
        expression: '#generation = :generation AND #used > :none',
        values: { ':generation': state.generation, ':none': 0 },
      };
      await written(
        table.transact([
          { update: keys.seats(target), change: { add: { used: -1 }, remove: ['fullSince'] }, condition: counts },
          { ...holder(target, account, state, false), condition: hadOne },
        ]),
      );
    },

    async refused(target, limit) {
      const at = now().toISOString();
      const first: Condition = { expression: 'attribute_not_exists(#fullSince)' };
      return written(table.update(keys.seats(target), { set: { ...identity, fullSince: at, refusedLimit: limit } }, first));
    },

    async beginCount(target) {
      const at = now().getTime();
      const nobodyElse: Condition = {
        expression: 'attribute_not_exists(#countingUntil) OR #countingUntil < :now',
        values: { ':now': at },
      };
      const change = { set: { ...identity, countingUntil: at + COUNTING_MS }, add: { taken: 0, used: 0, generation: 0 } };
      try {
        return (await table.updateReturning<StateItem>(keys.seats(target), change, nobodyElse)).taken;
      } catch (error) {
        if (error instanceof ConditionFailed) return undefined;
        throw error;
      }
    },

    async counted(target, told, takenBefore) {
      const { used, limit } = told ?? {};
      const askedAt = now().toISOString();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const state = await stateOf(target);
        if (!state) return;
        const isAsRead: Condition = { expression: '#taken = :taken', values: { ':taken': state.taken } };
        const isFree = used !== undefined && (state.refusedLimit === undefined || used + state.taken - takenBefore < state.refusedLimit);
        const set = {
          askedAt,
          ...(told === undefined && { countFailed: true }),
          ...(limit !== undefined && { limit }),
          ...(used !== undefined && { used: used + state.taken - takenBefore, countedAt: askedAt, generation: state.generation + 1 }),
        };
        const unknown = told === undefined ? [] : ['countFailed', ...(limit === undefined ? ['limit'] : [])];
        const remove = ['countingUntil', ...unknown, ...(isFree ? ['fullSince'] : [])];
        if (await written(table.update(keys.seats(target), { set, remove }, isAsRead))) return;
      }
      throw new DirectoryBusy('seats are taken without end');
    },

    async refusing(targets) {
      const byKey = new Map(targets.map((target) => [keys.seats(target).pk, target]));
      const found = await table.batchGet<StateItem>(targets.map((target) => keys.seats(target)));
      return new Map(
        found.flatMap((state) => {
          const target = byKey.get(state.pk);
          return target === undefined || state.refusedLimit === undefined ? [] : [[target, toSeatState(state)] as const];
        }),
      );
    },

    async retried(target, fullSince) {
      const none: Condition = { expression: 'attribute_not_exists(#fullSince)' };
      const asRead: Condition = { expression: '#fullSince = :read', values: { ':read': fullSince } };
      const remove = ['refusedLimit', 'fullSince'];
      await written(table.update(keys.seats(target), { remove }, fullSince === undefined ? none : asRead));
    },
  };
}

/** True for an account that has not said so since the last count. */
function unlessItSays({ generation }: StateItem, holds: boolean): Condition {
  return {
    expression: 'attribute_not_exists(#pk) OR #generation <> :generation OR #holds = :otherwise',
    values: { ':generation': generation, ':otherwise': !holds },
  };
}

function toSeatState({ used, countedAt, askedAt, countFailed, limit, fullSince, refusedLimit }: StateItem): SeatState {
  return {
    used,
    ...(askedAt !== undefined && { askedAt }),
    ...(countedAt !== undefined && { countedAt }),
    ...(countFailed && { countFailed }),
    ...(limit !== undefined && { limit }),
    ...(fullSince !== undefined && { fullSince }),
    ...(refusedLimit !== undefined && { refusedLimit }),
  };
}
