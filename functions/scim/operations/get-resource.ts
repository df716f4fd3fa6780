import type { Stored } from '../../../shared/directory/directory.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Operation } from '../exchange.ts';
import { isNotModified, readOrNotFound } from '../preconditions.ts';
import { etag, projectionOf, reply } from '../representation.ts';

/** GET of one resource: RFC 7644 §3.4.1, conditional by §3.14. */
export function getResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange, id) => {
    const projection = projectionOf(exchange, endpoint);
    const stored = await readOrNotFound(exchange, endpoint, id);
    if (isNotModified(exchange, stored)) return { status: 304, headers: etag(stored) };
    return reply(exchange, endpoint, stored, projection);
  };
}
