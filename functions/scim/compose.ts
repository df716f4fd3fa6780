import { randomBytes, randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
// As a namespace: `{ z }` would bring zod's messages in every language into the bundle, 360 KB.
import * as z from 'zod';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { dynamoDbDirectory } from '../../shared/directory/dynamodb-directory.ts';
import { dynamoDbPageCursors } from '../../shared/directory/dynamodb-page-cursors.ts';
import { dynamoDbRequestRates } from '../../shared/directory/dynamodb-request-rates.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import type { ScimDependencies } from './exchange.ts';

const Environment = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.url(),
  SWEEP_AFTER_SECONDS: z.coerce.number().int().positive().default(120),
});

/** A call that hangs must not use up the 29 seconds the gateway waits; least of all the send, which the sweep makes up for. */
const TABLE = { requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } };
const QUEUE = { requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 }, maxAttempts: 2 };

/** @throws ZodError naming every variable that is missing or wrong */
export function composeScim(env: NodeJS.ProcessEnv): ScimDependencies {
  const { TABLE_NAME, QUEUE_URL, SWEEP_AFTER_SECONDS } = Environment.parse(env);
  const now = () => new Date();
  const table = new DynamoDbTable(new DynamoDBClient(TABLE), TABLE_NAME);
  return {
    ...scimStore(table, SWEEP_AFTER_SECONDS),
    queue: sqsChangeQueue(new SQSClient(QUEUE), QUEUE_URL, randomUUID),
    log: jsonLinesLog((line) => process.stdout.write(line), now),
    now,
    newId: randomUUID,
  };
}

/** All that the function keeps in the table. */
export function scimStore(
  table: DynamoDbTable,
  sweepAfterSeconds: number,
): Pick<ScimDependencies, 'directory' | 'connections' | 'cursors' | 'rates'> {
  return {
    directory: dynamoDbDirectory(table, { sweepAfterSeconds, newId: randomUUID }),
    connections: dynamoDbConnections(table),
    cursors: dynamoDbPageCursors(table, () => randomBytes(16).toString('hex')),
    rates: dynamoDbRequestRates(table),
  };
}
