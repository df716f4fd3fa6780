import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { ScimDependencies } from './exchange.ts';
import { handleRequest } from './handle-request.ts';
import { requestLog, type ScimContext } from './request-log.ts';
import { proxyResult } from './response.ts';
import { scimErrors } from './scim-errors.ts';

export type { ScimDependencies } from './exchange.ts';
export type ScimFunction = (event: APIGatewayProxyEvent, context?: Context) => Promise<APIGatewayProxyResult>;

/**
 * The SCIM service provider behind API Gateway (REST, Lambda proxy): RFC 7644 §3. Never rejects: every error is a SCIM error body.
 * Errors pass the middlewares in reverse, so the log sees the reply that the error middleware made.
 */
export function scimFunction(dependencies: ScimDependencies): ScimFunction {
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult, Error, ScimContext>()
    .use(requestLog(dependencies))
    .use(scimErrors(dependencies))
    .handler(async (event: APIGatewayProxyEvent, context: ScimContext) => {
      const response = await handleRequest(dependencies, event, context.story);
      return proxyResult(event, response, context.story.correlationId);
    });
  // A context of its own for each request: the story of one never gets into another's.
  return (event, context) => handler(event, { ...context } as ScimContext);
}
