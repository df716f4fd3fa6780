import { ScimError } from '../../../shared/scim/errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Source } from './source.ts';

/** A query that has to look at resources one by one looks at this many in one request and no more. */
export const MAX_SCANNED = 10_000;
/** How many resources of all sources a request has looked at. */
export interface Scan {
  looked: number;
}

/** What is left for the page itself when looking at resources ends for the time, in milliseconds. */
const TIME_FOR_THE_PAGE = 5_000;

/** True if a page that may be continued should end here, though it is not full. */
export function isScannedEnough({ timeLeftMs }: Exchange, scanned: number): boolean {
  return scanned >= MAX_SCANNED || timeLeftMs() < TIME_FOR_THE_PAGE;
}

/** True if a query that has to see every match can't: there are too many to look at, or they take too long, as large groups do. */
export function isTooMuchToScan({ timeLeftMs }: Exchange, { looked }: Scan): boolean {
  return looked > MAX_SCANNED || timeLeftMs() < TIME_FOR_THE_PAGE;
}

/** RFC 7644 §3.12: "many more results than the server is willing to calculate or process". Never a part of the answer. */
export function tooManyToFilter(sources: readonly Source[]): ScimError {
  const keys = { User: 'id, userName, externalId or emails.value', Group: 'id, displayName, externalId or members.value' };
  const compared = sources.map(({ type }) => keys[type]).join(' (users), ');
  return new ScimError(
    'tooMany',
    `This filter would have to look at more than ${MAX_SCANNED} resources, or for too long. Compare ${compared} with eq (others may be added with "and"), ` +
      'or walk the matches with a cursor.',
  );
}

/** A sort has no part of an answer either: what comes first is known when every match has been seen. */
export function tooManyToSort(): ScimError {
  return new ScimError(
    'tooMany',
    `Sorting has to look at every match, and would have to look at more than ${MAX_SCANNED} resources, or for too long. Narrow them by a filter, ` +
      'or take them in order of creation: leave sortBy out.',
  );
}
