import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { fetch as undiciFetch } from 'undici';
import { workerFunction } from '../../functions/worker/worker-function.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connections } from '../../shared/directory/connection.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import { dataCenterTarget } from '../../shared/targets/data-center/data-center-target.ts';
import type { KillSwitch } from './kill-points.ts';
import { pollQueue } from './poll-queue.ts';
import type { LocalSqs } from './sqs.ts';
import type { StackSettings } from './stack-settings.ts';

/** The worker's times on this machine, in milliseconds; on AWS see cdk/time-limits.ts. */
export const workerLimits = { callTimeoutMs: 5_000, sliceMs: 5_000, functionTimeoutMs: 15_000 } as const;

export interface ProcessingOptions {
  readonly settings: StackSettings;
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

/** The queue's poller and the worker behind it: what happens after the IdP has its 2xx. */
export function startProcessing(options: ProcessingOptions): { stop(): Promise<void> } {
  const { settings, table, sqs, queue, connections, credentials, log, now, kill, onError } = options;
  const fetch = kill.fetch(undiciFetch);
  const worker = workerFunction({
    delivery: dynamoDbDelivery(table, { sweepAfterSeconds: settings.SWEEP_AFTER_SECONDS, now }),
    connections,
    queue,
    credentials,
    targetOf: ({ target }, observe) =>
      dataCenterTarget({
        baseUrl: target.baseUrl,
        targetId: target.id,
        credentials,
        observe,
        callTimeoutMs: workerLimits.callTimeoutMs,
        now: Date.now,
        fetch,
      }),
    async changeVisibility(ReceiptHandle, VisibilityTimeout) {
      await sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: sqs.queueUrl, ReceiptHandle, VisibilityTimeout }));
    },
    log,
    now,
    random: Math.random,
    sleep: (ms) => sleep(ms),
    callTimeoutMs: workerLimits.callTimeoutMs,
    sliceMs: workerLimits.sliceMs,
  });
  const poller = pollQueue({
    ...sqs,
    handler: worker,
    functionTimeoutMs: workerLimits.functionTimeoutMs,
    onError: onError('worker'),
  });
  return { stop: () => poller.stop() };
}
