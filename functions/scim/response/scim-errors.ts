import { describeError, type RequestLog } from '../../../shared/log/request-log.ts';
import type { RequestStory, ScimDependencies } from '../exchange.ts';
import type { ScimMiddleware } from '../log/request-log.ts';
import { errorReply, isUnforeseen, scimErrorOf } from './error-response.ts';
import { proxyResult, type ScimResponse } from './response.ts';

/** Whatever is thrown becomes a SCIM error body; what nobody foresaw is written to the log with its causes. */
export function scimErrors({ log }: Pick<ScimDependencies, 'log'>): ScimMiddleware {
  return {
    onError: (request) => {
      const { story } = request.context;
      request.response = proxyResult(request.event, tellError(log, story, request.error), story.correlationId);
    },
  };
}

/** The reply to a request that failed; the story has the error, and the log what nobody foresaw. */
export function tellError(log: RequestLog, story: RequestStory, thrown: unknown): ScimResponse {
  const error = scimErrorOf(thrown, story.correlationId);
  story.error = { detail: error.message, ...(error.scimType !== undefined && { scimType: error.scimType }) };
  logUnforeseen(log, story, thrown);
  return errorReply(error);
}

/** An error that no table knows, with its causes; those the client is told about are in the record of its request. */
export function logUnforeseen(log: RequestLog, { correlationId, connection }: RequestStory, error: unknown): void {
  if (!isUnforeseen(error)) return;
  log.write({
    kind: 'error',
    correlationId,
    ...(connection && { connection: connection.id }),
    where: 'functions/scim',
    error: describeError(error),
  });
}
