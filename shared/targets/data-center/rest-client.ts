import type { z } from 'zod';
import { ProvisioningError } from '../target.ts';
import type { Endpoint } from './endpoints.ts';
import { failureOfAnswer } from './failure.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';
import { pathOf } from './names.ts';

export interface RestRequest extends Pick<HttpRequest, 'secrets' | 'attempt' | 'timeoutMs'> {
  /** Names for the path template. */
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface RestClient {
  /**
   * Sends one request, once, and parses its answer by the schema; an answer without content is parsed as undefined.
   * @throws ProvisioningError, by the table in failure.ts
   */
  call<T>(endpoint: Endpoint, request: RestRequest, answer: z.ZodType<T>): Promise<T>;
}

/** Confluence's REST API: names encoded into paths, answers parsed by a schema. @param now milliseconds since 1970 */
export function restClient(http: HttpClient, now: () => number): RestClient {
  return {
    async call(endpoint, { names = {}, query, ...request }, schema) {
      const path = pathOf(endpoint.path, names) + queryOf(query);
      return http.send({ method: endpoint.method, path, ...request }, (answer, redact) => {
        if (!answer.ok) throw failureOfAnswer(answer, now(), redact);
        return parseAnswer(answer, schema);
      });
    },
  };
}

/**
 * A login page or a proxy's page with status 200 is no success, not even where no content is expected.
 * @throws ProvisioningError 'unexpected-answer'
 */
export function parseAnswer<T>({ body, status }: { readonly body: string; readonly status: number }, schema: z.ZodType<T>): T {
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
