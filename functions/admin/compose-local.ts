import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { dataCenterTarget } from '../../shared/targets/data-center/data-center-target.ts';
import { fileCredentialStore } from '../../shared/targets/file-credential-store.ts';
import type { Administration } from './administration.ts';
import { Unreachable } from './command.ts';
import { directoryAdministration } from './directory-administration.ts';
import { LOCAL_ENDPOINTS_FILE, LocalEndpoints } from './local-endpoints.ts';

const CALL_TIMEOUT_MS = 5_000;

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
  return {
    caller: `local:${userInfo().username}`,
    scimBaseUrl: endpoints.scim,
    ...directoryAdministration(table, now),
    credentials,
    queue: sqsChangeQueue(new SQSClient({ ...local, endpoint: endpoints.sqs }), endpoints.queueUrl, randomUUID),
    log: jsonLinesLog((line) => appendFileSync(endpoints.requestLog, line), now),
    now,
    newId: randomUUID,
    newToken: () => randomBytes(32).toString('base64url'),
    testTarget: ({ target }) =>
      dataCenterTarget({
        baseUrl: target.baseUrl,
        targetId: target.id,
        credentials,
        observe: () => {},
        callTimeoutMs: CALL_TIMEOUT_MS,
        now: () => now().getTime(),
      }).test(),
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
