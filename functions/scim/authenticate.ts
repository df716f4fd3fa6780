import { hash, timingSafeEqual } from 'node:crypto';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import { ScimError } from '../../shared/scim/errors.ts';

/** RFC 6750 §2.1: `Bearer` in any case, one token of the b64token alphabet. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i;
/** RFC 6750 §3: without a token the challenge carries no error code. */
const CHALLENGE = 'Bearer realm="scim"';
/** A move holds requests for less than a minute where its last copy is short (decision 26). */
const RETRY_AFTER_SECONDS = '30';

/**
 * The connection that the bearer token of the `Authorization` header belongs to: the token decides, never the path.
 * A token in the query or in the body is not looked at (RFC 6750 §2.3, RFC 7644 §7.4).
 * @throws ScimError 401, with the challenge and what the administrator can do; 503 while the tokens are handed to another connection
 */
export async function authenticate(connections: Connections, authorization: string | undefined, now: Date): Promise<Connection> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    throw unauthorized('No bearer token came with the request. Put the token of this connection into the identity provider.', CHALLENGE);
  }
  const digest = hash('sha256', token);
  const known = await connections.authenticate(digest, now);
  // The look-up is by digest, so timing tells nothing of the token; compared once more so that no index decides alone.
  if (!known || !isSame(Buffer.from(digest), Buffer.from(known.token.digest))) {
    throw unauthorized(
      'The bearer token is unknown, revoked or expired. Create a new one ("admin token create") and put it into the identity provider.',
    );
  }
  if (known.connection.state === 'moving') {
    throw new ScimError(503, 'This connection is being moved to another Confluence; nothing was changed. Send this request again.', {
      headers: { 'Retry-After': RETRY_AFTER_SECONDS },
    });
  }
  if (known.connection.state !== 'active') {
    throw unauthorized(
      'This connection is disabled: nothing is provisioned through it. An administrator has to create or enable another one.',
    );
  }
  return known.connection;
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function unauthorized(detail: string, challenge = `${CHALLENGE}, error="invalid_token"`): ScimError {
  return new ScimError(401, detail, { headers: { 'WWW-Authenticate': challenge } });
}
