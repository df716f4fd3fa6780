import type { Stored } from '../../../shared/directory/directory.ts';
import { matchesEtag } from '../../../shared/scim/resources/etag.ts';
import { project, wantsAttribute } from '../../../shared/scim/resources/project.ts';
import { type Endpoint, resourceTypeOf } from '../endpoints/endpoint.ts';
import type { Exchange, Operation } from '../exchange.ts';
import { jsonResponse, type ScimResponse } from '../response/response.ts';
import { notFound, readOrNotFound } from './preconditions.ts';
import { projectionOf } from './representation.ts';

/** GET of one resource: RFC 7644 §3.4.1, conditional by §3.14. A resource too large for one reply is 400 tooMany. */
export function getResource<R extends Stored<string>>(endpoint: Endpoint<R>): Operation {
  return async (exchange, id) => {
    const projection = projectionOf(exchange, endpoint);
    const stored = await readOrNotFound(exchange, endpoint, id);
    const withRelation = wantsAttribute(projection, endpoint.relation);
    // A user's groups and a group's members change without the revision: only who looks at them knows whether they are as they were.
    const [rendered] = await endpoint.render(exchange, [stored], withRelation, projection);
    // Deleted since it was read.
    if (!rendered) throw notFound(endpoint);
    if (isNotModified(exchange, rendered.etag)) return notModified(rendered.etag);
    return jsonResponse(200, project(resourceTypeOf(exchange, endpoint), rendered.resource, projection), { ETag: rendered.etag });
  };
}

/** RFC 9110 §13.1.2: the client has this version already. */
function isNotModified({ request }: Exchange, etag: string): boolean {
  return request.ifNoneMatch !== undefined && matchesEtag(request.ifNoneMatch, etag);
}

const notModified = (etag: string): ScimResponse => ({ status: 304, headers: { ETag: etag } });
