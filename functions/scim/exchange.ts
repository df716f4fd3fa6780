import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import type { Directory, WriteContext } from '../../shared/directory/directory.ts';
import type { PageCursors } from '../../shared/directory/page-cursors.ts';
import type { RequestRates } from '../../shared/directory/request-rates.ts';
import type { RequestSubject } from '../../shared/log/records.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { ResourceType } from '../../shared/scim/attributes/attribute.ts';
import type { ResourceTypes } from '../../shared/scim/attributes/resource-types.ts';
import type { ToleranceId } from '../../shared/scim/interoperability/tolerances.ts';
import type { Mode, OnTolerance } from '../../shared/scim/resources/resource.ts';
import type { ScimRequest } from './request/request.ts';
import type { ScimResponse } from './response/response.ts';

/** What the function needs from outside: built once by compose.ts, by a test, or by the local stack. */
export interface ScimDependencies {
  readonly directory: Directory;
  readonly connections: Connections;
  readonly cursors: PageCursors;
  readonly rates: RequestRates;
  readonly queue: ChangeQueue;
  readonly log: RequestLog;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** What the request log will tell of a request: filled in along the straight line, written once at its end. */
export interface RequestStory {
  readonly correlationId: string;
  /** Each tolerance that was used, once. */
  readonly toleranceIds: Set<ToleranceId>;
  /** `T10 members`: each tolerance and place once. */
  readonly tolerances: Set<string>;
  /** How often tolerances were used in all. */
  tolerated: number;
  /** The User-Agent. */
  readonly client?: string;
  connection?: Connection;
  subject?: RequestSubject;
  revision?: number;
  /** The parsed body and query, for full detail only. */
  requestBody?: unknown;
  query?: ReadonlyMap<string, string>;
  error?: { readonly scimType?: string; readonly detail: string };
}

/** One request on its way through an operation. */
export interface Exchange {
  readonly dependencies: ScimDependencies;
  readonly connection: Connection;
  readonly resourceTypes: ResourceTypes;
  readonly request: ScimRequest;
  readonly story: RequestStory;
  readonly mode: Mode;
  readonly onTolerance: OnTolerance;
  /** The id of the resource that this request creates, where it is known before: operations of a Bulk request refer to each other. */
  readonly newId?: string;
  /** Milliseconds until the answer must be on its way: what can't be done in them is not begun. */
  readonly timeLeftMs: () => number;
}

/** What the route table names: takes the exchange and the last segment of the path, where the route has one. */
export type Operation = (exchange: Exchange, id: string) => Promise<ScimResponse>;

/** The exchange with other tables for one resource type: those by which a reply is shown. */
export function withTables(exchange: Exchange, tables: ResourceType): Exchange {
  if (exchange.resourceTypes[tables.name] === tables) return exchange;
  return { ...exchange, resourceTypes: { ...exchange.resourceTypes, [tables.name]: tables } };
}

/** What the store is told of a write beside the resource: whose, when, under which correlation id, and the id where it is known before. */
export function writeContext({ connection, story, dependencies, newId }: Exchange): WriteContext {
  return { connection, correlationId: story.correlationId, now: dependencies.now(), ...(newId !== undefined && { newId }) };
}
