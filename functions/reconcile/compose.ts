import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { dynamoDbRuns } from '../../shared/directory/runs/dynamodb-runs.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import type { ReconcileDependencies } from './dependencies.ts';

const Seconds = z.coerce.number().positive();

/** The driver's environment variables; every problem is in one message. */
const Environment = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.string().min(1),
  SWEEP_AFTER_SECONDS: Seconds.default(120),
  RESEND_AFTER_SECONDS: Seconds.default(300),
  NIGHTLY_HOUR: z.coerce.number().int().min(0).max(23).optional(),
});

/** The driver of runs on AWS, from its environment. */
export function composeReconcile(environment: Readonly<Record<string, string | undefined>>): ReconcileDependencies {
  const env = Environment.parse(environment);
  const table = new DynamoDbTable(new DynamoDBClient({}), env.TABLE_NAME);
  const now = () => new Date();
  const sweepAfterSeconds = env.SWEEP_AFTER_SECONDS;
  return {
    runs: dynamoDbRuns(table, now),
    directory: dynamoDbDirectory(table, { sweepAfterSeconds, newId: randomUUID }),
    delivery: dynamoDbDelivery(table, { sweepAfterSeconds, now }),
    connections: dynamoDbConnections(table),
    queue: sqsChangeQueue(new SQSClient({}), env.QUEUE_URL, randomUUID),
    log: jsonLinesLog((line) => process.stdout.write(line), now),
    now,
    newId: randomUUID,
    sleep: (ms) => sleep(ms),
    resendAfterMs: env.RESEND_AFTER_SECONDS * 1000,
    ...(env.NIGHTLY_HOUR !== undefined && { nightlyHour: env.NIGHTLY_HOUR }),
  };
}
