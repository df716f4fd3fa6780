import type { PlannedOperation } from '../../../shared/scim/bulk/plan-bulk.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import type { BulkResult } from '../../../shared/scim/messages/bulk-response.ts';

/** Why an operation is not run. */
export interface Obstacle {
  readonly error: Error;
  /** True if there was no time for it, or for what it refers to. */
  readonly isPutOff?: true;
}

/** What has become of an operation that another one refers to. */
interface Referred extends Pick<BulkResult, 'status' | 'bulkId'> {
  readonly isPutOff?: true;
}

/** What keeps an operation from being begun; `hasTime` says whether it could end in time. */
export function obstacleTo(
  { refused, unknownBulkId }: PlannedOperation,
  references: readonly Referred[],
  hasTime: boolean,
): Obstacle | undefined {
  if (refused) return { error: refused };
  if (unknownBulkId !== undefined) {
    return { error: new ScimError(409, `No POST of this request has the bulkId ${quoted(unknownBulkId)}, to which the operation refers.`) };
  }
  const failed = references.find(({ status, isPutOff }) => status >= 300 && !isPutOff);
  if (failed) return referenceFailed(failed.bulkId);
  return hasTime && references.every(({ isPutOff }) => !isPutOff) ? undefined : putOff();
}

/** §3.7.1: "instead return HTTP status code 409 (Conflict)". */
export function referenceFailed(bulkId = ''): Obstacle {
  const detail = `The operation refers, itself or through another, to bulkId ${quoted(bulkId)}, which failed. Nothing is left of this one.`;
  return { error: new ScimError(409, detail) };
}

/** For an operation that is not begun, or refers to one that was not. */
export function putOff(): Obstacle {
  return { error: new ScimError(503, 'There was no time left for this operation, so it was not begun. Send it again.'), isPutOff: true };
}

/** For an operation that was under way when the answer had to be given. */
export function unanswered(): Obstacle {
  const detail = 'The operation was begun and did not end in time; it may have been done. Read the resource before you send it again.';
  return { error: new ScimError(503, detail) };
}

function quoted(bulkId: string): string {
  return JSON.stringify(bulkId.slice(0, 64).toWellFormed());
}
