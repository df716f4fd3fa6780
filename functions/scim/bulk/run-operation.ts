import type { PlannedOperation } from '../../../shared/scim/bulk/plan-bulk.ts';
import type { BulkResult } from '../../../shared/scim/messages/bulk-response.ts';
import type { ScimObject } from '../../../shared/scim/resources/resource.ts';
import type { Exchange } from '../exchange.ts';
import { findRoute } from '../find-route.ts';
import { newStory, requestRecord } from '../log/request-log.ts';
import { RESOURCE_ROUTES } from '../resource-routes.ts';
import type { ScimResponse } from '../response/response.ts';
import { tellError } from '../response/scim-errors.ts';
import { toleranceOf } from '../tolerance-of.ts';
import type { Obstacle } from './obstacle.ts';

export interface Outcome extends BulkResult {
  /** True if it was not begun for want of time: that is no error of the client's, and counts as none. */
  readonly isPutOff?: true;
}

/**
 * The table by which single requests are found, so that both are the same operation. "Possible values are "POST", "PUT", "PATCH", or
 * "DELETE"": no query; and a Bulk request in a Bulk request is none of the resources'.
 */
const BULK_ROUTES = RESOURCE_ROUTES.map(({ path, methods }) => ({
  path,
  methods: Object.fromEntries(Object.entries(methods).filter(([method]) => method !== 'GET')),
}));

/**
 * Runs one operation as the request that it stands for, with a story and a record in the request log of its own; that record has the
 * correlation id of all of them. Never rejects: an error is the operation's outcome.
 */
export async function runOperation(bulk: Exchange, operation: PlannedOperation): Promise<Outcome> {
  const exchange = innerExchange(bulk, operation);
  return tell(exchange, operation, async () => {
    const { operation: run, id } = routeOf(operation);
    return run(exchange, id);
  });
}

/** @throws ScimError 404, 405 for what an operation of a Bulk request can't name */
export function routeOf(operation: PlannedOperation): ReturnType<typeof findRoute> {
  return findRoute(BULK_ROUTES, operation);
}

/** The outcome of an operation that is not run; in the log like any other. */
export async function refuseOperation(bulk: Exchange, operation: PlannedOperation, { error, isPutOff }: Obstacle): Promise<Outcome> {
  const outcome = await tell(innerExchange(bulk, operation), operation, async () => {
    throw error;
  });
  return isPutOff ? { ...outcome, isPutOff } : outcome;
}

/** The exchange of the request that an operation stands for. */
export function innerExchange(bulk: Exchange, { method, path, data, version, newId }: PlannedOperation): Exchange {
  const { connection, request, story: outer, mode } = bulk;
  const story = newStory(outer.correlationId, outer.client);
  story.connection = connection;
  // A result has no body: what would only be read for one is left alone where the entity tag does not depend on it. It does for a
  // user who may be in groups.
  const relation = path[0] === 'Groups' ? 'members' : 'groups';
  const query = new Map(relation === 'members' || method === 'POST' ? [['excludedAttributes', relation]] : []);
  return {
    ...bulk,
    story,
    onTolerance: toleranceOf(mode, story),
    request: {
      baseUrl: request.baseUrl,
      method,
      path,
      query,
      body: { json: data },
      // §3.7: "Version MAY be used if the service provider supports entity-tags … and "method" is "PUT", "PATCH", or "DELETE"."
      ifMatch: method === 'POST' ? undefined : version,
      ifNoneMatch: undefined,
    },
    ...(newId !== undefined && { newId }),
  };
}

async function tell(exchange: Exchange, operation: PlannedOperation, run: () => Promise<ScimResponse>): Promise<Outcome> {
  const { dependencies, story } = exchange;
  const startedAt = performance.now();
  const response = await run().catch((error: unknown) => tellError(dependencies.log, story, error));
  const { method, index, bulkId } = operation;
  const location = locationOf(exchange, response);
  const { status, body = '' } = response;
  const bulk = { index, ...(bulkId !== undefined && { bulkId: bulkId.slice(0, 200) }) };
  const { pathname } = new URL(urlOf(exchange));
  dependencies.log.write(requestRecord(story, { method, path: pathname, status, body, startedAt, now: dependencies.now(), bulk }));
  const version = response.headers?.['ETag'];
  return {
    method,
    ...(bulkId !== undefined && { bulkId }),
    ...(location !== undefined && { location }),
    ...(status < 300 && version !== undefined && { version }),
    status,
    ...(status >= 300 && { error: JSON.parse(body) as ScimObject }),
  };
}

/** "A "location" attribute … MUST be returned for all operations except for failed POST operations (which have no location)." */
function locationOf(exchange: Exchange, { headers }: ScimResponse): string | undefined {
  const { method, path } = exchange.request;
  if (method === 'POST') return headers?.['Location'];
  return path.length === 0 ? undefined : urlOf(exchange);
}

function urlOf({ request: { baseUrl, path } }: Exchange): string {
  return [baseUrl, ...path.map((segment) => encodeURIComponent(segment.toWellFormed()).replaceAll('%3A', ':'))].join('/');
}
