import type { APIGatewayProxyEvent } from 'aws-lambda';
import { ScimError } from '../../../shared/scim/errors.ts';
import { tolerateEndpoint } from '../../../shared/scim/interoperability/tolerate-endpoint.ts';
import type { Mode, OnTolerance } from '../../../shared/scim/resources/resource.ts';
import { headerOf } from './headers.ts';

/** Where the API has its resources: the stack and the local server mount the function at `/scim/v2/{proxy+}`. */
const MOUNT = ['scim', 'v2'] as const;

export interface Location {
  /** What the client calls us by, without a trailing slash: right behind a stage path and behind a custom domain's base path. */
  readonly baseUrl: string;
  /** The decoded path segments below it: `['Users', '2819…']`. On a tolerant connection the endpoint is in the RFC's spelling. */
  readonly path: readonly string[];
}

/**
 * Splits the path the client called into the base URL and the resource path. `requestContext.path` holds everything the client
 * sent: `/prod/scim/v2/Users` behind a stage, `/idp/scim/v2/Users` behind a base path mapping; `event.path` lacks the stage.
 * @throws ScimError 404 for a path outside the API
 */
export function locate(event: APIGatewayProxyEvent, mode: Mode, onTolerance: OnTolerance): Location {
  const path = event.requestContext.path ?? event.path;
  // A trailing slash, and two in a row, name the same resource.
  const segments = path.split('/').filter((segment) => segment !== '');
  // The last one: a base path mapping may itself be called /scim/v2.
  const mount = segments.findLastIndex((segment, i) => segment === MOUNT[0] && segments[i + 1] === MOUNT[1]);
  if (mount < 0) throw new ScimError(404, 'This is no SCIM address; the base URL ends in /scim/v2.');
  const below = mount + MOUNT.length;
  let start = below;
  // T19: a client that adds /v2 itself to a base URL that has it.
  while (segments[start] === MOUNT[1]) start++;
  if (start > below) {
    if (mode === 'strict') throw new ScimError(404, 'The path has /v2 twice; take one of them off the base URL in the identity provider.');
    onTolerance('T19', '/v2 twice');
  }
  const called = segments.slice(start).map(decodeSegment);
  return {
    baseUrl: origin(event) + ['', ...segments.slice(0, below)].join('/'),
    path: mode === 'tolerant' ? tolerateEndpoint(called, onTolerance) : called,
  };
}

/** API Gateway itself writes X-Forwarded-Proto: always https on AWS, http on the local server. */
function origin(event: APIGatewayProxyEvent): string {
  const host = event.requestContext.domainName ?? headerOf(event, 'Host') ?? 'localhost';
  return `${headerOf(event, 'X-Forwarded-Proto') === 'http' ? 'http' : 'https'}://${host}`;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
