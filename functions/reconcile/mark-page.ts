import { atOnce } from '../../shared/directory/at-once.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import type { ResourceItem } from '../../shared/directory/delivery.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import type { Run } from '../../shared/directory/runs.ts';
import { correlationOf } from '../../shared/provisioning/reconcile/running-work.ts';
import { ring } from '../../shared/provisioning/work.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import { takeResources } from './list-page.ts';
import { affectedBetween } from './start-runs.ts';

const AT_ONCE = 12;

/**
 * Marks a page of what a change of settings affects as pending, and rings for each. Parked ones are tried again; what the brake holds
 * stays held. Marking twice is harmless: the place after the page is written afterwards.
 */
export async function markPage(
  deps: ReconcileDependencies,
  connection: Connection,
  run: Run,
): Promise<{ marked: number; next: Pick<Run, 'phase' | 'cursor'> }> {
  const affected = await affectedBetween(deps, connection, run.settings ?? { from: 0, to: 0 });
  const following = run.phase === 'users' ? 'groups' : 'listed';
  if (run.phase === 'users' ? !affected.users : !affected.groups) return { marked: 0, next: { phase: following } };
  const { resources, cursor } = await takeResources(deps, connection, run);
  await atOnce(AT_ONCE, resources, ({ id }) => mark(deps, connection, run, id));
  return { marked: resources.length, next: cursor === undefined ? { phase: following } : { phase: run.phase, cursor } };
}

async function mark(deps: ReconcileDependencies, connection: Connection, run: Run, id: UserId | GroupId): Promise<void> {
  const { resources } = deps.delivery;
  const resource: ResourceItem | undefined =
    run.phase === 'users' ? await resources.user(connection.id, id as UserId) : await resources.group(connection.id, id as GroupId);
  if (!resource) return;
  const correlationId = resource.correlationId ?? correlationOf(run);
  const marked = await resources.again({ ...resource, correlationId }, 'parked too');
  if (marked) await ring(deps, marked, 'woken');
}
