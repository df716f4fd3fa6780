import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Fault, faultBook } from './faults.ts';

/** What is sent back. `body` undefined: no content; a text: HTML; else JSON, unless the headers name another type. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came over the wire. */
export interface Incoming {
  readonly method: string;
  /** Below the context path, where it is. */
  readonly path: string;
  readonly isInContext: boolean;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface SimulatedRequest {
  readonly at: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** 0: the connection was dropped without an answer. */
  readonly status: number;
}

/** What a simulator plays. */
export interface Simulation {
  readonly answer: (request: Incoming) => Answer;
  /** The answer of a fault with a status, in the shape of what was called. */
  readonly injected: (request: Incoming, status: number, retryAfterSeconds: number | undefined) => Answer;
  /** Its own paths below /simulator/, by `METHOD name`; they need no login. */
  readonly controls: Readonly<Record<string, (body: unknown) => Answer>>;
}

export interface SimulatorServer {
  /** With the context path. */
  readonly url: string;
  /** From now on requests are answered. */
  play(simulation: Simulation): void;
  requests(): SimulatedRequest[];
  fault(fault: z.input<typeof Fault>): void;
  clearFaults(): void;
  close(): Promise<void>;
}

const KEPT_REQUESTS = 100_000;

/**
 * The HTTP side that simulators share: on 127.0.0.1, with faults to inject and a list of what was asked, which /simulator/faults and
 * /simulator/requests give too. The port is taken before anything else: the state of a simulator belongs to whoever holds it.
 * @param port 0: any free one. @param contextPath such as `/confluence`
 * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken
 */
export async function openSimulatorServer(port: number, contextPath = ''): Promise<SimulatorServer> {
  const faults = faultBook();
  const requests: SimulatedRequest[] = [];
  const closing = new AbortController();
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const fault = (wanted: z.input<typeof Fault>) => faults.add(Fault.parse(wanted));

  const controls: Simulation['controls'] = {
    'GET requests': () => ({ status: 200, body: requests }),
    'DELETE faults': () => {
      faults.clear();
      return { status: 204 };
    },
    'POST faults': (body) => {
      const parsed = Fault.safeParse(body);
      if (!parsed.success) return { status: 400, body: { message: z.prettifyError(parsed.error) } };
      faults.add(parsed.data);
      return { status: 204 };
    },
  };

  async function serve(simulation: Simulation, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const text = await textOf(request);
    const [rawPath = '/', rawQuery = ''] = (request.url ?? '/').split('?', 2);
    const isInContext = rawPath === contextPath || rawPath.startsWith(`${contextPath}/`);
    const path = isInContext ? rawPath.slice(contextPath.length) : rawPath;
    if (path.startsWith('/simulator/')) {
      const control = { ...controls, ...simulation.controls }[`${method} ${path.slice('/simulator/'.length)}`];
      const unknown = { status: 404, body: { message: `no ${method} ${path} in the simulator` } };
      return send(response, control?.(parsedJson(text)) ?? unknown);
    }
    const incoming = { method, path, isInContext, query: new URLSearchParams(rawQuery), headers: request.headers, text };
    const pathAndQuery = rawQuery === '' ? path : `${path}?${rawQuery}`;
    const injected = faults.take(method, pathAndQuery);
    if (injected?.delayMs !== undefined) await sleep(injected.delayMs, undefined, { signal: closing.signal });
    const answer =
      injected?.status === undefined
        ? simulation.answer(incoming)
        : simulation.injected(incoming, injected.status, injected.retryAfterSeconds);
    const dropped = injected?.dropConnection === true;
    if (requests.length >= KEPT_REQUESTS) requests.shift();
    requests.push({ at: new Date().toISOString(), method, path: pathAndQuery, status: dropped ? 0 : answer.status });
    if (dropped) request.socket.destroy();
    else send(response, answer);
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${contextPath}`,
    play(simulation) {
      server.on('request', (request, response) => {
        serve(simulation, request, response).catch((error: unknown) => {
          if (closing.signal.aborted || response.destroyed) return;
          send(response, { status: 500, body: { message: error instanceof Error ? error.message : 'failed' } });
        });
      });
    },
    requests: () => [...requests],
    fault,
    clearFaults: () => faults.clear(),
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
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

/** Undefined: no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
