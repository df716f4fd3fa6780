import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Connection } from '../../shared/directory/connection.ts';
import type { RequestStory, ScimDependencies } from './exchange.ts';
import { headerOf } from './headers.ts';
import { redact } from './redact.ts';

/** Lambda's context with the story of this one request in it, put there by the first middleware. */
export interface ScimContext extends Context {
  story: RequestStory;
  startedAt: number;
}
export type ScimMiddleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>;

const MAX_TEXT = 512;

/** One `scim.request` record a request, whatever became of it. Authorization and query never reach it at `summary` detail. */
export function requestLog({ log, now, newId }: Pick<ScimDependencies, 'log' | 'now' | 'newId'>): ScimMiddleware {
  const finish = (event: APIGatewayProxyEvent, context: ScimContext, response: APIGatewayProxyResult) => {
    const { story, startedAt } = context;
    const client = headerOf(event, 'User-Agent');
    log.write({
      kind: 'scim.request',
      correlationId: story.correlationId,
      ...(story.connection && { connection: story.connection.id }),
      method: event.httpMethod,
      path: (event.requestContext.path ?? event.path).slice(0, MAX_TEXT),
      status: response.statusCode,
      durationMs: Math.round(performance.now() - startedAt),
      ...(story.error?.scimType !== undefined && { scimType: story.error.scimType }),
      ...(story.error && { detail: story.error.detail.slice(0, MAX_TEXT) }),
      ...(story.tolerated > 0 && { tolerances: [...story.tolerances], tolerated: story.tolerated }),
      ...(client !== undefined && { client: client.slice(0, MAX_TEXT) }),
      ...(story.subject && { subject: story.subject }),
      ...(story.revision !== undefined && { revision: story.revision }),
      ...(wantsFullDetail(story.connection, now()) && bodies(story, response)),
    });
  };
  return {
    before: ({ event, context }) => {
      // The gateway's own id, so that its access log and ours tell one story.
      const correlationId = event.requestContext.requestId ?? newId();
      context.startedAt = performance.now();
      context.story = { correlationId, tolerances: new Set(), tolerated: 0 };
    },
    after: ({ event, context, response }) => {
      if (response) finish(event, context, response);
    },
    onError: ({ event, context, response }) => {
      if (response) finish(event, context, response);
    },
  };
}

/** Full detail is for a limited time: without an end it is not used. */
function wantsFullDetail(connection: Connection | undefined, now: Date): boolean {
  const { detail, fullUntil } = connection?.settings.log ?? {};
  return detail === 'full' && fullUntil !== undefined && now < new Date(fullUntil);
}

function bodies(story: RequestStory, response: APIGatewayProxyResult): { request: unknown; response?: unknown } {
  return {
    request: redact({ query: Object.fromEntries(story.query ?? []), ...(story.requestBody !== undefined && { body: story.requestBody }) }),
    ...(response.body !== '' && { response: redact(JSON.parse(response.body)) }),
  };
}
