import { ScimError } from '../errors.ts';
import type { Mode } from '../resources/resource.ts';

export interface PagingQuery {
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
}

export interface PagingOptions {
  readonly mode: Mode;
  /** How many resources a page has if the client does not say. */
  readonly default?: number;
  /** How many a page has at most. */
  readonly max?: number;
}

export interface Paging {
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
}

/**
 * Reads `startIndex` and `count`: RFC 7644 §3.4.2.4. A count past the maximum is capped, not an error.
 * @throws ScimError invalidValue in strict mode for what is not an integer; in tolerant mode the default is taken
 */
export function parsePaging(query: PagingQuery, { mode, default: fallback = 100, max = 1000 }: PagingOptions): Paging {
  return {
    // "A value less than 1 SHALL be interpreted as 1."
    startIndex: Math.max(1, integer('startIndex', query.startIndex, mode) ?? 1),
    // "A negative value SHALL be interpreted as "0"." and "a value of "0" indicates that no resource results are to be returned".
    count: Math.min(max, Math.max(0, integer('count', query.count, mode) ?? fallback)),
  };
}

function integer(name: string, text: string | undefined, mode: Mode): number | undefined {
  if (text === undefined) return undefined;
  if (/^[+-]?[0-9]{1,400}$/.test(text.trim())) {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, Number(text)));
  }
  if (mode === 'strict') throw new ScimError('invalidValue', `${name} must be an integer`);
  return undefined;
}
