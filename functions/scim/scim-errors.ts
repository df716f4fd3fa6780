import { describeError, type RequestLog } from '../../shared/log/request-log.ts';
import { errorReply, isUnforeseen, scimErrorOf } from './error-response.ts';
import type { RequestStory, ScimDependencies } from './exchange.ts';
import type { ScimMiddleware } from './request-log.ts';
import { proxyResult } from './response.ts';

/** Whatever is thrown becomes a SCIM error body; what nobody foresaw is written to the log with its causes. */
export function scimErrors({ log }: Pick<ScimDependencies, 'log'>): ScimMiddleware {
  return {
    onError: (request) => {
      const { story } = request.context;
      const error = scimErrorOf(request.error, story.correlationId);
      story.error = { detail: error.message, ...(error.scimType !== undefined && { scimType: error.scimType }) };
      logUnforeseen(log, story, request.error);
      request.response = proxyResult(request.event, errorReply(error), story.correlationId);
    },
  };
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
