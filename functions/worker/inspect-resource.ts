import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { inspectGroup } from '../../shared/provisioning/inspect/inspect-group.ts';
import { inspectUser } from '../../shared/provisioning/inspect/inspect-user.ts';
import type { InspectionRequest, ResourceInspection } from '../../shared/provisioning/inspect/inspection.ts';
import type { Look } from '../../shared/provisioning/inspect/look.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import type { WorkerContext } from './dependencies.ts';
import { type LookDependencies, lookAtTarget } from './look-at-target.ts';

/** What `inspect` invokes the worker with: the target is looked at from where the worker runs. */
export interface InspectionEvent {
  readonly inspect: InspectionRequest;
}

export function isInspection(event: object): event is InspectionEvent {
  return 'inspect' in event;
}

/**
 * Everything about one user or group, deleted ones included as long as something of them is left; null if there is none of that id.
 * Nothing is changed. The target is opened as for a change: with a password its lease is held while it is read, and a refused login
 * pauses it, since three would lock the service account (DESIGN §4). A target that can't be asked is said, and the rest is told.
 * @throws RangeError for an unknown connection
 */
export async function inspectResource(
  deps: LookDependencies,
  context: WorkerContext,
  { inspect }: InspectionEvent,
  correlationId: string,
): Promise<ResourceInspection | null> {
  const connection = await deps.connections.get(inspect.connection);
  if (!connection) throw new RangeError(`there is no connection ${inspect.connection}`);
  const { resources } = deps.delivery;
  const resource =
    inspect.type === 'user'
      ? await resources.user(connection.id, inspect.id as UserId)
      : await resources.group(connection.id, inspect.id as GroupId);
  if (!resource) return null;
  const policy = policyOf(connection.settings);
  const look = (target: Look['target'], protectedAccounts: ReadonlySet<string>): Promise<ResourceInspection> => {
    const { protectedGroups } = policy;
    const at = { connection, delivery: deps.delivery, policy, protectedGroups, protectedAccounts, target };
    return resource.type === 'user' ? inspectUser(at, resource) : inspectGroup(at, resource);
  };
  const seen = await lookAtTarget(deps, { connection, context, correlationId }, (target, serviceAccount) =>
    look(target, new Set([...policy.protectedAccounts, serviceAccount.toLowerCase()])),
  );
  return 'reason' in seen ? look({ code: seen.code, reason: seen.reason }, policy.protectedAccounts) : seen;
}
