import { NameTaken, TooManyLayers } from '../../../shared/directory/directory.ts';
import { DirectoryBusy } from '../../../shared/directory/dynamodb-table.ts';
import { ScimError } from '../../../shared/scim/errors.ts';
import { errorResponse } from '../../../shared/scim/messages/error-response.ts';
import type { ScimResponse } from './response.ts';

const TAKEN = {
  userName: 'Another user of this connection has this userName already. Find it with filter=userName eq "…" and change that one instead.',
  displayName:
    'Another group of this connection has this displayName already. Find it with filter=displayName eq "…", or choose another name.',
} as const;

/**
 * What the client is told of any error: RFC 7644 §3.12. Nothing was written where one of these is thrown.
 * An error nobody foresaw says nothing but the correlation id by which the log has the rest.
 */
export function scimErrorOf(error: unknown, correlationId: string): ScimError {
  if (error instanceof ScimError) return error;
  // RFC 7644 §3.3: "… the service provider MUST return HTTP status code 409 (Conflict) with a "scimType" error code of "uniqueness""
  if (error instanceof NameTaken) return new ScimError('uniqueness', TAKEN[error.attribute], { cause: error });
  if (error instanceof TooManyLayers) {
    return comeBack(
      'Several large changes of this group are still being worked on; nothing was changed by this one. Try again.',
      30,
      error,
    );
  }
  if (error instanceof DirectoryBusy) return comeBack('The service is busy; nothing was changed. Try again.', 5, error);
  return new ScimError(500, `Something went wrong here. The request log has it under ${correlationId}.`, { cause: error });
}

/** True for an error that the table above does not know: it goes to the log with its causes. */
export function isUnforeseen(error: unknown): boolean {
  return !(error instanceof ScimError || error instanceof NameTaken || error instanceof TooManyLayers || error instanceof DirectoryBusy);
}

export function errorReply(error: ScimError): ScimResponse {
  return { status: error.status, headers: error.headers, body: JSON.stringify(errorResponse(error)) };
}

function comeBack(detail: string, seconds: number, cause: Error): ScimError {
  return new ScimError(503, detail, { cause, headers: { 'Retry-After': String(seconds) } });
}
