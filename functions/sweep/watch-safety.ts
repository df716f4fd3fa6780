import type { Change } from '../../shared/changes/change.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import type { TargetId } from '../../shared/directory/ids.ts';
import type { ParkedChange } from '../../shared/directory/overview.ts';
import type { SeatState } from '../../shared/directory/seats.ts';
import type { ProvisioningCode } from '../../shared/targets/target.ts';
import type { SweepDependencies } from './dependencies.ts';

/** Of those who were refused a seat, so many are tried again in one run. */
const RETRIES = 100;
/** While no seat is known to be free one of them is tried so often: that counts the seats in the target. */
const PROBE_MS = 900_000;

interface Safety {
  /** Connections whose brake is on. */
  readonly engagedBrakes: number;
  /** Targets where the seat guard has refused somebody, and no seat has become free since. */
  readonly fullTargets: number;
}

/** What waits for an administrator: the alarms go by these numbers, each minute anew. Who was refused a seat is tried again here. */
export async function watchSafety(
  deps: SweepDependencies,
  connections: readonly Connection[],
  open: readonly TargetId[],
  correlationId: string,
): Promise<Safety> {
  const engaged = await deps.delivery.brake.engaged(connections.map(({ id }) => id));
  const targets = [...new Set(connections.map(({ target }) => target.id))];
  const refusing = await deps.delivery.seats.refusing(targets);
  let fullTargets = 0;
  for (const [target, state] of refusing) {
    const isLeft = open.includes(target) && (await retryRefused(deps, connections, target, state, correlationId));
    const { fullSince, used, refusedLimit = 0 } = state;
    if (isLeft || fullSince !== undefined || used >= refusedLimit) fullTargets += 1;
  }
  return { engagedBrakes: engaged.length, fullTargets };
}

/**
 * As many as there are seats by now; when none is known to be free, one, some time after the last count.
 * @returns true if somebody has no seat whose connection's limit is lower than that of another
 */
async function retryRefused(
  deps: SweepDependencies,
  connections: readonly Connection[],
  target: TargetId,
  state: SeatState,
  correlationId: string,
): Promise<boolean> {
  const limitOf = ({ settings }: Connection) => settings.seats.limit ?? state.limit ?? Number.POSITIVE_INFINITY;
  const sharing = connections.filter((connection) => connection.target.id === target);
  const limits = new Map(sharing.map((connection) => [connection.id, limitOf(connection)]));
  const highest = Math.max(...limits.values());
  const mayProbe = deps.now().getTime() - Date.parse(state.askedAt ?? '') >= PROBE_MS;
  let tried = 0;
  let isLeft = false;
  for await (const parked of deps.parked.parked(target)) {
    if (parked.code !== ('no-seat' satisfies ProvisioningCode)) continue;
    const used = state.used + tried;
    const hasRoom = used < (limits.get(parked.connection) ?? highest) || (mayProbe && tried === 0);
    if (tried === RETRIES || (!hasRoom && used >= highest)) return isLeft;
    // Others are of a connection with a higher limit.
    if (!hasRoom) isLeft = true;
    if (!hasRoom) continue;
    if (!(await deps.parked.retry(target, parked, correlationId, deps.now()))) continue;
    await deps.queue.send(parked.messageGroup, changeOf(parked, correlationId));
    tried += 1;
  }
  if (isLeft) return true;
  await deps.delivery.seats.retried(target, state.used < Math.min(...limits.values()) ? state.fullSince : undefined);
  return false;
}

function changeOf({ connection, type, id }: ParkedChange, correlationId: string): Change {
  return { v: 1, connection, resource: { type, id } as Change['resource'], correlationId, reason: 'woken' };
}
