import type { Entry } from './source.ts';

/** One page of a list, before it is rendered. */
export interface Found {
  readonly entries: readonly Entry[];
  /** "The total number of results … the number of resources returned may be a subset": exact, whatever the page, or not told. */
  readonly totalResults?: number | undefined;
  readonly nextCursor?: string | undefined;
}
