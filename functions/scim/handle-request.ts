import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describeError } from '../../shared/log/request-log.ts';
import { resourceTypesOf } from '../../shared/provisioning/schema-extension/resource-types-of.ts';
import { authenticate } from './authenticate.ts';
import type { RequestStory, ScimDependencies } from './exchange.ts';
import { findRoute } from './find-route.ts';
import type { RateLimiter } from './rate-limit.ts';
import { headerOf } from './request/headers.ts';
import { parseRequest } from './request/request.ts';
import type { ScimResponse } from './response/response.ts';
import { ROUTES } from './routes.ts';
import { toleranceOf } from './tolerance-of.ts';

/**
 * The straight line of every request: authenticate ▶ rate limit ▶ parse ▶ route ▶ operation ▶ response.
 * @throws ScimError, or an error of the directory: the middleware makes the SCIM error of it
 */
export async function handleRequest(
  dependencies: ScimDependencies,
  event: APIGatewayProxyEvent,
  story: RequestStory,
  timeLeftMs: () => number,
  limiter: RateLimiter,
): Promise<ScimResponse> {
  const connection = await authenticate(dependencies.connections, headerOf(event, 'Authorization'), dependencies.now());
  story.connection = connection;
  await limiter.admit(connection, (error) =>
    dependencies.log.write({
      kind: 'error',
      correlationId: story.correlationId,
      connection: connection.id,
      where: 'functions/scim: the shared count of requests; nothing was refused for it',
      error: describeError(error),
    }),
  );
  const { mode } = connection.settings;
  const onTolerance = toleranceOf(mode, story);

  const request = parseRequest(event, mode, onTolerance);
  story.query = request.query;

  const { operation, id } = findRoute(ROUTES, request);
  const resourceTypes = resourceTypesOf(connection.settings);
  return operation({ dependencies, connection, resourceTypes, request, story, mode, onTolerance, timeLeftMs }, id);
}
