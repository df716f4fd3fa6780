import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { ScimError } from '../../../shared/scim/errors.ts';
import { headerOf, replyMediaType } from '../request/headers.ts';

/** A reply as the operations make it; `body` is JSON text. */
export interface ScimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Lambda takes 6 MB for the whole result, in which the body is a JSON string once more; the margin is for the headers. */
export const MAX_REPLY_BYTES = 6 * 1024 * 1024 - 64 * 1024;
/** A text of at most this many characters fits however much of it is escaped or not ASCII. */
const SURELY_FITS = MAX_REPLY_BYTES / 6;

/** True if Lambda can return this JSON text as a body. */
export function fitsReply(body: string): boolean {
  if (body.length <= SURELY_FITS) return true;
  return body.length <= MAX_REPLY_BYTES && replyBytes(body) <= MAX_REPLY_BYTES;
}

/** What a JSON text takes of Lambda's result. */
export function replyBytes(body: string): number {
  return Buffer.byteLength(JSON.stringify(body));
}

/** SCIM.md §4: refused with the way out, never cut short. */
export function replyTooLarge(options: ErrorOptions = {}): ScimError {
  return new ScimError(
    'tooMany',
    'The answer would be larger than 6 MB. Ask with excludedAttributes=members, or for fewer resources with count.',
    options,
  );
}

/** @throws ScimError tooMany if the text is more than Lambda can return */
export function jsonResponse(status: number, json: unknown, headers: Readonly<Record<string, string>> = {}): ScimResponse {
  return textResponse(status, JSON.stringify(json), headers);
}

/** The same of what is JSON text already. @throws ScimError tooMany */
export function textResponse(status: number, body: string, headers: Readonly<Record<string, string>> = {}): ScimResponse {
  if (!fitsReply(body)) throw replyTooLarge();
  return { status, headers, body };
}

export const noContent = (headers: Readonly<Record<string, string>> = {}): ScimResponse => ({ status: 204, headers });

/** The reply in API Gateway's shape. No shared cache may keep what a bearer token opened (RFC 9110, RFC 6750 §5.3). */
export function proxyResult(event: APIGatewayProxyEvent, response: ScimResponse, correlationId: string): APIGatewayProxyResult {
  return {
    statusCode: response.status,
    headers: {
      ...(response.body !== undefined && { 'Content-Type': replyMediaType(headerOf(event, 'Accept')) }),
      'Cache-Control': 'no-store',
      'X-Correlation-Id': correlationId,
      ...response.headers,
    },
    body: response.body ?? '',
    isBase64Encoded: false,
  };
}
