import { NameTaken, type Stored } from '../../../shared/directory/directory.ts';
import { inBatches } from '../../../shared/directory/in-batches.ts';
import type { PlannedOperation } from '../../../shared/scim/bulk/plan-bulk.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { groupEndpoint } from '../endpoints/group-endpoint.ts';
import { userEndpoint } from '../endpoints/user-endpoint.ts';
import type { Exchange } from '../exchange.ts';
import { ATTEMPT_MS } from '../operations/retry-conflicts.ts';
import { readResource } from '../request/read-body.ts';
import { type Obstacle, obstacleTo, putOff, referenceFailed } from './obstacle.ts';
import { innerExchange, type Outcome, refuseOperation, routeOf, runOperation } from './run-operation.ts';

const AT_ONCE = 8;
/** A write may still have to be taken back. */
const CIRCLE_MS = 2 * ATTEMPT_MS;

type Outcomes = Map<PlannedOperation, Outcome>;

/**
 * Creates resources that refer to each other in a circle: RFC 7644 §3.7.1, "The service provider MUST try to resolve circular
 * cross-references between resources in a single bulk job but MAY stop after a failed attempt and instead return HTTP status code 409
 * (Conflict)". Their ids are known, so each is written with its references: users first, since a group asks for its members.
 *
 * It is all of them or none: everything that can be known before the first write is checked before it (bodies, names, time), and if
 * a write fails all the same those before it are deleted again. What could not be deleted is reported as what it is: created.
 */
export async function runCircle(
  exchange: Exchange,
  circle: readonly PlannedOperation[],
  outcomes: readonly (Outcome | undefined)[],
): Promise<Outcomes> {
  const within = new Set(circle.map(({ index }) => index));
  const hasTime = () => exchange.timeLeftMs() >= CIRCLE_MS;
  const obstacles = new Map<PlannedOperation, Obstacle>();
  for (const operation of circle) {
    const others = [...operation.references].filter((index) => !within.has(index)).flatMap((index) => outcomes[index] ?? []);
    const obstacle = obstacleTo(operation, others, hasTime());
    if (obstacle) obstacles.set(operation, obstacle);
  }
  if (obstacles.size === 0) for (const [operation, error] of await foreseenErrors(exchange, circle)) obstacles.set(operation, { error });
  if (obstacles.size > 0) return refuseAll(exchange, circle, obstacles);

  const users = circle.filter(({ path }) => path[0] === 'Users');
  const groups = circle.filter(({ path }) => path[0] !== 'Users');
  const written: Outcomes = new Map();
  for (const operations of [users, groups]) {
    for await (const batch of inBatches(operations, AT_ONCE)) {
      if (!hasTime()) return takeBack(exchange, circle, written);
      const results = await Promise.all(batch.map((operation) => runOperation(exchange, operation)));
      for (const [i, operation] of batch.entries()) if (results[i]) written.set(operation, results[i]);
      if (results.some(({ status }) => status >= 300)) return takeBack(exchange, circle, written);
    }
  }
  return written;
}

/** What would make a create of the circle fail, found out without a write. */
async function foreseenErrors(exchange: Exchange, circle: readonly PlannedOperation[]): Promise<[PlannedOperation, Error][]> {
  const errors: [PlannedOperation, Error][] = [];
  const names = new Set<string>();
  for await (const batch of inBatches(circle, AT_ONCE)) {
    const found = await Promise.all(batch.map((operation) => foreseenError(exchange, operation, names)));
    for (const [i, operation] of batch.entries()) if (found[i]) errors.push([operation, found[i]]);
  }
  return errors;
}

/** `names` are those that the operations before it want to take. */
async function foreseenError(exchange: Exchange, operation: PlannedOperation, names: Set<string>): Promise<Error | undefined> {
  const { footprint } = operation;
  try {
    routeOf(operation);
    const name = `${footprint?.type} ${footprint?.takes}`;
    if (names.has(name)) throw new NameTaken(footprint?.type === 'Group' ? 'displayName' : 'userName');
    names.add(name);
    const inner = innerExchange(exchange, operation);
    if (footprint?.type === 'Group') await checkCreate(inner, groupEndpoint);
    else await checkCreate(inner, userEndpoint);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return undefined;
}

/** @throws ScimError for a body that is refused, NameTaken */
async function checkCreate<R extends Stored<string>>(exchange: Exchange, endpoint: Endpoint<R>): Promise<void> {
  const attributes = readResource(exchange, endpoint);
  const by = endpoint.nameAttribute;
  const owners = endpoint.listing(exchange).find(exchange.connection, { by, value: String(attributes[by]) });
  for await (const owner of owners) if (owner) throw new NameTaken(by);
}

async function refuseAll(
  exchange: Exchange,
  operations: readonly PlannedOperation[],
  obstacles: ReadonlyMap<PlannedOperation, Obstacle>,
): Promise<Outcomes> {
  const [failed] = [...obstacles].find(([, { isPutOff }]) => !isPutOff) ?? [];
  const rest = failed ? referenceFailed(failed.bulkId) : putOff();
  const refused = operations.map(
    async (operation) => [operation, await refuseOperation(exchange, operation, obstacles.get(operation) ?? rest)] as const,
  );
  return new Map(await Promise.all(refused));
}

/** Deletes what was created, groups first, since one of the circle failed or there was no time for it. */
async function takeBack(exchange: Exchange, circle: readonly PlannedOperation[], written: Outcomes): Promise<Outcomes> {
  const [failed] = [...written].find(([, { status }]) => status >= 300) ?? [];
  const obstacle = failed ? referenceFailed(failed.bulkId) : putOff();
  const standing = [...written.keys()].filter((operation) => written.get(operation)?.status === 201).reverse();
  for await (const batch of inBatches(standing, AT_ONCE)) {
    await Promise.all(
      batch.map(async (operation) => {
        const { status } = await runOperation(exchange, deletionOf(operation));
        if (status === 204 || status === 404) written.delete(operation);
      }),
    );
  }
  const gone = circle.filter((operation) => !written.has(operation));
  const refused = await refuseAll(exchange, gone, new Map(gone.map((operation) => [operation, obstacle])));
  return new Map([...written, ...refused]);
}

function deletionOf({ index, bulkId, path, newId = '' }: PlannedOperation): PlannedOperation {
  return {
    index,
    method: 'DELETE',
    ...(bulkId !== undefined && { bulkId }),
    path: [path[0] ?? '', newId],
    data: undefined,
    references: new Set(),
  };
}
