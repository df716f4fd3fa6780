import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { ScimDependencies } from '../../functions/scim/exchange.ts';
import { type ScimFunction, scimFunction } from '../../functions/scim/scim-function.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { inMemoryStore } from '../doubles/in-memory-store.ts';
import { addToken } from '../protocol/scim-client.ts';

/** One event to the function: Lambda's runtime has parsed it, and makes the result into text afterwards. */
export type Served = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

export interface BenchService {
  readonly token: string;
  readonly serve: Served;
  /** The function itself, for events whose answer may be a refusal. */
  readonly handle: ScimFunction;
  /** The same event without a server: see `floorOf`. `answer` is what the service has answered. */
  floor(answer: APIGatewayProxyResult): Served;
}

const FORGETTING: ChangeQueue = { send: async () => {}, length: async () => 0 };
const BASE_URL = 'https://confluence.example.com';
/** A second of Lambda's time is left for every request, so that its early answer is armed as it is in production. */
const CONTEXT = { getRemainingTimeInMillis: () => 29_000 } as Context;

type Store = Pick<ScimDependencies, 'directory' | 'connections' | 'cursors' | 'rates'>;

/** The real function with a log that formats its lines and keeps none; on the in-memory port, and a queue that keeps no message. */
export async function startBenchService(
  store: Store = inMemoryStore(),
  queue: ChangeQueue = FORGETTING,
  requestsPerSecond = 1_000_000,
): Promise<BenchService> {
  const now = () => new Date();
  const id = randomUUID() as ConnectionId;
  await store.connections.create({
    id,
    name: 'bench',
    state: 'active',
    created: now().toISOString(),
    target: { id: targetIdOf({ kind: 'data-center', baseUrl: BASE_URL }), kind: 'data-center', baseUrl: BASE_URL },
    // Beyond what may be set: the benchmark is faster than any client.
    settings: { ...Settings.parse({ version: 2, users: { linking: 'never' } }), requestsPerSecond },
  });
  const token = await addToken(store.connections, id, 3_600_000);
  const handle = scimFunction({
    ...store,
    queue,
    log: jsonLinesLog(() => {}, now),
    now,
    newId: randomUUID,
  });
  const serve: Served = async (event) => {
    const answer = await handle(event, CONTEXT);
    // A refusal is soon made: it must not pass for the operation.
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode}: ${answer.body}`);
    return answer;
  };
  return { token, serve, handle, floor: (answer) => floorOf(token, answer) };
}

/**
 * What no server can do without: parse the body, check the token's digest in constant time, stringify an answer of that size.
 */
function floorOf(token: string, { body, ...result }: APIGatewayProxyResult): Served {
  const digest = createHash('sha256').update(token).digest();
  const json: unknown = body === '' ? '' : JSON.parse(body);
  return async (event) => {
    const presented = (event.headers['authorization'] ?? '').slice('Bearer '.length);
    if (!timingSafeEqual(createHash('sha256').update(presented).digest(), digest)) throw new Error('not the token');
    const received: unknown = event.body === null ? undefined : JSON.parse(event.body);
    return { ...result, body: received === null ? '' : JSON.stringify(json) };
  };
}
