import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { fetch as undiciFetch } from 'undici';
import { reconcileFunction } from '../../functions/reconcile/reconcile-function.ts';
import { sweepFunction } from '../../functions/sweep/sweep-function.ts';
import { longestCallMs } from '../../functions/worker/guarded-target.ts';
import { workerFunction } from '../../functions/worker/worker-function.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import { written } from '../../shared/directory/delivery/resource-keys.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { keys } from '../../shared/directory/keys.ts';
import { dynamoDbRuns } from '../../shared/directory/runs/dynamodb-runs.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import { targetsOf } from '../../shared/targets/target-of.ts';
import type { KillSwitch } from './kill-points.ts';
import { pollQueue, type QueuePoller } from './poll-queue.ts';
import { startScheduler } from './scheduler.ts';
import type { LocalSqs } from './sqs.ts';
import type { StackSettings } from './stack-settings.ts';

/** The worker's times on this machine, in milliseconds; on AWS see cdk/time-limits.ts. */
const callTimeoutMs = 3_000;
const sliceMs = 1_000;
/** As on AWS the function lives for one slice of each: else the later messages of a batch would only be sent on, once and again. */
const batchSize = 3;
/** How long one call of the driver of runs may take. */
const reconcileMs = 55_000;
export const workerLimits = { callTimeoutMs, sliceMs, functionTimeoutMs: batchSize * sliceMs + longestCallMs(callTimeoutMs) } as const;

export interface ProcessingOptions {
  readonly settings: StackSettings;
  /** Nothing is applied before, in milliseconds from now. */
  readonly afterMs: number;
  readonly table: DynamoDbTable;
  readonly sqs: LocalSqs;
  readonly queue: ChangeQueue;
  readonly connections: Connections;
  readonly credentials: CredentialStore;
  readonly log: RequestLog;
  readonly now: () => Date;
  readonly kill: KillSwitch;
  readonly onError: (where: string) => (error: unknown) => void;
}

/**
 * What happens after the IdP has its 2xx: the queue's poller with the worker behind it, and the sweep. The first sweep sends
 * everything that is pending: the queue did not survive the end of the process before.
 */
export function startProcessing(options: ProcessingOptions): { stop(): Promise<void> } {
  const { settings, afterMs, table, sqs, queue, connections, credentials, log, now, kill, onError } = options;
  const { functionTimeoutMs } = workerLimits;
  const sweepAfterSeconds = settings.SWEEP_AFTER_SECONDS;
  const fetch = kill.fetch(undiciFetch);
  const common = {
    delivery: dynamoDbDelivery(table, { sweepAfterSeconds, now }),
    runs: dynamoDbRuns(table, now),
    connections,
    queue,
    credentials,
    targetOf: targetsOf({ credentials, accountKeys: dynamoDbAccountKeys(table), callTimeoutMs, fetch, now: Date.now }),
    log,
    now,
  };
  const worker = workerFunction({
    ...common,
    async changeVisibility(ReceiptHandle, VisibilityTimeout) {
      await sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: sqs.queueUrl, ReceiptHandle, VisibilityTimeout }));
    },
    random: Math.random,
    sleep: (ms) => sleep(ms),
    callTimeoutMs,
    sliceMs,
  });
  const sweep = sweepFunction({ ...common, parked: dynamoDbOverview(table), sweepAfterSeconds });

  const reconcile = reconcileFunction({
    ...common,
    directory: dynamoDbDirectory(table, { sweepAfterSeconds, newId: randomUUID }),
    newId: randomUUID,
    sleep: (ms) => sleep(ms),
    resendAfterMs: 2.5 * sweepAfterSeconds * 1_000,
  });

  let stopping = false;
  let poller: QueuePoller | undefined;
  const scheduler = startScheduler({
    firstAfterMs: afterMs,
    everyMs: Math.min(60, sweepAfterSeconds) * 1_000,
    run: async (first) => {
      if (first) await endLeases(table, await connections.list());
      poller ??= pollQueue({ ...sqs, handler: worker, functionTimeoutMs, batchSize, onError: onError('worker') });
      await sweep({ everything: first });
    },
    onError: onError('sweep'),
  });
  // The administration writes a run into the table and does not call anybody here: so it is looked for each second.
  const driver = startScheduler({
    firstAfterMs: afterMs,
    everyMs: 1_000,
    run: () => {
      const endsAt = Date.now() + reconcileMs;
      return reconcile({ getRemainingTimeInMillis: () => (stopping ? 0 : Math.max(0, endsAt - Date.now())) });
    },
    onError: onError('reconcile'),
  });
  return {
    stop: async () => {
      stopping = true;
      await driver.stop();
      await scheduler.stop();
      await poller?.stop();
    },
  };
}

/** Whoever held a target's lease or slot is gone with the process before, and its late calls have been waited for: nobody waits for it again. */
async function endLeases(table: DynamoDbTable, connections: readonly Connection[]): Promise<void> {
  const isLeased = { expression: 'attribute_exists(#leaseUntil)' };
  for (const { target } of connections) {
    await written(table.update(keys.targetState(target.id), { remove: ['leaseHolder', 'leaseUntil'] }, isLeased));
    await table.transact([{ delete: keys.targetSlots(target.id) }]);
  }
}
