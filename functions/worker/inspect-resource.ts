import type { Connection } from '../../shared/directory/connection.ts';
import type { GroupId, UserId } from '../../shared/directory/ids.ts';
import { dispositionOf } from '../../shared/provisioning/dispositions.ts';
import { inspectGroup } from '../../shared/provisioning/inspect/inspect-group.ts';
import { inspectUser } from '../../shared/provisioning/inspect/inspect-user.ts';
import type { InspectionRequest, NotAsked, ResourceInspection } from '../../shared/provisioning/inspect/inspection.ts';
import type { Look } from '../../shared/provisioning/inspect/look.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import { OutOfTime } from '../../shared/provisioning/work.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError, type Target } from '../../shared/targets/target.ts';
import type { WorkerContext, WorkerDependencies } from './dependencies.ts';
import { pauseTarget } from './pause-target.ts';
import { openTarget, TargetPaused } from './target-access.ts';

/** What `inspect` invokes the worker with: the target is looked at from where the worker runs. */
export interface InspectionEvent {
  readonly inspect: InspectionRequest;
}

export function isInspection(event: object): event is InspectionEvent {
  return 'inspect' in event;
}

type Dependencies = Pick<
  WorkerDependencies,
  'connections' | 'delivery' | 'credentials' | 'targetOf' | 'log' | 'now' | 'sleep' | 'callTimeoutMs'
>;

/**
 * Everything about one user or group, deleted ones included as long as something of them is left; null if there is none of that id.
 * Nothing is changed. The target is opened as for a change: with a password its lease is held while it is read, and a refused login
 * pauses it, since three would lock the service account (DESIGN §4). A target that can't be asked is said, and the rest is told.
 * @throws RangeError for an unknown connection
 */
export async function inspectResource(
  deps: Dependencies,
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
  const seen = await throughTarget(deps, context, connection, correlationId, (target, serviceAccount) =>
    look(target, new Set([...policy.protectedAccounts, serviceAccount.toLowerCase()])),
  );
  return 'reason' in seen ? look(seen, policy.protectedAccounts) : seen;
}

/** What the target shows, or why it can't be asked. */
async function throughTarget(
  deps: Dependencies,
  context: WorkerContext,
  connection: Connection,
  correlationId: string,
  look: (target: Target, serviceAccount: string) => Promise<ResourceInspection>,
): Promise<ResourceInspection | NotAsked> {
  const state = await deps.delivery.targets.read(connection.target.id);
  if (state.state === 'paused')
    return { code: state.code ?? 'paused', reason: `Confluence is paused: ${state.reason ?? 'no reason is kept'}` };
  const common = { correlationId, connection: connection.id, target: connection.target.id };
  const target = deps.targetOf(connection, (call) => deps.log.write({ kind: 'confluence.request', ...common, ...forLog(call) }));
  try {
    const access = await openTarget({ ...deps, connection, target, remainingMs: () => context.getRemainingTimeInMillis() }, state);
    try {
      return await look(access.target, access.serviceAccount);
    } finally {
      await access.close();
    }
  } catch (error) {
    if (error instanceof TargetPaused || error instanceof OutOfTime)
      return { code: 'busy', reason: `Confluence was not asked: ${error.message}` };
    if (!(error instanceof ProvisioningError)) throw error;
    if (dispositionOf(error.code) === 'pause') await pauseTarget(deps, connection, correlationId, error.code, error.message);
    return { code: error.code, reason: error.message };
  }
}
