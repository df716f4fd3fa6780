import { written } from '../delivery/resource-keys.ts';
import type { Condition, Write } from '../dynamodb-expression.ts';
import type { DynamoDbTable } from '../dynamodb-table.ts';
import { ITEM_VERSION } from '../items.ts';
import { keys, runTallyShardOf } from '../keys.ts';
import { type Counts, type Found, type Outstanding, RESULT_DETAILS, type Run, type RunWork } from '../runs.ts';
import { addCounts, expiryOf, type OutstandingItem, outstandingKey, type RunItem, tallied, toOutstanding, toRun } from './run-items.ts';

/** One resource of a run as the worker sees it: what it found is counted in the transaction that says so, each slice once. */
export function runWork(table: DynamoDbTable): RunWork {
  return {
    async open(connection, id, resource) {
      const outstandingAt = keys.runOutstanding(connection, id, resource.type, resource.id);
      const items = await table.batchGet<RunItem | OutstandingItem>([keys.run(connection, id), outstandingAt]);
      const run = items.find((item): item is RunItem => 'kind' in item);
      const outstanding = items.find((item): item is OutstandingItem => 'resourceType' in item);
      if (run?.state !== 'working' || !outstanding) return undefined;
      return { run: toRun(run), outstanding: toOutstanding(outstanding) };
    },

    slice(run, outstanding, found, cursor) {
      const { counts, details } = together(outstanding, found);
      const set = { slices: outstanding.slices + 1, counts, details, ...(cursor !== undefined && { cursor }) };
      const change = { set, ...(cursor === undefined && { remove: ['cursor'] }) };
      return written(
        table.transact([
          { update: outstandingKey(run, outstanding), change, condition: asRead(outstanding) },
          ...counted(run, outstanding, found.counts, 0),
        ]),
      );
    },

    settle(run, outstanding, found) {
      const { counts, details } = together(outstanding, found);
      const { resource, name } = outstanding;
      const result = {
        ...keys.runResult(run.connection, run.id, resource.type, resource.id),
        v: ITEM_VERSION,
        type: 'run-result',
        resourceType: resource.type,
        id: resource.id,
        name,
        counts,
        details,
        expiresAt: expiryOf(run),
      };
      return written(
        table.transact([
          { delete: outstandingKey(run, outstanding), condition: asRead(outstanding) },
          ...(details.length > 0 ? [{ put: result }] : []),
          ...counted(run, outstanding, found.counts, 1),
        ]),
      );
    },
  };
}

function together({ counts, details }: Outstanding, found: Found): Found {
  return { counts: addCounts(counts, found.counts), details: [...details, ...found.details].slice(0, RESULT_DETAILS) };
}

function asRead({ slices }: Outstanding): Condition {
  return { expression: '#slices = :readSlices', values: { ':readSlices': slices } };
}

function counted(run: Run, { resource }: Outstanding, counts: Counts, done: number): Write[] {
  if (done === 0 && Object.keys(counts).length === 0) return [];
  const key = keys.runTally(run.connection, run.id, runTallyShardOf(resource.id));
  return [{ update: key, change: tallied(run, { done, ...counts }) }];
}
