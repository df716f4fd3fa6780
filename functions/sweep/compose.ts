import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbOverview } from '../../shared/directory/dynamodb-overview.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { secretsManagerCredentialStore } from '../../shared/targets/secrets-manager-credential-store.ts';
import { targetsOf } from '../../shared/targets/target-of.ts';
import type { SweepDependencies } from './dependencies.ts';

const Seconds = z.coerce.number().positive();

/** The sweep's environment variables; every problem is in one message. */
const Environment = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.string().min(1),
  SECRET_PREFIX: z.string().min(1),
  SWEEP_AFTER_SECONDS: Seconds.default(120),
  CALL_TIMEOUT_SECONDS: Seconds.default(10),
  TARGET_CA_FILE: z.string().min(1).optional(),
});

/** The sweep on AWS, from its environment. It reads each secret anew: a new version opens a paused target. */
export function composeSweep(environment: Readonly<Record<string, string | undefined>>): SweepDependencies {
  const env = Environment.parse(environment);
  const table = new DynamoDbTable(new DynamoDBClient({}), env.TABLE_NAME);
  const now = () => new Date();
  const credentials = secretsManagerCredentialStore(new SecretsManagerClient({}), env.SECRET_PREFIX, { cacheMs: 0, now: Date.now });
  const callTimeoutMs = env.CALL_TIMEOUT_SECONDS * 1000;
  const ca = env.TARGET_CA_FILE === undefined ? {} : { ca: readFileSync(env.TARGET_CA_FILE, 'utf8') };
  return {
    delivery: dynamoDbDelivery(table, { sweepAfterSeconds: env.SWEEP_AFTER_SECONDS, now }),
    connections: dynamoDbConnections(table),
    parked: dynamoDbOverview(table),
    queue: sqsChangeQueue(new SQSClient({}), env.QUEUE_URL, randomUUID),
    credentials,
    targetOf: targetsOf({ credentials, accountKeys: dynamoDbAccountKeys(table), callTimeoutMs, now: Date.now, ...ca }),
    log: jsonLinesLog((line) => process.stdout.write(line), now),
    now,
    sweepAfterSeconds: env.SWEEP_AFTER_SECONDS,
  };
}
