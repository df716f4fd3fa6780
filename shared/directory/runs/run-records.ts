import { written } from '../delivery/resource-keys.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import { indexes, type Key, keys } from '../keys.ts';
import { absent } from '../resource-write.ts';
import type { Counts, Run, RunProgress, RunRecords } from '../runs.ts';
import { keyOfRun, type ResultItem, type RunItem, runItem, runsPartition, tallyKeys, toResult, toRun } from './run-items.ts';

/** Of the attributes of a tally, those that are no counts. */
const NO_COUNT: ReadonlySet<string> = new Set(['pk', 'sk', 'v', 'type', 'done', 'expiresAt']);
/** What an unfinished run has and an ended one has not: its place among the unfinished, and a driver. */
export const unfinishedAttributes = ['pendingPk', 'pendingSk', 'leaseHolder', 'leaseUntil'] as const;
export const isWorking = { expression: '#state = :working', values: { ':working': 'working' } };

/** Runs as an administrator sees them. */
export function runRecords(table: DynamoDbTable): RunRecords {
  return {
    create: (run) => written(table.transact([{ put: runItem(run), condition: absent }])),

    async get(connection, id) {
      const item = await table.get<RunItem>(keys.run(connection, id));
      return item && toRun(item);
    },

    async *list(connection) {
      const newestFirst = { pk: runsPartition(connection), index: indexes.listing, backwards: true };
      for await (const key of table.queryAll<Key>(newestFirst)) {
        const item = await table.get<RunItem>(key);
        if (item) yield toRun(item);
      }
    },

    progress: (run) => readProgress(table, run),

    async *results(run) {
      for (const type of ['user', 'group'] as const) {
        const { pk, sk } = keys.runResult(run.connection, run.id, type, '');
        for await (const item of table.queryAll<ResultItem>({ pk, beginsWith: sk })) yield toResult(item);
      }
    },

    cancel: (run, at) =>
      written(
        table.update(keyOfRun(run), { set: { state: 'cancelled', finished: at.toISOString() }, remove: unfinishedAttributes }, isWorking),
      ),
  };
}

/** Strongly consistent: the tallies of all shards. */
export async function readProgress(table: DynamoDbTable, run: Pick<Run, 'connection' | 'id'>): Promise<RunProgress> {
  const tallies = await table.batchGet<Readonly<Record<string, number>>>(tallyKeys(run));
  const counts: Record<string, number> = {};
  let done = 0;
  for (const tally of tallies) {
    done += tally['done'] ?? 0;
    for (const [name, count] of Object.entries(tally)) if (!NO_COUNT.has(name)) counts[name] = (counts[name] ?? 0) + count;
  }
  return { done, counts: counts as Counts };
}
