import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { dynamoDbRuns } from '../../shared/directory/runs/dynamodb-runs.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { secretsManagerCredentialStore } from '../../shared/targets/secrets-manager-credential-store.ts';
import { targetsOf } from '../../shared/targets/target-of.ts';
import type { WorkerDependencies } from './dependencies.ts';

const Seconds = z.coerce.number().positive();

/** The worker's environment variables; every problem is in one message. */
const Environment = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.string().min(1),
  SECRET_PREFIX: z.string().min(1),
  SWEEP_AFTER_SECONDS: Seconds.default(120),
  CALL_TIMEOUT_SECONDS: Seconds.default(10),
  SLICE_SECONDS: Seconds.default(20),
  /** The queue's visibility is the function's time-out plus this; the worker itself only leaves messages alone. */
  LATE_CALL_SECONDS: Seconds.default(120),
  TARGET_CA_FILE: z.string().min(1).optional(),
});

const CREDENTIALS_CACHE_MS = 120_000;

/** The worker on AWS, from its environment. */
export function composeWorker(environment: Readonly<Record<string, string | undefined>>): WorkerDependencies {
  const env = Environment.parse(environment);
  const table = new DynamoDbTable(new DynamoDBClient({}), env.TABLE_NAME);
  const sqs = new SQSClient({});
  const now = () => new Date();
  const callTimeoutMs = env.CALL_TIMEOUT_SECONDS * 1000;
  const credentials = secretsManagerCredentialStore(new SecretsManagerClient({}), env.SECRET_PREFIX, {
    cacheMs: CREDENTIALS_CACHE_MS,
    now: Date.now,
  });
  const ca = env.TARGET_CA_FILE === undefined ? {} : { ca: readFileSync(env.TARGET_CA_FILE, 'utf8') };
  return {
    delivery: dynamoDbDelivery(table, { sweepAfterSeconds: env.SWEEP_AFTER_SECONDS, now }),
    runs: dynamoDbRuns(table, now),
    connections: dynamoDbConnections(table),
    queue: sqsChangeQueue(sqs, env.QUEUE_URL, randomUUID),
    credentials,
    targetOf: targetsOf({ credentials, accountKeys: dynamoDbAccountKeys(table), callTimeoutMs, now: Date.now, ...ca }),
    async changeVisibility(ReceiptHandle, VisibilityTimeout) {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: env.QUEUE_URL, ReceiptHandle, VisibilityTimeout }));
    },
    log: jsonLinesLog((line) => process.stdout.write(line), now),
    now,
    random: Math.random,
    sleep: (ms) => sleep(ms),
    callTimeoutMs,
    sliceMs: env.SLICE_SECONDS * 1000,
  };
}
