import type { Stored } from '../../../shared/directory/directory.ts';
import { tablesForWritten } from '../../../shared/scim/resources/specified-attributes.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import { type Operation, withTables } from '../exchange.ts';
import { readResource } from '../request/read-body.ts';
import { commit, projectionOf, writtenReply } from './representation.ts';
import { patienceIn, retryConflicts } from './retry-conflicts.ts';

/** POST: RFC 7644 §3.3. */
export function createResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange) => {
    const projection = projectionOf(exchange, endpoint);
    const attributes = readResource(exchange, endpoint);
    const created = await commit(exchange, endpoint, () =>
      retryConflicts(() => endpoint.create(exchange, attributes), patienceIn(exchange.timeLeftMs())),
    );
    // "an HTTP response SHALL be returned with HTTP status code 201 (Created)", its URI "in the HTTP "Location" header and the HTTP body"
    const tables = tablesForWritten(resourceTypeOf(exchange, endpoint), attributes);
    return writtenReply(withTables(exchange, tables), endpoint, created, projection, 201);
  };
}
