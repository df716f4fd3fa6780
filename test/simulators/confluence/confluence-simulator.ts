import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Fault, faultBook } from './faults.ts';
import { digestOf, Instance } from './instance.ts';
import { jsonRpcApi, type Switches } from './json-rpc-api.ts';
import { login } from './login.ts';
import { type Answer, refusal, restApi } from './rest-api.ts';
import { type RateLimit, tokenBucket } from './token-bucket.ts';

export interface ConfluenceSimulatorOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Where the state survives a kill; absent: in memory. */
  readonly stateDir?: string;
  /** The service account's personal access token. Default `local`. */
  readonly token?: string;
  /** Which Confluence is simulated, from 6.0 on. Default `10.0`. Before 7.9 there are no personal access tokens. */
  readonly version?: string;
  /** Is JSON-RPC switched on? Default: before 8.4, where accounts can't be created without. */
  readonly remoteApi?: boolean;
  /** Are secure administrator sessions switched on? Default: no. */
  readonly secureSessions?: boolean;
  /** Is the version told beyond /rest/api? Default: yes. */
  readonly tellsVersion?: boolean;
  /** Does JSON-RPC take a personal access token? Default: yes. */
  readonly tokensForRpc?: boolean;
  /** The rate limit of the service account. Default: it is exempt. */
  readonly rateLimit?: RateLimit;
  /** The clock of the rate limit, milliseconds since 1970. Default: this machine's. */
  readonly now?: () => number;
  /** How many active users the licence allows. Default: no limit. */
  readonly seats?: number;
  /** A user name and password that may log in by basic authentication, as an administrator. */
  readonly basic?: { readonly username: string; readonly password: string };
  /** Such as `/confluence`. */
  readonly contextPath?: string;
  /** The "fixed system limit" of a page. Default 200. */
  readonly maxPageSize?: number;
}

export interface SimulatedRequest {
  readonly at: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0: the connection was dropped without an answer. */
  readonly status: number;
}

export interface ConfluenceSimulator {
  /** The base URL, with the context path. */
  readonly url: string;
  users(): { username: string; fullName: string; email: string; active: boolean; groups: string[] }[];
  groups(): { name: string; members: string[] }[];
  requests(): SimulatedRequest[];
  /** What was there before this product: users by name, groups, members. */
  seed(content: {
    users?: readonly string[];
    disabled?: readonly string[];
    groups?: readonly string[];
    members?: Readonly<Record<string, readonly string[]>>;
  }): void;
  /** The same as POST /simulator/faults. */
  fault(fault: z.input<typeof Fault>): void;
  clearFaults(): void;
  /** What an administrator does in the security configuration; the same as POST /simulator/switches. */
  turn(switches: Partial<Switches>): void;
  /** What an administrator does in the browser after a CAPTCHA lock. */
  clearCaptcha(username: string): void;
  close(): Promise<void>;
}

const RPC = '/rpc/json-rpc/confluenceservice-v2/';
const Turned = z.strictObject({ remoteApi: z.boolean().exactOptional(), secureSessions: z.boolean().exactOptional() });
const KEPT_REQUESTS = 100_000;
/** A deletion that nobody looks at ends by itself. */
const LONG_TASK_MS = 1_000;

/**
 * A Confluence Server or Data Center on 127.0.0.1, as far as users and groups go. Beside Confluence's own paths it has /simulator/users,
 * /simulator/groups, /simulator/requests, /simulator/faults and /simulator/switches, which need no login.
 * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken
 */
export async function startConfluenceSimulator(options: ConfluenceSimulatorOptions = {}): Promise<ConfluenceSimulator> {
  const contextPath = options.contextPath ?? '';
  const versionText = options.version ?? '10.0';
  const [major = 10, minor = 0] = versionText.split('.').map(Number);
  const since = (leastMajor: number, leastMinor: number) => major > leastMajor || (major === leastMajor && minor >= leastMinor);
  const switches: Switches = { remoteApi: options.remoteApi ?? !since(8, 4), secureSessions: options.secureSessions ?? false };
  const faults = faultBook();
  const bucket = options.rateLimit && tokenBucket(options.rateLimit, options.now ?? Date.now);
  const requests: SimulatedRequest[] = [];
  const closing = new AbortController();

  // The port first: the state belongs to whoever holds it.
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${contextPath}`;

  const instance = new Instance(options.stateDir === undefined ? undefined : join(options.stateDir, 'confluence-simulator.jsonl'));
  const perform = restApi({
    instance,
    version: [major, minor],
    versionText,
    baseUrl: url,
    maxPageSize: options.maxPageSize ?? 200,
    seats: options.seats ?? Number.POSITIVE_INFINITY,
    tellsVersion: options.tellsVersion ?? true,
  });
  const performRpc = jsonRpcApi({
    instance,
    version: [major, minor],
    versionText,
    seats: options.seats ?? Number.POSITIVE_INFINITY,
    switches,
  });

  if (options.basic) {
    const { username, password } = options.basic;
    if (!instance.user(username)) instance.createUser({ username, fullName: username, email: `${username}@example.com`, active: true });
    instance.changeUser(username, { passwordDigest: digestOf(username, password) });
    instance.addMember('confluence-administrators', username);
  }

  const users = () =>
    instance
      .users()
      .map(({ username, fullName, email, active }) => ({ username, fullName, email, active, groups: instance.groupsOf(username) }));
  const groups = () => instance.groups().map(({ name, members }) => ({ name, members: [...members] }));

  function control(method: string, path: string, body: string): Answer {
    switch (`${method} ${path}`) {
      case 'GET /simulator/users':
        return { status: 200, body: users() };
      case 'GET /simulator/groups':
        return { status: 200, body: groups() };
      case 'GET /simulator/requests':
        return { status: 200, body: requests };
      case 'DELETE /simulator/faults':
        faults.clear();
        return { status: 204 };
      case 'POST /simulator/switches': {
        const turned = Turned.safeParse(parsedJson(body));
        if (!turned.success) return { status: 400, body: { message: z.prettifyError(turned.error) } };
        Object.assign(switches, turned.data);
        return { status: 204 };
      }
      case 'POST /simulator/faults': {
        const fault = Fault.safeParse(parsedJson(body));
        if (!fault.success) return { status: 400, body: { message: z.prettifyError(fault.error) } };
        faults.add(fault.data);
        return { status: 204 };
      }
      default:
        return { status: 404, body: { message: `no ${method} ${path} in the simulator` } };
    }
  }

  function confluence(request: IncomingMessage, path: string, query: URLSearchParams, body: string): Answer {
    const method = request.method ?? 'GET';
    const rpcMethod = method === 'POST' && path.startsWith(RPC) ? path.slice(RPC.length) : undefined;
    const takesTokens = since(7, 9) && (rpcMethod === undefined || options.tokensForRpc !== false);
    const session = login(instance, takesTokens ? (options.token ?? 'local') : undefined, request.headers.authorization);
    if (!('user' in session)) return unauthorised(session.reason);
    if (method !== 'GET' && /mozilla/i.test(request.headers['user-agent'] ?? '') && request.headers['x-atlassian-token'] === undefined) {
      return refusal(403, 'XSRF check failed');
    }
    if (body !== '' && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return refusal(415, 'Unsupported Media Type');
    const parsed = body === '' ? {} : parsedJson(body);
    if (typeof parsed !== 'object' || parsed === null) return refusal(400, 'The body is no JSON object');
    const answered = { 'x-ausername': session.user.username };
    if (rpcMethod !== undefined) return { ...performRpc(rpcMethod, parsed, session.user), headers: answered };
    const answer = perform({ method, path, query, body: parsed as Record<string, unknown>, caller: session.user });
    return { ...answer, headers: { ...answered, ...answer.headers } };
  }

  /** What comes too often is not looked at. */
  function limited(perform: () => Answer): Answer {
    const taken = bucket?.take();
    if (!taken) return perform();
    const answer = taken.allowed ? perform() : refusal(429, 'Rate limit exceeded.');
    return { ...answer, headers: { ...taken.headers, ...answer.headers } };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const body = await textOf(request);
    const [rawPath = '/', rawQuery = ''] = (request.url ?? '/').split('?', 2);
    const inContext = rawPath === contextPath || rawPath.startsWith(`${contextPath}/`);
    const path = inContext ? rawPath.slice(contextPath.length) : rawPath;
    if (path.startsWith('/simulator/')) return send(response, control(method, path, body));

    const pathAndQuery = rawQuery === '' ? path : `${path}?${rawQuery}`;
    const fault = faults.take(method, pathAndQuery);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { signal: closing.signal });
    const answer =
      fault?.status !== undefined
        ? injected(fault.status, fault.retryAfterSeconds)
        : inContext
          ? limited(() => confluence(request, path, new URLSearchParams(rawQuery), body))
          : refusal(404, 'outside the context path');
    const dropped = fault?.dropConnection === true;
    if (requests.length >= KEPT_REQUESTS) requests.shift();
    requests.push({ at: new Date().toISOString(), method, path: pathAndQuery, status: dropped ? 0 : answer.status });
    if (dropped) request.socket.destroy();
    else send(response, answer);
  }

  server.on('request', (request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (closing.signal.aborted || response.destroyed) return;
      send(response, refusal(500, error instanceof Error ? error.message : 'failed'));
    });
  });
  const ticking = setInterval(() => {
    for (const task of instance.tasks()) if (task.percentage < 100) instance.advance(task, 100);
  }, LONG_TASK_MS);
  ticking.unref();

  return {
    url,
    users,
    groups,
    requests: () => [...requests],
    seed({ users = [], disabled = [], groups = [], members = {} }) {
      for (const username of users) {
        const active = !disabled.includes(username);
        instance.createUser({ username, fullName: username, email: `${username}@example.com`, active });
      }
      for (const group of groups) instance.createGroup(group);
      for (const [group, names] of Object.entries(members)) for (const name of names) instance.addMember(group, name);
    },
    fault: (fault) => faults.add(Fault.parse(fault)),
    clearFaults: () => faults.clear(),
    turn: (turned) => void Object.assign(switches, turned),
    clearCaptcha: (username) => instance.setFailedLogins(username, 0),
    async close() {
      clearInterval(ticking);
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function unauthorised(reason: string | undefined): Answer {
  return {
    ...refusal(401, 'Client must be authenticated to access this resource.'),
    headers: { 'www-authenticate': 'OAuth realm="confluence"', ...(reason !== undefined && { 'x-seraph-loginreason': reason }) },
  };
}

/** The answer of a fault with a status, with the headers that come with it in Confluence. */
function injected(status: number, retryAfterSeconds: number | undefined): Answer {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (status === 401) return unauthorised('AUTHENTICATED_FAILED');
  if (status >= 300 && status < 400) return { status, headers: { location: '/login.action?os_destination=%2F' } };
  if (status !== 429) return { ...refusal(status, 'injected fault'), headers: retryAfter };
  return {
    ...refusal(429, 'Rate limit exceeded.'),
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-interval-seconds': '1',
      'x-ratelimit-fillrate': '5',
      'retry-after': '1',
      ...retryAfter,
    },
  };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (body === undefined || status === 204) {
    response.writeHead(status, headers).end();
    return;
  }
  const isText = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isText ? 'text/html;charset=utf-8' : 'application/json', ...headers })
    .end(isText ? body : JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
