import { isSameName } from '../attributes/find-attribute.ts';
import { ScimError } from '../errors.ts';
import { tolerateEndpoint } from '../interoperability/tolerate-endpoint.ts';
import { isScimObject, soleValue } from '../resources/own-value.ts';
import type { Mode, OnTolerance, ScimObject, ScimValue } from '../resources/resource.ts';
import { MAX_OPERATIONS } from './patch-op.ts';

const BULK_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** RFC 7644 §3.7.4: "The service provider MUST define the maximum number of operations". ServiceProviderConfig tells it. */
export const BULK_MAX_OPERATIONS = MAX_OPERATIONS;
/** In bytes of the body. ServiceProviderConfig tells it, and it is looked at before anything is parsed. */
export const BULK_MAX_PAYLOAD_SIZE = 1_048_576;

/** No path of a resource is a tenth of this long: a result repeats it as its location. */
const MAX_PATH = 2_048;
const WITH_DATA: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const METHODS: ReadonlySet<string> = new Set([...WITH_DATA, 'DELETE']);

/** One of the Operations as the client wrote it: RFC 7644 §3.7. */
export interface BulkOperation {
  /** Its place in the request, from 0: the results are in the same order. */
  readonly index: number;
  /** In capitals on a tolerant connection; not looked up yet, so it may be any text. */
  readonly method: string;
  readonly bulkId?: string;
  /**
   * The decoded segments of its path: `['Users', 'bulkId:qwerty']`. None if there is no path to speak of. On a tolerant connection the
   * endpoint is in the RFC's spelling.
   */
  readonly path: readonly string[];
  /** The entity tag that the resource must still have. */
  readonly version?: string;
  /** As it came: what is in it is for the operation to say. */
  readonly data: ScimValue | undefined;
  /** What is wrong with the operation itself: it alone fails. */
  readonly refused?: ScimError;
}

export interface BulkRequest {
  /** How many errors end the request; infinite where the client does not say. */
  readonly failOnErrors: number;
  readonly operations: readonly BulkOperation[];
}

/**
 * The message of POST /Bulk: RFC 7644 §3.7. What leaves it open which operations there are, or which of them a `bulkId` means, is
 * refused as a whole. What one operation lacks is that operation's error, a POST without its bulkId too: "The service provider MUST
 * continue performing as many changes as possible and disregard partial failures", and its result is found by its place.
 * @throws ScimError invalidSyntax (a name given twice, too) or invalidValue for a body that is no BulkRequest, 413 for too many operations
 */
export function parseBulkRequest(json: unknown, { mode, onTolerance }: { mode: Mode; onTolerance: OnTolerance }): BulkRequest {
  if (!isScimObject(json)) throw new ScimError('invalidSyntax', 'The body must be a JSON object: a BulkRequest message');
  checkSchemas(json, mode, onTolerance);
  const failOnErrors = parseFailOnErrors(soleValue(json, 'failOnErrors'));
  const operations = soleValue(json, 'Operations');
  if (!Array.isArray(operations)) throw new ScimError('invalidSyntax', 'The body needs "Operations", an array');
  if (operations.length === 0) throw new ScimError('invalidSyntax', 'Operations is empty; it needs one operation at least');
  // §3.7.4: "The returned response MUST specify the limit exceeded in the body of the error response."
  if (operations.length > BULK_MAX_OPERATIONS) {
    throw new ScimError(413, `The bulk request has ${operations.length} operations, which exceeds maxOperations (${BULK_MAX_OPERATIONS}).`);
  }
  const parsed = operations.map((operation: ScimValue, index) => parseOperation(operation, index, mode, onTolerance));
  checkBulkIds(parsed);
  return { failOnErrors, operations: parsed };
}

/** @throws ScimError 413 for a body of more bytes than the limit */
export function checkPayloadSize(bytes: number): void {
  if (bytes <= BULK_MAX_PAYLOAD_SIZE) return;
  throw new ScimError(413, `The size of the bulk operation (${bytes} bytes) exceeds the maxPayloadSize (${BULK_MAX_PAYLOAD_SIZE}).`);
}

/** "Bulk requests are identified using the following schema URI". T14: what is missing is clear from the endpoint. @throws ScimError */
function checkSchemas(json: ScimObject, mode: Mode, onTolerance: OnTolerance): void {
  const schemas = soleValue(json, 'schemas');
  const lists = Array.isArray(schemas) && schemas.some((urn) => typeof urn === 'string' && isSameName(urn, BULK_REQUEST_SCHEMA));
  if (lists) return;
  if (mode === 'strict') throw new ScimError('invalidSyntax', `schemas must list ${BULK_REQUEST_SCHEMA}`);
  onTolerance('T14', 'schemas');
}

/** "An integer specifying the number of errors that the service provider will accept before the operation is terminated". */
function parseFailOnErrors(value: ScimValue | undefined): number {
  // RFC 7643 §2.5: null is unassigned.
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new ScimError('invalidValue', 'failOnErrors must be a whole number of errors, 1 or more');
}

function parseOperation(operation: ScimValue, index: number, mode: Mode, onTolerance: OnTolerance): BulkOperation {
  const method = isScimObject(operation) ? soleValue(operation, 'method') : undefined;
  if (!isScimObject(operation) || typeof method !== 'string' || method.length > MAX_PATH) {
    throw new ScimError('invalidSyntax', `Operations[${index}] must be an object with a method: POST, PUT, PATCH or DELETE`);
  }
  const bulkId = soleValue(operation, 'bulkId') ?? undefined;
  const version = soleValue(operation, 'version') ?? undefined;
  const path = soleValue(operation, 'path');
  const capitals = method.toUpperCase();
  if (mode === 'tolerant' && capitals !== method) onTolerance('T1', 'method');
  const called = typeof path === 'string' && path.length <= MAX_PATH ? segmentsOf(path) : [];
  const parsed = {
    index,
    method: mode === 'tolerant' ? capitals : method,
    ...(typeof bulkId === 'string' && { bulkId }),
    path: mode === 'tolerant' ? tolerateEndpoint(called, onTolerance) : called,
    ...(typeof version === 'string' && { version }),
    data: soleValue(operation, 'data') ?? undefined,
  };
  const isSpelled = parsed.method === capitals || !METHODS.has(capitals);
  const missing = isSpelled ? missingIn(parsed, { bulkId, version, path }) : `The method of the operation must be written ${capitals}`;
  return missing === undefined ? parsed : { ...parsed, refused: new ScimError('invalidSyntax', missing) };
}

/** What an operation lacks, in words; undefined if it has all that §3.7 requires of it. */
function missingIn(
  { method, data }: Pick<BulkOperation, 'method' | 'data'>,
  { bulkId, version, path }: Readonly<Record<'bulkId' | 'version' | 'path', ScimValue | undefined>>,
): string | undefined {
  // "path  The resource's relative path to the SCIM service provider's root. … REQUIRED in a request."
  if (typeof path !== 'string' || path.length > MAX_PATH || path.includes('?') || path.includes('://')) {
    return 'The operation needs a path below the base URL, such as /Users or /Groups/2819c223, without a query';
  }
  if (bulkId !== undefined && (typeof bulkId !== 'string' || bulkId === '')) return 'The bulkId of the operation must be a string';
  // "bulkId … REQUIRED when "method" is "POST"."
  if (method === 'POST' && bulkId === undefined) return 'The operation needs a bulkId, since its method is POST';
  if (version !== undefined && typeof version !== 'string') return 'The version of the operation must be a string: an entity tag';
  // "data … REQUIRED in a request when "method" is "POST", "PUT", or "PATCH"."
  if (WITH_DATA.has(method) && data === undefined) return `The operation needs data, since its method is ${method}`;
  return undefined;
}

/** "The transient identifier of a newly created resource, unique within a bulk request". @throws ScimError invalidValue */
function checkBulkIds(operations: readonly BulkOperation[]): void {
  const first = new Map<string, number>();
  for (const { method, bulkId, index } of operations) {
    if (method !== 'POST' || bulkId === undefined) continue;
    const other = first.get(bulkId);
    if (other !== undefined) {
      throw new ScimError(
        'invalidValue',
        `Operations[${other}] and Operations[${index}] have the same bulkId; it must be unique in a request`,
      );
    }
    first.set(bulkId, index);
  }
}

function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      return segment;
    }
  });
}
