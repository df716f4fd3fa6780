import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { ScimError } from '../../shared/scim/errors.ts';
import { errorResponse } from '../../shared/scim/messages/error-response.ts';
import { FunctionTimedOut, invokeFunction } from './invoke-function.ts';
import { proxyEvent } from './proxy-event.ts';

export interface ApiGateway {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  close(): Promise<void>;
}

export interface ApiGatewayOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
  readonly limits?: Partial<typeof LIMITS>;
  readonly onError?: (error: unknown) => void;
}

/** Of API Gateway (request, time) and Lambda (response), in bytes and milliseconds. */
const LIMITS = { requestBytes: 10 * 1024 * 1024, responseBytes: 6 * 1024 * 1024, timeoutMs: 29_000 };

/** What REST APIs don't let through under its own name. */
const REMAPPED: Readonly<Record<string, string>> = { 'www-authenticate': 'x-amzn-Remapped-WWW-Authenticate' };

/**
 * As much of API Gateway's REST API with a Lambda proxy as the product can see, on 127.0.0.1. What the gateway answers by itself is a
 * SCIM error, as in the stack: 404 outside /scim, 413 over 10 MB, 502 for an answer over 6 MB or none, 504 after 29 s.
 * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken
 */
export async function startApiGateway(options: ApiGatewayOptions): Promise<ApiGateway> {
  const limits = { ...LIMITS, ...options.limits };

  async function answer(request: IncomingMessage): Promise<APIGatewayProxyResult> {
    if (!/^\/scim(\/|\?|$)/.test(request.url ?? '')) throw new ScimError(404, 'This is no SCIM address; the base URL ends in /scim/v2.');
    const event = proxyEvent(request, await readBody(request, limits.requestBytes));
    const result = await invokeFunction((context) => options.handler(event, context), limits.timeoutMs, randomUUID());
    if (Buffer.byteLength(JSON.stringify(result)) > limits.responseBytes) {
      throw new ScimError(502, 'The answer is larger than 6 MB. Ask for less: count, attributes, excludedAttributes.');
    }
    return result;
  }

  const server = createServer(async (request, response) => {
    try {
      send(request, response, await answer(request));
    } catch (error) {
      if (!(error instanceof ScimError)) options.onError?.(error);
      const told = gatewayError(error);
      const headers = { 'Content-Type': 'application/scim+json', ...(told.status === 413 && { Connection: 'close' }) };
      send(request, response, { statusCode: told.status, headers, body: JSON.stringify(errorResponse(told)) });
      request.resume();
    }
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(() => server.closeAllConnections(), 1_000);
        server.close(() => {
          clearTimeout(giveUp);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** @throws ScimError 413 */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new ScimError(413, 'The request is larger than 10 MB. Send fewer members at once.');
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  // Not `for await`: leaving that would close the connection before the answer.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', resolve).on('error', reject);
  });
  return Buffer.concat(chunks);
}

function gatewayError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof FunctionTimedOut)
    return new ScimError(504, 'The request took too long. Send it again; nothing is lost when it is repeated.');
  return new ScimError(502, 'An error inside. Send the request again.');
}

function send(request: IncomingMessage, response: ServerResponse, result: APIGatewayProxyResult): void {
  for (const [name, value] of Object.entries({ ...result.headers, ...result.multiValueHeaders })) {
    const values = Array.isArray(value) ? value.map(String) : String(value);
    response.setHeader(REMAPPED[name.toLowerCase()] ?? name, values);
  }
  const body = Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8');
  const hasBody = result.statusCode !== 204 && result.statusCode !== 304;
  response.writeHead(result.statusCode, hasBody ? { 'Content-Length': body.length } : {});
  response.end(hasBody && request.method !== 'HEAD' ? body : undefined);
}
