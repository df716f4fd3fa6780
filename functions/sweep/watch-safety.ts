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

export interface Safety {
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
  for (const [target, state] of refusing) if (open.includes(target)) await retryRefused(deps, target, state, correlationId);
  const full = [...refusing.values()].filter(({ fullSince }) => fullSince !== undefined);
  return { engagedBrakes: engaged.length, fullTargets: full.length };
}

/** As many as there are seats; none is known to be free, then one, when the last count is long ago. */
async function retryRefused(deps: SweepDependencies, target: TargetId, state: SeatState, correlationId: string): Promise<void> {
  const { used, refusedLimit = 0, fullSince, askedAt } = state;
  const isProbe = fullSince !== undefined;
  if (isProbe && deps.now().getTime() - Date.parse(askedAt) < PROBE_MS) return;
  let left = isProbe ? 1 : Math.min(RETRIES, Math.max(0, refusedLimit - used));
  for await (const parked of deps.parked.parked(target)) {
    if (parked.code !== ('no-seat' satisfies ProvisioningCode)) continue;
    if (left === 0) return;
    if (await deps.parked.retry(target, parked, correlationId, deps.now())) {
      await deps.queue.send(parked.messageGroup, changeOf(parked, correlationId));
      left -= 1;
    }
  }
  await deps.delivery.seats.retried(target);
}

function changeOf({ connection, type, id }: ParkedChange, correlationId: string): Change {
  return { v: 1, connection, resource: { type, id } as Change['resource'], correlationId, reason: 'woken' };
}
