import { readFileSync } from 'node:fs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import type { ScimFunction } from '../../functions/scim/scim-function.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import { startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';
import { ScimClient, startScimService } from '../protocol/scim-client.ts';

/** One request to the SCIM function on a table that is kept in a directory, by a process that dies of it as by kill -9. */
export interface DyingRequest {
  readonly directory: string;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** When the process dies: before its PutItem of that number, or before or after its transaction. Without it the answer is printed. */
  readonly at?: number | 'before-transaction' | 'after-transaction';
}

/** As long as API Gateway waits: what takes longer is 503, from the function itself. */
const GATEWAY_MS = 29_000;

const file = process.argv[2];
if (file === undefined) throw new Error('usage: dying-request.ts <file>');
const { directory, token, method, path, body, at } = JSON.parse(readFileSync(file, 'utf8')) as DyingRequest;
const engine = await startEmbeddedDynamoDb({ directory });
const service = await startScimService({ engine: { ...engine, client: dyingClient(engine.client) } });
const endsAt = performance.now() + GATEWAY_MS;
const inTime: ScimFunction = (event) => service.handle(event, { getRemainingTimeInMillis: () => endsAt - performance.now() } as Context);
const { status } = await new ScimClient(inTime, {} as Connection, token).request(method, path, { body });
process.stdout.write(String(status));

function dyingClient(client: DynamoDBClient): DynamoDBClient {
  let puts = 0;
  const send = async (command: { constructor: { name: string } }, ...rest: unknown[]): Promise<unknown> => {
    const { name } = command.constructor;
    if (name === 'PutItemCommand' && ++puts === at) process.kill(process.pid, 'SIGKILL');
    const isTransaction = name === 'TransactWriteItemsCommand';
    if (isTransaction && at === 'before-transaction') process.kill(process.pid, 'SIGKILL');
    const answer: unknown = await Reflect.apply(client.send, client, [command, ...rest]);
    if (isTransaction && at === 'after-transaction') process.kill(process.pid, 'SIGKILL');
    return answer;
  };
  return new Proxy(client, { get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)) });
}
