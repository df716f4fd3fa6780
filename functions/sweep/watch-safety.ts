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
  for (const [target, state] of refusing) if (open.includes(target)) await retryRefused(deps, connections, target, state, correlationId);
  const full = [...refusing.values()].filter(({ fullSince, used, refusedLimit = 0 }) => fullSince !== undefined || used >= refusedLimit);
  return { engagedBrakes: engaged.length, fullTargets: full.length };
}

/** As many as there are seats by now; when none is known to be free, one, some time after the last count. */
async function retryRefused(
  deps: SweepDependencies,
  connections: readonly Connection[],
  target: TargetId,
  state: SeatState,
  correlationId: string,
): Promise<void> {
  const limits = new Map(connections.map(({ id, settings }) => [id, settings.seats.limit]));
  const mayProbe = deps.now().getTime() - Date.parse(state.askedAt ?? '') >= PROBE_MS;
  let tried = 0;
  for await (const parked of deps.parked.parked(target)) {
    if (parked.code !== ('no-seat' satisfies ProvisioningCode)) continue;
    const limit = limits.get(parked.connection) ?? state.limit ?? Number.POSITIVE_INFINITY;
    const hasRoom = state.used + tried < limit || (mayProbe && tried === 0);
    if (!hasRoom || tried === RETRIES) return;
    if (!(await deps.parked.retry(target, parked, correlationId, deps.now()))) continue;
    await deps.queue.send(parked.messageGroup, changeOf(parked, correlationId));
    tried += 1;
  }
  await deps.delivery.seats.retried(target);
}

function changeOf({ connection, type, id }: ParkedChange, correlationId: string): Change {
  return { v: 1, connection, resource: { type, id } as Change['resource'], correlationId, reason: 'woken' };
}
