import { createHash, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { scimStore } from '../../functions/scim/compose.ts';
import { type ScimDependencies, type ScimFunction, scimFunction } from '../../functions/scim/scim-function.ts';
import type { Change } from '../../shared/changes/change.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import type { Directory } from '../../shared/directory/directory.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { jsonLinesLog } from '../../shared/log/request-log.ts';
import { Settings } from '../../shared/provisioning/settings/settings.ts';
import { targetIdOf } from '../../shared/targets/target-address.ts';
import { inMemoryStore } from '../doubles/in-memory-store.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from '../local/embedded-dynamodb.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

export type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The parsed body; an empty object where there is none. */
  readonly json: Json;
}

export interface Sent {
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly rawBody?: string;
  readonly isBase64?: boolean;
  /** null takes a default header away. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What stands before /scim/v2 in the path the client called: a stage, or the base path of a custom domain. */
  readonly before?: string;
  readonly domainName?: string;
}

export class RecordingQueue implements ChangeQueue {
  readonly sent: { readonly messageGroup: string; readonly change: Change }[] = [];
  /** When set, every send fails with it. */
  failure: Error | undefined;

  async send(messageGroup: string, change: Change): Promise<void> {
    if (this.failure) throw this.failure;
    this.sent.push({ messageGroup, change });
  }

  async length(): Promise<number> {
    return this.sent.length;
  }
}

/** A client of one connection, as an IdP is: it knows its token and nothing of the store. */
export class ScimClient {
  readonly connection: Connection;
  readonly token: string;
  readonly #handle: ScimFunction;
  constructor(handle: ScimFunction, connection: Connection, token: string) {
    this.#handle = handle;
    this.connection = connection;
    this.token = token;
  }

  async request(method: string, pathAndQuery: string, sent: Sent = {}): Promise<Reply> {
    const event = apiGatewayEvent(method, pathAndQuery, { ...sent, headers: { authorization: `Bearer ${this.token}`, ...sent.headers } });
    const result = await this.#handle(event, {} as Context);
    const headers = Object.fromEntries(Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
    const isJson = result.body !== '' && (headers['content-type'] ?? '').includes('json');
    return { status: result.statusCode, headers, text: result.body, json: isJson ? (JSON.parse(result.body) as Json) : {} };
  }

  get = (path: string, sent?: Sent) => this.request('GET', path, sent);
  delete = (path: string, sent?: Sent) => this.request('DELETE', path, sent);
  post = (path: string, body: unknown, sent: Sent = {}) => this.request('POST', path, { ...sent, body });
  put = (path: string, body: unknown, sent: Sent = {}) => this.request('PUT', path, { ...sent, body });
  patch = (path: string, operations: unknown, sent: Sent = {}) =>
    this.request('PATCH', path, { ...sent, body: { schemas: [PATCH_OP], Operations: operations } });

  /** A user that must come about; its id. */
  async newUser(userName: string, attributes: Json = {}): Promise<string> {
    const reply = await this.post('/Users', { schemas: [USER], userName, ...attributes });
    if (reply.status !== 201) throw new Error(`user ${userName}: ${reply.status} ${reply.text}`);
    return String(reply.json['id']);
  }

  /** A group that must come about; its id. */
  async newGroup(displayName: string, members: readonly string[] = [], attributes: Json = {}): Promise<string> {
    const body = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })), ...attributes };
    const reply = await this.post('/Groups', body);
    if (reply.status !== 201) throw new Error(`group ${displayName}: ${reply.status} ${reply.text}`);
    return String(reply.json['id']);
  }

  /** The ids of a group's members, sorted. */
  async memberIds(group: string): Promise<string[]> {
    const { json } = await this.get(`/Groups/${group}`);
    return ((json['members'] ?? []) as { value: string }[]).map(({ value }) => value).sort();
  }
}

export interface ScimService {
  readonly dependencies: ScimDependencies;
  readonly directory: Directory;
  readonly connections: Connections;
  readonly queue: RecordingQueue;
  /** The request log, one JSON line each. */
  readonly lines: string[];
  /** The records of one kind. */
  records(kind: string): Json[];
  handle: ScimFunction;
  /** A new connection with a token of its own, on a target of its own. */
  connect(settings?: Partial<Settings>, state?: Connection['state']): Promise<ScimClient>;
  /** The same connection through a function with other parts. */
  clientWith(client: ScimClient, other: Partial<ScimDependencies>): ScimClient;
  close(): Promise<void>;
}

export interface ScimServiceOptions {
  /** The store is plain maps instead of the embedded engine: for thousands of requests that are about something else. */
  readonly inMemory?: boolean;
  /** An engine that is started already, instead of one of its own: to look at what is asked of it. */
  readonly engine?: EmbeddedDynamoDb;
  readonly now?: () => Date;
}

/** The SCIM function with its real store on the embedded engine; only the queue is a double. */
export async function startScimService({
  inMemory = false,
  now = () => new Date(),
  ...given
}: ScimServiceOptions = {}): Promise<ScimService> {
  const engine = inMemory ? undefined : (given.engine ?? (await startEmbeddedDynamoDb()));
  const lines: string[] = [];
  const queue = new RecordingQueue();
  const store = engine ? scimStore(new DynamoDbTable(engine.client, engine.tableName), 120) : inMemoryStore();
  const { directory, connections } = store;
  const dependencies = { ...store, queue, log: jsonLinesLog((line) => lines.push(line), now), now, newId: randomUUID };
  const handle = scimFunction(dependencies);
  return {
    dependencies,
    directory,
    connections,
    queue,
    lines,
    handle,
    records: (kind) => lines.map((line) => JSON.parse(line) as Json).filter((record) => record['kind'] === kind),
    async connect(settings = {}, state = 'active') {
      const id = randomUUID() as ConnectionId;
      const baseUrl = `https://${id}.example.com`;
      const target = { id: targetIdOf({ kind: 'data-center', baseUrl: baseUrl }), kind: 'data-center', baseUrl } as const;
      const created = now().toISOString();
      const connection = await connections.create({
        id,
        name: id,
        state,
        created,
        target,
        settings: Settings.parse({ version: 2, users: { linking: 'never' }, requestsPerSecond: 10_000, ...settings }),
      });
      const token = await addToken(connections, id, 3_600_000);
      return new ScimClient(handle, connection, token);
    },
    clientWith: (client, other) => new ScimClient(scimFunction({ ...dependencies, ...other }), client.connection, client.token),
    close: async () => engine?.close(),
  };
}

/** A new token of a connection that lives so long; the token itself. */
export async function addToken(connections: Connections, connection: ConnectionId, livesMs: number): Promise<string> {
  const token = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
  const digest = createHash('sha256').update(token).digest('hex');
  const [created, expires] = [new Date(), new Date(Date.now() + livesMs)].map((date) => date.toISOString()) as [string, string];
  await connections.addToken({ digest, connection, label: 'test', created, expires });
  return token;
}

/**
 * The event that a REST API's proxy integration makes of a request: path still encoded, query decoded, headers in the client's case.
 */
export function apiGatewayEvent(method: string, pathAndQuery: string, sent: Sent): APIGatewayProxyEvent {
  const [path = '', query = ''] = pathAndQuery.split(/\?(.*)/s, 2);
  const full = path.startsWith('/scim/') ? path : `/scim/v2${path}`;
  const before = sent.before ?? '';
  const text = sent.rawBody ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const headers: Record<string, string> = {};
  const defaults = {
    accept: 'application/scim+json',
    'user-agent': 'test',
    'x-forwarded-proto': 'https',
    ...(text !== undefined && { 'content-type': 'application/scim+json' }),
  };
  const given = new Set(Object.keys(sent.headers ?? {}).map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(defaults)) if (!given.has(name)) headers[name] = value;
  for (const [name, value] of Object.entries(sent.headers ?? {})) if (value !== null) headers[name] = value;
  const multiple: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) multiple[name] = [...(multiple[name] ?? []), value];
  return {
    httpMethod: method,
    path: full,
    resource: '/scim/v2/{proxy+}',
    pathParameters: null,
    stageVariables: null,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters:
      query === '' ? null : Object.fromEntries(Object.entries(multiple).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: query === '' ? null : multiple,
    body: text === undefined ? null : sent.isBase64 ? Buffer.from(text).toString('base64') : text,
    isBase64Encoded: sent.isBase64 ?? false,
    requestContext: {
      requestId: randomUUID(),
      domainName: sent.domainName ?? 'abc123.execute-api.eu-west-1.amazonaws.com',
      path: `${before}${full}`,
      httpMethod: method,
    } as APIGatewayProxyEvent['requestContext'],
  };
}
