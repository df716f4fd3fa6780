import type { ResourceType } from '../attributes/attribute.ts';
import type { ResourceTypes } from '../attributes/resource-types.ts';
import type { BulkOperation } from '../messages/bulk-request.ts';
import { type Replacement, resolvePatch, resolveResource, resolveSegment } from './bulk-references.ts';
import { type Footprint, footprintOf } from './footprint.ts';
import type { Ordered } from './order-operations.ts';

/** An operation whose references are replaced: in its path and in its data. */
export interface PlannedOperation extends BulkOperation, Ordered {
  /** The id that a POST gives its resource: known before anything runs, so that circular references are references like others. */
  readonly newId?: string;
  /** A bulkId that it refers to and that no POST of the request has. */
  readonly unknownBulkId?: string;
}

export interface PlanOptions {
  readonly resourceTypes: ResourceTypes;
  readonly baseUrl: string;
  /** Makes the id of a resource. */
  readonly newId: () => string;
}

/** Gives each new resource its id and replaces the references to it: RFC 7644 §3.7.2. */
export function planBulk(operations: readonly BulkOperation[], { resourceTypes, baseUrl, newId }: PlanOptions): PlannedOperation[] {
  const created = new Map<string, Replacement & { readonly index: number }>();
  for (const { index, method, bulkId, path } of operations) {
    const resourceType = typeAt(resourceTypes, path);
    if (method !== 'POST' || bulkId === undefined) continue;
    const id = newId();
    created.set(bulkId, { index, id, uri: `${baseUrl}${resourceType?.endpoint ?? ''}/${id}` });
  }
  return operations.map((operation) => {
    const references = new Set<number>();
    let unknownBulkId: string | undefined;
    const resolve = (bulkId: string) => {
      const known = created.get(bulkId);
      if (known === undefined) unknownBulkId ??= bulkId;
      else references.add(known.index);
      return known;
    };
    const { method, bulkId } = operation;
    const resourceType = typeAt(resourceTypes, operation.path);
    const path = operation.path.map((segment) => resolveSegment(segment, resolve));
    const data = resourceType === undefined ? operation.data : resolveData(resourceType, operation, resolve);
    const own = method === 'POST' && bulkId !== undefined ? created.get(bulkId)?.id : undefined;
    const footprint = operation.refused || resourceType === undefined ? undefined : footprintAt(resourceType, method, path, data, own);
    // A resource that refers to itself waits for nobody.
    references.delete(operation.index);
    return {
      ...operation,
      path,
      data,
      references,
      ...(own !== undefined && { newId: own }),
      ...(unknownBulkId !== undefined && { unknownBulkId }),
      ...(footprint && { footprint }),
    };
  });
}

function resolveData(resourceType: ResourceType, { method, data }: BulkOperation, resolve: (bulkId: string) => Replacement | undefined) {
  if (method === 'POST' || method === 'PUT') return resolveResource(resourceType, data, resolve);
  return method === 'PATCH' ? resolvePatch(resourceType, data, resolve) : data;
}

/** Undefined for what is no operation on a resource: it is refused before it looks at anything. */
function footprintAt(
  { name }: ResourceType,
  method: string,
  path: readonly string[],
  data: BulkOperation['data'],
  newId: string | undefined,
): Footprint | undefined {
  const id = method === 'POST' ? newId : path[1];
  return id === undefined ? undefined : footprintOf(name, { method, id, data });
}

function typeAt({ User, Group }: ResourceTypes, path: readonly string[]): ResourceType | undefined {
  return [User, Group].find(({ endpoint }) => endpoint === `/${path[0]}`);
}
