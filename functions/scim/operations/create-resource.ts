import type { Stored } from '../../../shared/directory/directory.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Operation } from '../exchange.ts';
import { readResource } from '../read-body.ts';
import { commit, projectionOf, writtenReply } from '../representation.ts';
import { retryConflicts } from '../retry-conflicts.ts';

/** POST: RFC 7644 §3.3. */
export function createResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange) => {
    const projection = projectionOf(exchange, endpoint);
    const attributes = readResource(exchange, endpoint);
    const created = await commit(exchange, endpoint, () => retryConflicts(() => endpoint.create(exchange, attributes)));
    // "an HTTP response SHALL be returned with HTTP status code 201 (Created)", its URI "in the HTTP "Location" header and the HTTP body"
    return writtenReply(exchange, endpoint, created, projection, 201);
  };
}
