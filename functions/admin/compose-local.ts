import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbDelivery } from '../../shared/directory/delivery/dynamodb-delivery.ts';
import { dynamoDbAccountKeys } from '../../shared/directory/dynamodb-account-keys.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { fileCredentialStore } from '../../shared/targets/file-credential-store.ts';
import { targetsOf } from '../../shared/targets/target-of.ts';
import { inspectResource } from '../worker/inspect-resource.ts';
import { matchResources } from '../worker/match-resources.ts';
import { testTargetOf } from '../worker/test-target.ts';
import type { Administration } from './administration.ts';
import { Unreachable } from './command.ts';
import { directoryAdministration } from './directory-administration.ts';
import { LOCAL_ENDPOINTS_FILE, LocalEndpoints } from './local-endpoints.ts';
import { fileRecords } from './log/file-records.ts';

const CALL_TIMEOUT_MS = 5_000;
/** Only for markers that are set, and an inspection sets none. */
const SWEEP_AFTER_SECONDS = 120;
/** Each call of an inspection must be able to end before; a call is not begun later. */
const INSPECTION_MS = 60_000;

/**
 * The local stack that runs with this STATE_DIR.
 * @throws Unreachable when none runs
 */
export async function composeLocal(stateDir: string): Promise<Administration> {
  const endpoints = readEndpoints(stateDir);
  await mustAnswer(endpoints.dynamoDb, stateDir);
  const local = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const table = new DynamoDbTable(new DynamoDBClient({ ...local, endpoint: endpoints.dynamoDb }), endpoints.tableName);
  const credentials = fileCredentialStore(endpoints.secrets);
  const now = () => new Date();
  const log = jsonLinesLog((line) => appendFileSync(endpoints.requestLog, line), now);
  const inDirectory = directoryAdministration(table, now);
  const targetOf = targetsOf({
    credentials,
    accountKeys: dynamoDbAccountKeys(table),
    callTimeoutMs: CALL_TIMEOUT_MS,
    now: () => now().getTime(),
  });
  const delivery = dynamoDbDelivery(table, { sweepAfterSeconds: SWEEP_AFTER_SECONDS, now });
  const wait = (ms: number) => sleep(ms);
  const inspector = {
    ...inDirectory,
    delivery,
    credentials,
    targetOf,
    log,
    now,
    sleep: wait,
    random: Math.random,
    callTimeoutMs: CALL_TIMEOUT_MS,
  };
  return {
    caller: `local:${userInfo().username}`,
    scimBaseUrl: endpoints.scim,
    ...inDirectory,
    credentials,
    queue: sqsChangeQueue(new SQSClient({ ...local, endpoint: endpoints.sqs }), endpoints.queueUrl, randomUUID),
    log,
    now,
    sleep: wait,
    newId: randomUUID,
    newToken: () => randomBytes(32).toString('base64url'),
    testTarget: ({ id }) => testTargetOf(inspector, { targetTest: id }, randomUUID()),
    inspect: (inspect) => inspectResource(inspector, { getRemainingTimeInMillis: () => INSPECTION_MS }, { inspect }, randomUUID()),
    match: (match) => matchResources(inspector, { getRemainingTimeInMillis: () => INSPECTION_MS }, { match }, randomUUID()),
    recentRecords: fileRecords(endpoints.requestLog, now),
    close: () => Promise.resolve(),
  };
}

function readEndpoints(stateDir: string): LocalEndpoints {
  try {
    return LocalEndpoints.parse(JSON.parse(readFileSync(join(stateDir, LOCAL_ENDPOINTS_FILE), 'utf8')));
  } catch (error) {
    throw new Unreachable(`no local stack has run with the state directory ${stateDir}: npm start runs one (--state-dir names another)`, {
      cause: error,
    });
  }
}

async function mustAnswer(url: string, stateDir: string): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  } catch (error) {
    throw new Unreachable(`the local stack of ${stateDir} does not run: npm start runs it`, { cause: error });
  }
}
