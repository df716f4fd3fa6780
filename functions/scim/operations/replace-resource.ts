import type { Stored } from '../../../shared/directory/directory.ts';
import { keepImmutable } from '../../../shared/scim/resources/keep-immutable.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import { tablesForWritten } from '../../../shared/scim/resources/specified-attributes.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import { type Operation, withTables } from '../exchange.ts';
import { readResource } from '../request/read-body.ts';
import { changeResource } from './preconditions.ts';
import { commit, projectionOf, writtenReply } from './representation.ts';

/** PUT: RFC 7644 §3.5.1. "PUT MUST NOT be used to create new resources": an unknown id is 404. */
export function replaceResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange, id) => {
    const projection = projectionOf(exchange, endpoint);
    // Read once, and after the resource is: the log then tells whom a body that is refused was about.
    let attributes: ScimObject | undefined;
    const replaced = await commit(exchange, endpoint, () =>
      changeResource(exchange, endpoint, id, (stored) => {
        attributes ??= readResource(exchange, endpoint);
        return endpoint.replace(exchange, stored, keepImmutable(resourceTypeOf(exchange, endpoint), stored.attributes, attributes));
      }),
    );
    const tables = tablesForWritten(resourceTypeOf(exchange, endpoint), attributes ?? {});
    return writtenReply(withTables(exchange, tables), endpoint, replaced, projection, 200);
  };
}
