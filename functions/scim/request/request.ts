import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Mode, OnTolerance } from '../../../shared/scim/resources/resource.ts';
import { type Location, locate } from './base-url.ts';
import { headerOf } from './headers.ts';
import type { EncodedBody } from './json-body.ts';

/** The body of an operation inside another message: the `data` of a Bulk operation (RFC 7644 §3.7). */
export interface ParsedBody {
  readonly json: unknown;
}

/** A request as the operations see it. Nothing of it knows API Gateway. */
export interface ScimRequest extends Location {
  readonly method: string;
  /** Decoded once, by API Gateway: never decoded again here. Unknown parameters are there and looked at by nobody (T18). */
  readonly query: ReadonlyMap<string, string>;
  readonly body: EncodedBody | ParsedBody;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/**
 * Parses an API Gateway (REST) proxy event; the body stays as it is until an operation wants it.
 * @throws ScimError 404 for a path outside the API
 */
export function parseRequest(event: APIGatewayProxyEvent, mode: Mode, onTolerance: OnTolerance): ScimRequest {
  return {
    ...locate(event, mode, onTolerance),
    method: event.httpMethod.toUpperCase(),
    query: parseQuery(event),
    body: { text: event.body ?? '', isBase64: event.isBase64Encoded, contentType: headerOf(event, 'Content-Type') },
    ifMatch: headerOf(event, 'If-Match'),
    ifNoneMatch: headerOf(event, 'If-None-Match'),
  };
}

/** `attributes=a&attributes=b` means what `attributes=a,b` means; of any other parameter the first counts. */
function parseQuery(event: APIGatewayProxyEvent): Map<string, string> {
  const query = new Map<string, string>();
  const single = Object.entries(event.queryStringParameters ?? {}).map(([name, value]) => [name, [value ?? '']] as const);
  const multiple = Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values]) => [name, values ?? []] as const);
  for (const [name, values] of multiple.length > 0 ? multiple : single) {
    const isList = name === 'attributes' || name === 'excludedAttributes';
    query.set(name, isList ? values.join(',') : (values[0] ?? ''));
  }
  return query;
}
