import { rootCertificates } from 'node:tls';
import { Agent, fetch as undiciFetch } from 'undici';
import type { z } from 'zod';
import type { TargetId } from '../../directory/ids.ts';
import type { CredentialStore, Credentials } from '../credentials.ts';
import type { ObservedCall } from '../observed-call.ts';
import { ProvisioningError } from '../target.ts';
import { normaliseBaseUrl } from '../target-id.ts';
import type { Endpoint } from './endpoints.ts';
import { failureOfAnswer, failureWithoutAnswer } from './failure.ts';
import { pathOf } from './names.ts';

/** Not a browser's: Confluence checks browsers' requests for forgery. */
const USER_AGENT = 'scim-for-confluence/0.1.0';

export interface RestRequest {
  /** Names for the path template. */
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  /** Sent as JSON; never observed or logged. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** What must not come back in a failure's message. */
  readonly secrets?: readonly string[];
  readonly attempt?: number;
  /** Less than the client's own time-out. */
  readonly timeoutMs?: number;
}

export interface RestClient {
  /**
   * Sends one request, once, and parses its answer by the schema; an answer without content is parsed as undefined.
   * @throws ProvisioningError, by the table in failure.ts
   */
  call<T>(endpoint: Endpoint, request: RestRequest, answer: z.ZodType<T>): Promise<T>;
}

export interface RestClientOptions {
  readonly baseUrl: string;
  readonly targetId: TargetId;
  readonly credentials: CredentialStore;
  readonly observe: (call: ObservedCall) => void;
  readonly callTimeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** PEM of a certificate authority to trust beside the public ones. */
  readonly ca?: string;
  readonly fetch?: typeof undiciFetch;
}

/** The one way to Confluence's REST API: login, time-out, encoding, schema and the request log at one place. */
export function restClient(options: RestClientOptions): RestClient {
  const { targetId, credentials, observe, callTimeoutMs, now } = options;
  const baseUrl = normaliseBaseUrl(options.baseUrl);
  const host = new URL(baseUrl).host;
  const fetch = options.fetch ?? undiciFetch;
  const dispatcher = new Agent({
    // A connection that is not made in time ends before the call's own time-out: then it is sure that nothing was sent.
    connect: {
      timeout: Math.min(5_000, callTimeoutMs / 2),
      ...(options.ca !== undefined && { ca: [...rootCertificates, options.ca] }),
    },
  });

  async function call<T>(endpoint: Endpoint, request: RestRequest, schema: z.ZodType<T>): Promise<T> {
    const path = pathOf(endpoint.path, request.names ?? {}) + queryOf(request.query);
    const login = (await credentials.read(targetId)).credentials;
    const redact = redactorOf([...secretsOf(login), ...(request.secrets ?? [])]);
    const started = now();
    let status: number | undefined;

    const send = async (): Promise<T> => {
      const response = await fetch(`${baseUrl}${path}`, {
        method: endpoint.method,
        headers: {
          accept: 'application/json',
          authorization: authorizationOf(login),
          'user-agent': USER_AGENT,
          'x-atlassian-token': 'no-check',
          ...(request.body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, Math.min(callTimeoutMs, request.timeoutMs ?? callTimeoutMs))),
        dispatcher,
      });
      status = response.status;
      const body = await response.text();
      const header = (name: string) => response.headers.get(name) ?? undefined;
      if (!response.ok) {
        const answer = {
          status,
          body,
          location: header('location') ?? '',
          loginReason: header('x-seraph-loginreason'),
          retryAfter: header('retry-after'),
        };
        throw failureOfAnswer(answer, now(), redact);
      }
      return parse(body, response.status, schema);
    };

    const observed = (outcome: ObservedCall['outcome'], failure?: ProvisioningError) =>
      observe({
        method: endpoint.method,
        path,
        ...(status !== undefined && { status }),
        outcome,
        durationMs: now() - started,
        attempt: request.attempt ?? 1,
        ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
        ...(failure?.loginReason !== undefined && { loginReason: failure.loginReason }),
      });
    try {
      const answer = await send();
      observed('ok');
      return answer;
    } catch (error) {
      const failure = error instanceof ProvisioningError ? error : failureWithoutAnswer(error, host);
      observed(failure.code, failure);
      throw failure;
    }
  }

  return { call };
}

/** A login page or a proxy's page with status 200 is no success, not even where no content is expected. */
function parse<T>(body: string, status: number, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = body === '' ? undefined : JSON.parse(body);
  } catch {
    throw new ProvisioningError(
      'unexpected-answer',
      `Not JSON but something else came back, such as a login page or a proxy's page (HTTP ${status}). Check the base URL and what stands in front of Confluence.`,
      { status },
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'answer'}: ${message}`).join('; ');
  throw new ProvisioningError('unexpected-answer', `Confluence answered in a way that is not known here (HTTP ${status}): ${where}`, {
    status,
    cause: parsed.error,
  });
}

function queryOf(query: RestRequest['query']): string {
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function authorizationOf(login: Credentials): string {
  return login.kind === 'basic'
    ? `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
    : `Bearer ${login.token}`;
}

function secretsOf(login: Credentials): string[] {
  const secret = login.kind === 'basic' ? login.password : login.token;
  return [secret, authorizationOf(login).split(' ')[1] ?? secret];
}

/** Very short secrets are left alone: taking out single letters would make the message unreadable and hide nothing. */
function redactorOf(secrets: readonly string[]): (text: string) => string {
  const long = secrets.filter((secret) => secret.length >= 4);
  return (text) => long.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}
