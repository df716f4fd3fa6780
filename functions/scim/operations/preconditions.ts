import type { Committed, Stored } from '../../../shared/directory/directory.ts';
import { isResourceId } from '../../../shared/directory/ids.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { matchesRevision } from '../../../shared/scim/resources/etag.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { subjectOf } from '../log/subject.ts';
import { patienceIn, retryConflicts } from './retry-conflicts.ts';

/**
 * The resource of the path. @throws ScimError 404: never there, deleted, or another connection's, which is the same to a client.
 */
export async function readOrNotFound<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>, id: string): Promise<R> {
  const stored = isResourceId(id) ? await endpoint.read(exchange, id) : undefined;
  if (!stored) throw notFound(endpoint);
  // The log tells whom a request was about, also one that is refused further on.
  exchange.story.subject = subjectOf(endpoint, stored);
  return stored;
}

/** RFC 7644 §3.12: 404, which has no scimType. */
export function notFound({ type }: { readonly type: string }): ScimError {
  return new ScimError(404, `There is no ${type} with this id.`);
}

/**
 * Reads a resource, checks `If-Match`, and lets `write` change it on the condition that it is still as it was read; again from
 * the read when another write came between, unless the client named the version it means.
 * @throws ScimError 404, 412; 503 if it stays in conflict; whatever `write` throws
 */
export function changeResource<R extends Stored<string>>(
  exchange: Exchange,
  endpoint: Endpoint<R>,
  id: string,
  write: (stored: R) => Promise<Committed<R>>,
): Promise<Committed<R>> {
  const { ifMatch } = exchange.request;
  return retryConflicts(async () => {
    const stored = await readOrNotFound(exchange, endpoint, id);
    // RFC 7644 §3.14: "the requested operation succeeds only if the supplied ETag matches the latest service provider resource".
    // After a conflict it is asked of the newer version, so a client that named its version gets 412 and never a second try.
    if (ifMatch !== undefined && !matchesRevision(ifMatch, stored.revision)) throw preconditionFailed();
    return write(stored);
  }, patienceIn(exchange.timeLeftMs()));
}

/** RFC 7644 §3.12: 412, "Failed to update. Resource has changed on the server." */
function preconditionFailed(): ScimError {
  return new ScimError(412, 'The resource has changed since the version in If-Match. Read it again and decide again.');
}
