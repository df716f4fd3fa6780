import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { LogRecord } from '../../../shared/log/records.ts';
import { neverReturned } from '../../../shared/provisioning/schema-extension/resource-types-of.ts';
import type { RequestStory, ScimDependencies } from '../exchange.ts';
import { headerOf } from '../request/headers.ts';
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
  const finish = (event: APIGatewayProxyEvent, { story, startedAt }: ScimContext, response: APIGatewayProxyResult) => {
    const path = event.requestContext.path ?? event.path;
    const { statusCode: status, body } = response;
    log.write(requestRecord(story, { method: event.httpMethod, path, status, body, startedAt, now: now() }));
  };
  return {
    before: ({ event, context }) => {
      // The gateway's own id, so that its access log and ours tell one story.
      const correlationId = event.requestContext.requestId ?? newId();
      context.startedAt = performance.now();
      context.story = newStory(correlationId, headerOf(event, 'User-Agent'));
    },
    after: ({ event, context, response }) => {
      if (response) finish(event, context, response);
    },
    onError: ({ event, context, response }) => {
      if (response) finish(event, context, response);
    },
  };
}

/** The story of a request, or of an operation inside a Bulk request, before anything is known but who sent it. */
export function newStory(correlationId: string, client: string | undefined): RequestStory {
  return { correlationId, toleranceIds: new Set(), tolerances: new Set(), tolerated: 0, ...(client !== undefined && { client }) };
}

type ScimRequestRecord = LogRecord & { readonly kind: 'scim.request' };

/** What became of a request. `body` is the reply's, empty for none; `startedAt` is of the monotonic clock. */
interface Finished extends Pick<ScimRequestRecord, 'method' | 'path' | 'status' | 'bulk'> {
  readonly body: string;
  readonly startedAt: number;
  readonly now: Date;
}

/** The record of a request, or of an operation inside a Bulk request. */
export function requestRecord(story: RequestStory, { method, path, status, body, startedAt, now, bulk }: Finished): ScimRequestRecord {
  return {
    kind: 'scim.request',
    correlationId: story.correlationId,
    ...(story.connection && { connection: story.connection.id }),
    method,
    path: path.slice(0, MAX_TEXT),
    status,
    durationMs: Math.round(performance.now() - startedAt),
    ...(story.error?.scimType !== undefined && { scimType: story.error.scimType }),
    ...(story.error && { detail: story.error.detail.slice(0, MAX_TEXT) }),
    ...(story.tolerated > 0 && {
      toleranceIds: [...story.toleranceIds],
      tolerances: [...story.tolerances],
      tolerated: story.tolerated,
    }),
    ...(story.client !== undefined && { client: story.client.slice(0, MAX_TEXT) }),
    ...(story.subject && { subject: story.subject }),
    ...(story.revision !== undefined && { revision: story.revision }),
    ...(bulk && { bulk }),
    ...(wantsFullDetail(story.connection, now) && bodies(story, body)),
  };
}

/** Full detail is for a limited time: without an end it is not used. */
function wantsFullDetail(connection: Connection | undefined, now: Date): boolean {
  const { detail, fullUntil } = connection?.settings.log ?? {};
  return detail === 'full' && fullUntil !== undefined && now < new Date(fullUntil);
}

function bodies(story: RequestStory, response: string): { request: unknown; response?: unknown } {
  const hidden = neverReturned(story.connection?.settings ?? {});
  const body = story.requestBody !== undefined && { body: story.requestBody };
  return {
    request: redact({ query: Object.fromEntries(story.query ?? []), ...body }, hidden),
    ...(response !== '' && { response: redact(JSON.parse(response), hidden) }),
  };
}
