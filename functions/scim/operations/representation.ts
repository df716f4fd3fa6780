import type { Committed, Stored } from '../../../shared/directory/directory.ts';
import { type Projection, type ProjectionQuery, parseProjection, project, wantsAttribute } from '../../../shared/scim/resources/project.ts';
import { type Endpoint, type Rendered, resourceTypeOf } from '../endpoints/endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { subjectOf } from '../log/subject.ts';
import { fitsReply, type ScimResponse } from '../response/response.ts';
import { logUnforeseen } from '../response/scim-errors.ts';
import { sendChange } from './send-change.ts';

/**
 * `attributes` and `excludedAttributes`: RFC 7644 §3.9. Read before anything is written; a search has them in its body, every other
 * request in its address. @throws ScimError
 */
export function projectionOf<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  query: ProjectionQuery = inAddress(exchange),
): Projection {
  const { mode, onTolerance } = exchange;
  return parseProjection(resourceTypeOf(exchange, endpoint), query, { mode, onTolerance });
}

function inAddress({ request }: Exchange): ProjectionQuery {
  return { attributes: request.query.get('attributes'), excludedAttributes: request.query.get('excludedAttributes') };
}

/** Runs a write, tells the log what it was about and the queue that there is work. The answer is 2xx from here on. */
export async function commit<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  write: () => Promise<Committed<R>>,
): Promise<R> {
  const committed = await write();
  const { resource } = committed;
  exchange.story.subject = subjectOf(endpoint, resource);
  exchange.story.revision = resource.revision;
  await sendChange(exchange, endpoint.pointer(resource), committed);
  return resource;
}

/**
 * The reply to a write. The write stands, so nothing may turn it into an error any more: a group whose members are too many for
 * one reply, or can't be read just now, is returned without them.
 */
export async function writtenReply<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  stored: R,
  projection: Projection,
  status: 200 | 201,
): Promise<ScimResponse> {
  const location =
    status === 201 ? { Location: `${exchange.request.baseUrl}${resourceTypeOf(exchange, endpoint).endpoint}/${stored.id}` } : {};
  // A user is put into groups after it was created.
  const mayHaveRelation = status === 200 || endpoint.isRelationWritten;
  for (const withRelation of mayHaveRelation && wantsAttribute(projection, endpoint.relation) ? [true, false] : [false]) {
    const rendered = await renderIfReadable(exchange, endpoint, stored, withRelation, projection);
    if (rendered === undefined) continue;
    const body = JSON.stringify(project(resourceTypeOf(exchange, endpoint), rendered.resource, projection));
    if (fitsReply(body)) return { status, headers: { ETag: rendered.etag, ...location }, body };
  }
  throw new Error('a resource without its relations is larger than a reply');
}

/** Undefined for a relation that can't be read, whatever the reason; the log has what nobody foresaw. */
async function renderIfReadable<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  stored: R,
  withRelation: boolean,
  projection: Projection,
): Promise<Rendered | undefined> {
  try {
    const [rendered] = await endpoint.render(exchange, [stored], withRelation, projection);
    return rendered;
  } catch (error) {
    if (!withRelation) throw error;
    logUnforeseen(exchange.dependencies.log, exchange.story, error);
    return undefined;
  }
}
