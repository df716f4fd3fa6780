import { ScimError } from '../errors.ts';
import type { Mode, OnTolerance } from '../resources/resource.ts';

/**
 * What a tolerant connection makes of list parameters that are wrong: a list, where the RFC would have an error. No documented client
 * sends any of them; who does had its list before these parameters were looked at, and keeps it.
 */

/** A startIndex or count that is no integer; the default is taken. @throws ScimError invalidValue */
export function tolerateNoInteger(name: string, mode: Mode, onTolerance: OnTolerance): void {
  if (mode === 'strict') throw new ScimError('invalidValue', `${name} must be an integer.`);
  onTolerance('paging', name);
}

/** Both ways of paging at once; the cursor decides. @throws ScimError invalidValue */
export function tolerateStartIndexBesideCursor(mode: Mode, onTolerance: OnTolerance): void {
  // RFC 9865 §2.4: "clients can use the 'startIndex' or 'cursor' query parameters to request a specific method".
  if (mode === 'strict') throw new ScimError('invalidValue', 'startIndex and cursor are two ways of paging: send one of them.');
  onTolerance('bothPagings', 'startIndex');
}

/** A sortOrder of another word; the order is ascending. @throws ScimError invalidValue */
export function tolerateSortOrder(mode: Mode, onTolerance: OnTolerance): void {
  // RFC 7644 §3.4.2.3: "Allowed values are "ascending" and "descending"."
  if (mode === 'strict') throw new ScimError('invalidValue', 'sortOrder must be ascending or descending.');
  onTolerance('sortOrder', 'sortOrder');
}

/** A sortBy that names nothing to sort by; the list is in order of creation. @throws ScimError invalidPath, saying `problem` */
export function tolerateSortBy(problem: string, mode: Mode, onTolerance: OnTolerance): void {
  if (mode === 'strict') throw new ScimError('invalidPath', problem);
  onTolerance('sortBy', 'sortBy');
}
