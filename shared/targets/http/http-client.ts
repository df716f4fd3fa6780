import { rootCertificates } from 'node:tls';
import { Agent, fetch as undiciFetch } from 'undici';
import type { TargetId } from '../../directory/ids.ts';
import type { CredentialStore, Credentials } from '../credentials.ts';
import { ProvisioningError } from '../target.ts';
import { normaliseBaseUrl } from '../target-address.ts';
import { failureWithoutAnswer } from './call-failure.ts';
import { type CallRate, callRateOf } from './call-rate.ts';
import type { ObservedCall } from './observed-call.ts';

/** Not a browser's: Confluence checks browsers' requests for forgery. */
const USER_AGENT = 'scim-for-confluence/0.1.0';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL, encoded, with its query. */
  readonly path: string;
  /** Sent as JSON; never observed or logged. */
  readonly body?: unknown;
  /** What must not come back in a failure's message. */
  readonly secrets?: readonly string[];
  readonly attempt?: number;
  /** Less than the client's own time-out. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly body: string;
  /** Where a redirect points, or nothing. */
  readonly location: string;
  /** X-Seraph-LoginReason. */
  readonly loginReason: string | undefined;
  readonly retryAfter: string | undefined;
}

/** Takes the secrets of a request out of a text. */
export type Redact = (text: string) => string;

export interface HttpClient {
  /**
   * Sends one request, once, and gives what `read` makes of its answer.
   * @param read throws the ProvisioningError that the answer stands for
   * @throws ProvisioningError of `read`, or 'no-answer' or 'unreachable'
   */
  send<T>(request: HttpRequest, read: (answer: HttpAnswer, redact: Redact) => T): Promise<T>;
}

export interface HttpClientOptions {
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
  /** Awaited before each request, in no one's time-out: its turn. What it throws is passed on, and nothing was sent. */
  readonly beforeCall?: (() => Promise<void>) | undefined;
}

/** The one way to a Confluence, whichever of its interfaces: login, time-out, redaction and the request log at one place. */
export function httpClient(options: HttpClientOptions): HttpClient {
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

  async function send<T>(request: HttpRequest, read: (answer: HttpAnswer, redact: Redact) => T): Promise<T> {
    const login = (await credentials.read(targetId)).credentials;
    const redact = redactorOf([...secretsOf(login), ...(request.secrets ?? [])]);
    await options.beforeCall?.();
    const started = now();
    let status: number | undefined;
    let rate: CallRate | undefined;

    const answerOf = async (): Promise<T> => {
      const response = await fetch(`${baseUrl}${request.path}`, {
        method: request.method,
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
      const header = (name: string) => response.headers.get(name) ?? undefined;
      rate = callRateOf(header);
      const answer = {
        status,
        ok: response.ok,
        body: await response.text(),
        location: header('location') ?? '',
        loginReason: header('x-seraph-loginreason'),
        retryAfter: header('retry-after') ?? resetOf(header('x-ratelimit-reset')),
      };
      return read(answer, redact);
    };

    const observed = (outcome: ObservedCall['outcome'], failure?: ProvisioningError) =>
      observe({
        method: request.method,
        path: request.path,
        ...(status !== undefined && { status }),
        outcome,
        durationMs: now() - started,
        attempt: request.attempt ?? 1,
        ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
        ...(failure?.loginReason !== undefined && { loginReason: failure.loginReason }),
        ...(rate && { rate }),
      });
    try {
      const answer = await answerOf();
      observed('ok');
      return answer;
    } catch (error) {
      const failure = error instanceof ProvisioningError ? error : failureWithoutAnswer(error, host);
      observed(failure.code, failure);
      throw failure;
    }
  }

  return { send };
}

/** Atlassian's gateways tell when the limit is over. Only a date is plain: numbers are seconds in one service and a time in another. */
function resetOf(value: string | undefined): string | undefined {
  return value !== undefined && /^\d{4}-\d\d-\d\dT/.test(value) ? value : undefined;
}

function authorizationOf(login: Credentials): string {
  return login.kind === 'basic'
    ? `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
    : `Bearer ${login.token}`;
}

function secretsOf(login: Credentials): string[] {
  const secret = login.kind === 'basic' ? login.password : login.token;
  const site = login.kind === 'api-key' ? login.site : undefined;
  const ofSite = site ? secretsOf({ kind: 'basic', username: site.email, password: site.token }) : [];
  return [secret, authorizationOf(login).split(' ')[1] ?? secret, ...ofSite];
}

/** Very short secrets are left alone: taking out single letters would make the message unreadable and hide nothing. */
function redactorOf(secrets: readonly string[]): Redact {
  const long = secrets.filter((secret) => secret.length >= 4);
  return (text) => long.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}
