import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { ScimError } from '../../shared/scim/errors.ts';
import type { ScimDependencies } from './exchange.ts';
import { handleRequest } from './handle-request.ts';
import { requestLog, type ScimContext } from './log/request-log.ts';
import { createRateLimiter } from './rate-limit.ts';
import { proxyResult } from './response/response.ts';
import { scimErrors } from './response/scim-errors.ts';

export type { ScimDependencies } from './exchange.ts';
export type ScimFunction = (event: APIGatewayProxyEvent, context?: Context) => Promise<APIGatewayProxyResult>;

/** What API Gateway waits for an answer, in milliseconds: longer than that nobody is listening. */
const GATEWAY_TIMEOUT_MS = 29_000;
/** Before Lambda ends the function: time to answer and to write the log. */
const timeoutEarlyInMillis = 500;
const timeoutEarlyResponse = () => {
  throw new ScimError(503, 'The request took too long. Send it again; nothing is lost when it is repeated.', {
    headers: { 'Retry-After': '5' },
  });
};

/** Milliseconds until the answer must be on its way: Lambda's own limit, and the gateway's. */
function timeLeft(context: ScimContext): number {
  const gateway = GATEWAY_TIMEOUT_MS - (performance.now() - context.startedAt);
  return Math.min(gateway, context.getRemainingTimeInMillis?.() ?? gateway) - timeoutEarlyInMillis;
}

/**
 * The SCIM service provider behind API Gateway (REST, Lambda proxy): RFC 7644 §3. Never rejects: every error is a SCIM error body.
 * Errors pass the middlewares in reverse, so the log sees the reply that the error middleware made.
 */
export function scimFunction(dependencies: ScimDependencies): ScimFunction {
  // As old as the function: what this instance has counted in the window that is open.
  const limiter = createRateLimiter(dependencies.rates, dependencies.now);
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>({ timeoutEarlyInMillis, timeoutEarlyResponse })
    .use(requestLog(dependencies))
    .use(scimErrors(dependencies))
    .handler(async (event: APIGatewayProxyEvent, context: ScimContext) => {
      const response = await handleRequest(dependencies, event, context.story, () => timeLeft(context), limiter);
      return proxyResult(event, response, context.story.correlationId);
    });
  // A context of its own for each request: the story of one never gets into another's.
  return (event, context) => handler(event, { ...context } as ScimContext);
}
