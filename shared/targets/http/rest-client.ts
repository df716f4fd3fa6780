import type { z } from 'zod';
import type { ProvisioningError } from '../target.ts';
import type { RefusedAnswer } from './call-failure.ts';
import type { HttpClient, HttpRequest, Redact } from './http-client.ts';
import { parseAnswer, queryOf } from './json-answer.ts';
import { pathOf } from './path.ts';

/** One call of a REST API, as the vendor's OpenAPI documents name it. */
export interface Endpoint {
  readonly method: HttpRequest['method'];
  /** Path template below the base URL. */
  readonly path: string;
}

export interface RestRequest extends Pick<HttpRequest, 'secrets' | 'attempt' | 'timeoutMs'> {
  /** Names for the path template. */
  readonly names?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface RestClient {
  /**
   * Sends one request, once, and parses its answer by the schema; an answer without content is parsed as undefined.
   * @throws ProvisioningError, by the table of the client's `failureOf`
   */
  call<T>(endpoint: Endpoint, request: RestRequest, answer: z.ZodType<T>): Promise<T>;
}

/** The failure that an answer without success stands for: each adapter has a table of its own. */
export type FailureOf = (answer: RefusedAnswer, redact: Redact) => ProvisioningError;

/** A REST API: names encoded into paths, answers parsed by a schema. */
export function restClient(http: HttpClient, failureOf: FailureOf): RestClient {
  return {
    async call(endpoint, { names = {}, query, ...request }, schema) {
      const path = pathOf(endpoint.path, names) + queryOf(query);
      return http.send({ method: endpoint.method, path, ...request }, (answer, redact) => {
        if (!answer.ok) throw failureOf(answer, redact);
        return parseAnswer(answer, schema);
      });
    },
  };
}
