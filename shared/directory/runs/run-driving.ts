import { both } from '../delivery/as-read.ts';
import { written } from '../delivery/resource-keys.ts';
import type { Condition, Update } from '../dynamodb-expression.ts';
import { ConditionFailed, type DynamoDbTable } from '../dynamodb-table.ts';
import { indexes, type Key, keys, unfinishedRunKey } from '../keys.ts';
import type { Run, RunDriving } from '../runs.ts';
import {
  keyOfRun,
  type OutstandingItem,
  outstandingItem,
  outstandingKey,
  type RunItem,
  tallied,
  toOutstanding,
  toRun,
} from './run-items.ts';
import { isWorking, unfinishedAttributes } from './run-records.ts';

/** Runs as their driver sees them: what it writes is conditional on its lease and on where it had read the run to be. */
export function runDriving(table: DynamoDbTable, now: () => Date): RunDriving {
  return {
    async unfinished() {
      const { pendingPk } = unfinishedRunKey('' as Run['connection'], '');
      const found: Key[] = [];
      for await (const { pk, sk } of table.queryAll<Key>({ pk: pendingPk, index: indexes.pending })) found.push({ pk, sk });
      const items = await table.batchGet<RunItem>(found);
      return items
        .filter(({ state }) => state === 'working')
        .map(toRun)
        .sort((a, b) => (a.started < b.started ? -1 : 1));
    },

    async lease(run, holder, until) {
      const free: Condition = {
        expression: 'attribute_not_exists(#leaseUntil) OR #leaseUntil < :now OR #leaseHolder = :holder',
        values: { ':now': now().getTime(), ':holder': holder },
      };
      try {
        const change = { set: { leaseHolder: holder, leaseUntil: until } };
        return toRun(await table.updateReturning<RunItem>(keyOfRun(run), change, both(isWorking, free)));
      } catch (error) {
        if (error instanceof ConditionFailed) return undefined;
        throw error;
      }
    },

    async release(run, holder) {
      const mine: Condition = { expression: '#leaseHolder = :holder', values: { ':holder': holder } };
      await written(table.update(keyOfRun(run), { remove: ['leaseHolder', 'leaseUntil'] }, mine));
    },

    listed: (run, holder, page, next) =>
      written(
        table.transact([
          { update: keyOfRun(run), change: moved(page.length, next), condition: where(run, holder) },
          ...page.map((outstanding) => ({ put: outstandingItem(run, outstanding) })),
        ]),
      ),

    marked: (run, holder, count, next) =>
      written(
        table.transact([
          { update: keyOfRun(run), change: moved(count, next), condition: where(run, holder) },
          // One driver alone counts here.
          { update: keys.runTally(run.connection, run.id, 0), change: tallied(run, { done: count }) },
        ]),
      ),

    async *outstanding(run) {
      const { pk, sk } = keys.runOutstanding(run.connection, run.id, 'user', '');
      const beginsWith = sk.slice(0, sk.indexOf('#') + 1);
      for await (const item of table.queryAll<OutstandingItem>({ pk, beginsWith })) yield toOutstanding(item);
    },

    resent: (run, outstanding, sentAt) => {
      const { attempts, sentAt: read } = outstanding;
      const unchanged: Condition = { expression: '#sentAt = :read', values: { ':read': read } };
      return written(table.update(outstandingKey(run, outstanding), { set: { sentAt, attempts: attempts + 1 } }, unchanged));
    },

    finish: (run, holder, at) =>
      written(
        table.update(
          keyOfRun(run),
          { set: { state: 'finished', finished: at.toISOString() }, remove: unfinishedAttributes },
          where(run, holder),
        ),
      ),
  };
}

function moved(count: number, { phase, cursor }: Pick<Run, 'phase' | 'cursor'>): Update {
  return {
    set: { phase, ...(cursor !== undefined && { cursor }) },
    ...(cursor === undefined && { remove: ['cursor'] }),
    add: { listed: count },
  };
}

/** Whoever lists has the lease, and the run is where it was read: no page is ever listed twice. */
function where({ phase, cursor }: Run, holder: string): Condition {
  const held: Condition = {
    expression: '#state = :working AND #leaseHolder = :holder AND #phase = :readPhase',
    values: { ':working': 'working', ':holder': holder, ':readPhase': phase },
  };
  return both(
    held,
    cursor === undefined
      ? { expression: 'attribute_not_exists(#cursor)' }
      : { expression: '#cursor = :readCursor', values: { ':readCursor': cursor } },
  );
}
