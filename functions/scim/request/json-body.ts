import { ScimError } from '../../../shared/scim/errors.ts';
import type { Mode, OnTolerance } from '../../../shared/scim/resources/resource.ts';
import { checkJsonShape } from './check-json-shape.ts';

/** A body as API Gateway hands it over. */
export interface EncodedBody {
  readonly text: string;
  readonly isBase64: boolean;
  readonly contentType: string | undefined;
}

export const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MEDIA_TYPES: ReadonlySet<string> = new Set(['application/scim+json', 'application/json']);

/**
 * The JSON of a request body, with the limits checked before it is parsed.
 * @throws ScimError 413 too large, 415 another media type, 400 invalidSyntax for what is no JSON in UTF-8
 */
export function parseJsonBody(body: EncodedBody, mode: Mode, onTolerance: OnTolerance): unknown {
  // Checked on the encoded text first: base64 is never shorter than what it holds.
  if (body.text.length > 2 * MAX_BODY_BYTES) throw tooLarge();
  const bytes = body.isBase64 ? Buffer.from(body.text, 'base64') : undefined;
  const length = bytes ? bytes.length : Buffer.byteLength(body.text);
  if (length > MAX_BODY_BYTES) throw tooLarge();
  if (length === 0) throw new ScimError('invalidSyntax', 'The request has no body; it needs a JSON object.');
  checkMediaType(body.contentType, mode, onTolerance);
  const text = bytes ? decode(bytes) : withoutByteOrderMark(body.text.toWellFormed());
  checkJsonShape(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ScimError('invalidSyntax', 'The request body is not valid JSON.', { cause: error });
  }
}

/** RFC 7644 §3.1: "SCIM messages … application/scim+json"; §8.1 allows application/json. Parameters, charset among them, don't matter. */
function checkMediaType(contentType: string | undefined, mode: Mode, onTolerance: OnTolerance): void {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (MEDIA_TYPES.has(mediaType)) return;
  if (mediaType === '' && mode === 'tolerant') {
    onTolerance('T15', 'no Content-Type');
    return;
  }
  const sent = mediaType === '' ? 'none' : mediaType;
  throw new ScimError(415, `The body must be application/scim+json or application/json; the Content-Type sent was ${sent}.`);
}

/** RFC 8259 §8.1: a parser may ignore a byte order mark. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function decode(bytes: Buffer): string {
  try {
    // TextDecoder drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ScimError('invalidSyntax', 'The request body is not valid UTF-8.', { cause: error });
  }
}

/** RFC 7644 §3.12, 413: the limit is named, so that a client can split its request. */
function tooLarge(): ScimError {
  return new ScimError(413, `The request body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB; send it in smaller requests.`);
}
