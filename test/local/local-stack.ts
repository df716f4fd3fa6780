import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scimStore } from '../../functions/scim/compose.ts';
import { scimFunction } from '../../functions/scim/scim-function.ts';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { dynamoDbConnections } from '../../shared/directory/dynamodb-connections.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { describeError, jsonLinesLog } from '../../shared/log/request-log.ts';
import { fileCredentialStore } from '../../shared/targets/file-credential-store.ts';
import { startApiGateway } from './api-gateway.ts';
import { startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { type Endpoints, writeEndpoints } from './endpoints-file.ts';
import { killSwitch } from './kill-points.ts';
import { mustBeOfKind, openLocalConnection } from './local-connection.ts';
import { startProcessing, workerLimits } from './local-processing.ts';
import { openLocalTarget } from './local-target.ts';
import { startSqs } from './sqs.ts';
import type { StackSettings } from './stack-settings.ts';
import { lockState } from './state-lock.ts';

export interface LocalStack {
  readonly endpoints: Endpoints;
  /** The bearer token, when one was just generated: it is kept nowhere. */
  readonly newToken?: string;
  close(): Promise<void>;
}

/** Thrown when a port that others rely on is taken. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/**
 * The whole product on this machine: API Gateway, the functions, DynamoDB, SQS, the sweep's schedule and, unless a Confluence is
 * given, a simulated one. Everything listens on 127.0.0.1. What must survive is in the state directory.
 * @throws PortTaken, StateInUse, OtherConfluence; nothing is left running then
 */
export async function startLocalStack(settings: StackSettings): Promise<LocalStack> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await start(settings, (closer) => closers.push(closer))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(settings: StackSettings, onClose: (closer: () => unknown) => void): Promise<Omit<LocalStack, 'close'>> {
  const { PORT: port } = settings;
  const stateDir = resolve(settings.STATE_DIR);
  const lock = await lockState(stateDir);
  onClose(lock.release);
  const portAfter = (offset: number): number => (port === 0 ? 0 : port + offset);

  const requestLog = join(stateDir, 'request-log.jsonl');
  const logFile = openSync(requestLog, 'a', 0o600);
  onClose(() => closeSync(logFile));
  const now = () => new Date();
  const log = jsonLinesLog((line) => writeSync(logFile, line), now);
  const onError = (where: string) => (error: unknown) =>
    log.write({ kind: 'error', correlationId: randomUUID(), where: `test/local: ${where}`, error: describeError(error) });

  const dynamoDb = await onAnyPort(portAfter(2), (at) => startEmbeddedDynamoDb({ directory: join(stateDir, 'table'), port: at }));
  onClose(() => dynamoDb.close());
  const table = new DynamoDbTable(dynamoDb.client, dynamoDb.tableName);
  const connections = dynamoDbConnections(table);
  await mustBeOfKind(connections, settings.TARGET);

  const simulated = settings.TARGET === 'data-center' ? 'Confluence' : 'organisation';
  const target = await onPort(portAfter(1), `the simulated ${simulated} (PORT+1)`, (at) =>
    openLocalTarget(settings, { port: at, stateDir, onClose }),
  );

  const visibilitySeconds = workerLimits.functionTimeoutMs / 1_000 + settings.LATE_CALL_SECONDS;
  const sqs = await onAnyPort(portAfter(3), (at) => startSqs({ port: at, visibilitySeconds }));
  onClose(() => sqs.close());

  const secrets = join(stateDir, 'secrets.json');
  const credentials = fileCredentialStore(secrets);
  const kill = killSwitch(settings.LOCAL_KILL_AT);
  const queue = sqsChangeQueue(sqs.client, sqs.queueUrl, randomUUID);
  const scimTable = new DynamoDbTable(kill.table(dynamoDb.client), dynamoDb.tableName);
  const handler = scimFunction({
    ...scimStore(scimTable, settings.SWEEP_AFTER_SECONDS),
    queue: kill.queue(queue),
    log,
    now,
    newId: randomUUID,
  });
  const gateway = await onPort(port, 'SCIM (PORT)', (at) => startApiGateway({ port: at, handler, onError: onError('api-gateway') }));
  onClose(() => gateway.close());

  // After the ports: a start that failed has made no token that nobody was shown.
  const { newToken } = await openLocalConnection({
    connections,
    credentials,
    target,
    scimToken: settings.SCIM_TOKEN,
    requestsPerSecond: settings.REQUESTS_PER_SECOND,
    brakeAtLeast: settings.BRAKE_AT_LEAST,
    now,
    newId: randomUUID,
  });
  // The killed process's calls may still land, and its message groups are no lock any more (DELIVERY §1).
  const afterMs = lock.afterKill ? settings.LATE_CALL_SECONDS * 1_000 : 0;
  const processing = startProcessing({ settings, afterMs, table, sqs, queue, connections, credentials, log, now, kill, onError });
  onClose(() => processing.stop());

  const endpoints: Endpoints = {
    scim: `${gateway.url}/scim/v2`,
    dynamoDb: String(dynamoDb.endpoint),
    tableName: dynamoDb.tableName,
    sqs: sqs.endpoint,
    queueUrl: sqs.queueUrl,
    requestLog,
    secrets,
    confluence: target.address.baseUrl,
    simulated: target.simulatedAt !== undefined,
  };
  writeEndpoints(stateDir, endpoints);
  return { endpoints, ...(newToken !== undefined && { newToken }) };
}

async function onPort<T>(port: number, what: string, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new PortTaken(`Port ${port} for ${what} is taken. Stop what uses it, or set PORT to another port.`, { cause: error });
  }
}

/** For what is found through endpoints.json: a free port does when the usual one is taken. */
async function onAnyPort<T>(port: number, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return listen(0);
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
