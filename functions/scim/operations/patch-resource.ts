import type { Stored } from '../../../shared/directory/directory.ts';
import type { PatchOperation } from '../../../shared/scim/patch/operation.ts';
import { etagOf } from '../../../shared/scim/resources/etag.ts';
import { tablesForPatched } from '../../../shared/scim/resources/specified-attributes.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import { type Operation, withTables } from '../exchange.ts';
import { readPatch } from '../request/read-body.ts';
import { noContent } from '../response/response.ts';
import { changeResource } from './preconditions.ts';
import { commit, projectionOf, writtenReply } from './representation.ts';

/** PATCH: RFC 7644 §3.5.2. Applied to what was read, all operations or none, and again if another write came between. */
export function patchResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange, id) => {
    const projection = projectionOf(exchange, endpoint);
    // Read once, and after the resource is: the log then tells whom a body that is refused was about.
    let operations: readonly PatchOperation[] | undefined;
    const patched = await commit(exchange, endpoint, () =>
      changeResource(exchange, endpoint, id, (stored) => {
        operations ??= readPatch(exchange, endpoint);
        return endpoint.patch(exchange, stored, operations);
      }),
    );
    // "The server MUST return a 200 OK if the "attributes" parameter is specified in the request."
    // An empty list asks for nothing: RFC 7644 §3.9 has names in it.
    const asked = exchange.request.query.get('attributes')?.trim();
    if (endpoint.patchReply === 204 && !asked) return noContent({ ETag: etagOf(patched.revision) });
    const tables = tablesForPatched(resourceTypeOf(exchange, endpoint), operations ?? []);
    return writtenReply(withTables(exchange, tables), endpoint, patched, projection, 200);
  };
}
