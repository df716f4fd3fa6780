import { join } from 'node:path';
import * as z from 'zod';
import type { Fault } from '../faults.ts';
import { type Answer, type Incoming, openSimulatorServer, parsedJson, type SimulatedRequest } from '../simulator-server.ts';
import { type RateLimit, tokenBucket } from '../token-bucket.ts';
import { digestOf, Instance } from './instance.ts';
import { jsonRpcApi, type Switches } from './json-rpc-api.ts';
import { login } from './login.ts';
import { refusal, restApi } from './rest-api.ts';

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
  const bucket = options.rateLimit && tokenBucket(options.rateLimit, options.now ?? Date.now);

  const server = await openSimulatorServer(options.port ?? 0, contextPath);
  const { url } = server;

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

  function confluence({ method, path, query, headers, text: body }: Incoming): Answer {
    const rpcMethod = method === 'POST' && path.startsWith(RPC) ? path.slice(RPC.length) : undefined;
    const takesTokens = since(7, 9) && (rpcMethod === undefined || options.tokensForRpc !== false);
    const session = login(instance, takesTokens ? (options.token ?? 'local') : undefined, headers.authorization);
    if (!('user' in session)) return unauthorised(session.reason);
    if (method !== 'GET' && /mozilla/i.test(headers['user-agent'] ?? '') && headers['x-atlassian-token'] === undefined) {
      return refusal(403, 'XSRF check failed');
    }
    if (body !== '' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) return refusal(415, 'Unsupported Media Type');
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

  function turn(body: unknown): Answer {
    const turned = Turned.safeParse(body);
    if (!turned.success) return { status: 400, body: { message: z.prettifyError(turned.error) } };
    Object.assign(switches, turned.data);
    return { status: 204 };
  }

  server.play({
    answer: (request) => (request.isInContext ? limited(() => confluence(request)) : refusal(404, 'outside the context path')),
    injected: (_, status, retryAfterSeconds) => injected(status, retryAfterSeconds),
    controls: {
      'GET users': () => ({ status: 200, body: users() }),
      'GET groups': () => ({ status: 200, body: groups() }),
      'POST switches': turn,
    },
  });
  const ticking = setInterval(() => {
    for (const task of instance.tasks()) if (task.percentage < 100) instance.advance(task, 100);
  }, LONG_TASK_MS);
  ticking.unref();

  return {
    url,
    users,
    groups,
    requests: server.requests,
    seed({ users = [], disabled = [], groups = [], members = {} }) {
      for (const username of users) {
        const active = !disabled.includes(username);
        instance.createUser({ username, fullName: username, email: `${username}@example.com`, active });
      }
      for (const group of groups) instance.createGroup(group);
      for (const [group, names] of Object.entries(members)) for (const name of names) instance.addMember(group, name);
    },
    fault: server.fault,
    clearFaults: server.clearFaults,
    turn: (turned) => void Object.assign(switches, turned),
    clearCaptcha: (username) => instance.setFailedLogins(username, 0),
    async close() {
      clearInterval(ticking);
      await server.close();
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
