import { describeError } from '../../shared/log/request-log.ts';
import { errorReply, isUnforeseen, scimErrorOf } from './error-response.ts';
import type { ScimDependencies } from './exchange.ts';
import type { ScimMiddleware } from './request-log.ts';
import { proxyResult } from './response.ts';

/** Whatever is thrown becomes a SCIM error body; what nobody foresaw is written to the log with its causes. */
export function scimErrors({ log }: Pick<ScimDependencies, 'log'>): ScimMiddleware {
  return {
    onError: (request) => {
      const { story } = request.context;
      const error = scimErrorOf(request.error, story.correlationId);
      story.error = { detail: error.message, ...(error.scimType !== undefined && { scimType: error.scimType }) };
      if (isUnforeseen(request.error)) {
        log.write({
          kind: 'error',
          correlationId: story.correlationId,
          ...(story.connection && { connection: story.connection.id }),
          where: 'functions/scim',
          error: describeError(request.error),
        });
      }
      request.response = proxyResult(request.event, errorReply(error), story.correlationId);
    },
  };
}
