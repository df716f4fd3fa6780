import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import db from 'dynalite/db/index.js';
import { tableDefinition } from '../../shared/directory/table-definition.ts';
import { type ActionName, actions, RequestFailed, run, validated } from './dynalite-actions.ts';
import { DynaliteStore, type TableDescription } from './dynalite-store.ts';
import { ConnectionBroken, type Faults, halve, refuse } from './dynamodb-faults.ts';
import { DynamoDbTransactions, isConditionFailure } from './dynamodb-transactions.ts';
import { type Item, ItemJournal } from './item-journal.ts';
import { tableInput } from './table-input.ts';

export interface EmbeddedDynamoDb {
  /** Speaks to the engine in this process, without a socket. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** With `port`: where other processes reach it. */
  readonly endpoint?: string;
  /** Every item and, per index, every entry as it is now: for checks that they agree. */
  contents(): ReturnType<DynaliteStore['contents']>;
  close(): Promise<void>;
}

export interface EmbeddedDynamoDbOptions {
  /** Keeps the items in this directory; else they are in memory only. */
  readonly directory?: string;
  /** Listens on 127.0.0.1 as well; 0 takes a free port. */
  readonly port?: number;
  readonly faults?: Faults;
  readonly now?: () => number;
}

/**
 * DynamoDB in this process: dynalite's parsers, validators and actions on a store of our own, with the transactions it lacks.
 * Every write request, single, batch or transaction, is one step: all of it survives a kill or none, and what was acknowledged does.
 */
export async function startEmbeddedDynamoDb(options: EmbeddedDynamoDbOptions = {}): Promise<EmbeddedDynamoDb> {
  const now = options.now ?? Date.now;
  const tableName = 'scim-for-confluence';
  const table: TableDescription = { ...tableInput(tableName), TableStatus: 'ACTIVE', CreationDateTime: now() / 1000 };
  const keyOf = (item: Item): string => db.createKey(item, table);
  const isExpired = (item: Item): boolean =>
    Number(item[tableDefinition.timeToLiveAttribute]?.['N'] ?? Number.POSITIVE_INFINITY) <= now() / 1000;
  const { journal, items } = options.directory === undefined ? { items: [] } : ItemJournal.open(options.directory, keyOf, isExpired);
  const store = new DynaliteStore(table, items, journal);
  const engine = new Engine(store, new DynamoDbTransactions(store, now), options.faults ?? {});
  const server = options.port === undefined ? undefined : await listen(engine, options.port);
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: 'http://embedded.invalid',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Nobody checks a signature here, and making it costs more than the write.
    signer: { sign: async (request) => request },
    requestHandler: {
      handle: async (request: { headers: Record<string, string>; body?: string | Uint8Array }) => {
        const answer = await engine.answer(request.headers['x-amz-target'], textOf(request.body));
        const headers = { 'content-type': 'application/x-amz-json-1.0' };
        return { response: { statusCode: answer.status, headers, body: Buffer.from(answer.body) } };
      },
    },
  });
  return {
    client,
    tableName,
    ...(server && { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    contents: () => store.contents(),
    close: async () => {
      client.destroy();
      server?.closeAllConnections();
      if (server) await new Promise((resolve) => server.close(resolve));
      journal?.close();
    },
  };
}

/** The SDK's body is bytes that warn when they are read as a string. */
function textOf(body: string | Uint8Array = ''): string {
  return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

const WRITES: ReadonlySet<string> = new Set<ActionName>(['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem']);

class Engine {
  readonly #store: DynaliteStore;
  readonly #transactions: DynamoDbTransactions;
  readonly #faults: Faults;
  constructor(store: DynaliteStore, transactions: DynamoDbTransactions, faults: Faults) {
    this.#store = store;
    this.#transactions = transactions;
    this.#faults = faults;
  }

  /** One request on the wire to one answer. @throws ConnectionBroken for a fault without an answer */
  async answer(target = '', body: string): Promise<{ status: number; body: string }> {
    const operation = target.slice(target.indexOf('.') + 1);
    try {
      const input = JSON.parse(body) as Record<string, unknown>;
      const fault = await this.#faults.next?.(operation, input);
      this.#store.indexLagMs = this.#faults.indexLagMs ?? 0;
      if (fault) refuse(fault, operation, input);
      const answer = fault === 'unprocessed' ? this.#half(operation, input) : this.#execute(operation, input);
      if (fault === 'no-answer') throw new ConnectionBroken('the connection broke before the answer');
      return { status: 200, body: JSON.stringify(answer) };
    } catch (error) {
      if (error instanceof RequestFailed) return { status: error.status, body: JSON.stringify(error.body) };
      throw error;
    }
  }

  #half(operation: string, whole: Record<string, unknown>): Record<string, unknown> {
    if (!operation.startsWith('Batch')) return this.#execute(operation, whole);
    const { input, unprocessed } = halve(operation, whole);
    const nothing = Object.keys(input['RequestItems'] as object).length === 0;
    return { ...(nothing ? { Responses: {} } : this.#execute(operation, input)), ...unprocessed };
  }

  /** Runs to its end within the call. @throws RequestFailed, with nothing written */
  #execute(operation: string, input: Record<string, unknown>): Record<string, unknown> {
    try {
      if (operation === 'TransactWriteItems') return this.#transactions.write(input);
      if (operation === 'TransactGetItems') return this.#transactions.read(input);
      if (!Object.hasOwn(actions, operation)) throw new RequestFailed({ __type: 'com.amazon.coral.service#UnknownOperationException' });
      const returnsItem = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
      const data = validated(this.#store, operation as ActionName, input);
      const answer = this.#run(operation as ActionName, data, returnsItem);
      if (WRITES.has(operation)) this.#store.commit();
      return answer;
    } finally {
      this.#store.rollback();
    }
  }

  #run(action: ActionName, data: Record<string, unknown>, returnsItem: boolean): Record<string, unknown> {
    try {
      return run(this.#store, action, data);
    } catch (error) {
      if (!returnsItem || !(error instanceof RequestFailed) || !isConditionFailure(error)) throw error;
      const existing = this.#store.read((data['Key'] ?? data['Item']) as Item);
      throw new RequestFailed({ ...error.body, ...(existing && { Item: existing }) }, error.status, { cause: error });
    }
  }
}

async function listen(engine: Engine, port: number): Promise<Server> {
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await engine.answer(String(request.headers['x-amz-target'] ?? ''), Buffer.concat(chunks).toString());
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
    } catch (error) {
      if (error instanceof ConnectionBroken) response.destroy();
      else response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' }).end('{"__type":"InternalServerError"}');
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}
