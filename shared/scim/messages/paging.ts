import { ScimError } from '../errors.ts';
import { tolerateNoInteger, tolerateStartIndexBesideCursor } from '../interoperability/tolerate-query.ts';
import type { Mode, OnTolerance } from '../resources/resource.ts';

/** How many resources a page has if the client does not say. ServiceProviderConfig tells these three. */
export const DEFAULT_PAGE_SIZE = 100;
/** How many it has at most. */
export const MAX_PAGE_SIZE = 1_000;
/** RFC 9865 §4: "the minimum number of seconds that a cursor is valid between page requests". */
export const CURSOR_TIMEOUT_SECONDS = 3_600;

/** As text from the query string, or as a number from the body of a search. */
export interface PagingParameters {
  readonly startIndex?: string | number | undefined;
  readonly count?: string | number | undefined;
  readonly cursor?: string | undefined;
}

export interface IndexPaging {
  readonly method: 'index';
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
}

export interface CursorPaging {
  readonly method: 'cursor';
  /** Empty for the first page. */
  readonly cursor: string;
  readonly count: number;
}

export type Paging = IndexPaging | CursorPaging;

interface PagingOptions {
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
}

/**
 * Reads `startIndex`, `count` and `cursor`. RFC 9865 §2.4: "clients can use the 'startIndex' or 'cursor' query parameters to request a
 * specific method"; who uses neither gets pages by index, as "implementers … that previously supported only index-based pagination"
 * should do. Paging by cursor begins with an empty one.
 * @throws ScimError invalidValue (strict: no integer, or both methods at once), invalidCount
 */
export function parsePaging(parameters: PagingParameters, options: PagingOptions): Paging {
  return parameters.cursor === undefined
    ? parseIndexPaging(parameters, options)
    : parseCursorPaging(parameters, parameters.cursor, options);
}

/** RFC 7644 §3.4.2.4. A count past the maximum is capped: a provider "MUST NOT return more results than specified, although it MAY return fewer". */
function parseIndexPaging({ startIndex, count }: PagingParameters, options: PagingOptions): IndexPaging {
  return {
    method: 'index',
    // "A value less than 1 SHALL be interpreted as 1."
    startIndex: Math.max(1, tolerantInteger('startIndex', startIndex, options) ?? 1),
    // "A negative value SHALL be interpreted as "0"." and "a value of "0" indicates that no resource results are to be returned".
    count: Math.min(MAX_PAGE_SIZE, Math.max(0, tolerantInteger('count', count, options) ?? DEFAULT_PAGE_SIZE)),
  };
}

function parseCursorPaging({ startIndex, count }: PagingParameters, cursor: string, { mode, onTolerance }: PagingOptions): CursorPaging {
  if (startIndex !== undefined) tolerateStartIndexBesideCursor(mode, onTolerance);
  const wanted = count === undefined ? DEFAULT_PAGE_SIZE : integer(count);
  // RFC 9865 §2.1: "Count value must be between 0 and service provider's maxPageSize". No client has another dialect of this: both modes.
  if (wanted === undefined || wanted > MAX_PAGE_SIZE) {
    throw new ScimError('invalidCount', `With a cursor, count must be an integer from 0 to ${MAX_PAGE_SIZE}.`);
  }
  // RFC 9865 §2: "A negative value SHALL be interpreted as "0"."
  return { method: 'cursor', cursor, count: Math.max(0, wanted) };
}

function tolerantInteger(name: string, value: string | number | undefined, { mode, onTolerance }: PagingOptions): number | undefined {
  if (value === undefined) return undefined;
  const number = integer(value);
  if (number === undefined) tolerateNoInteger(name, mode, onTolerance);
  return number;
}

/** Undefined for what is no integer; one too large to count with is the largest there is. */
function integer(value: string | number): number | undefined {
  const isInteger = typeof value === 'number' ? Number.isInteger(value) : /^[+-]?[0-9]{1,400}$/.test(value.trim());
  return isInteger ? Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, Number(value))) : undefined;
}
