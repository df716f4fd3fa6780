import type { Connection } from '../../shared/directory/connection.ts';
import { dispositionOf } from '../../shared/provisioning/dispositions.ts';
import type { NotAsked } from '../../shared/provisioning/inspect/inspection.ts';
import { OutOfTime } from '../../shared/provisioning/work.ts';
import { forLog } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError, type Target } from '../../shared/targets/target.ts';
import { describeTarget } from '../../shared/targets/target-address.ts';
import type { CallPacer } from './call-pacer.ts';
import type { WorkerContext, WorkerDependencies } from './dependencies.ts';
import { RESERVE_MS } from './guarded-target.ts';
import { pauseTarget } from './pause-target.ts';
import { openTarget, TargetPaused } from './target-access.ts';

export type LookDependencies = Pick<
  WorkerDependencies,
  'connections' | 'delivery' | 'credentials' | 'targetOf' | 'log' | 'now' | 'sleep' | 'callTimeoutMs'
>;

/** Whose target is looked at, and at whose pace. */
interface LookAt {
  readonly connection: Connection;
  readonly context: WorkerContext;
  readonly correlationId: string;
  /** For who looks at many things: without it calls take no turns. */
  readonly pacer?: CallPacer;
}

/** Why nothing was seen. `retryAfterMs`: it may be tried again after so long. */
export type NotSeen = NotAsked & { readonly retryAfterMs?: number };

/** Without a Retry-After. */
const TRY_AGAIN_MS = 5_000;

/**
 * What somebody sees who looks at the target and changes nothing, or why it can't be asked. It is opened as for a change: with a password
 * its lease is held meanwhile, and a refused login pauses it, since three would lock the service account (DESIGN §4).
 */
export async function lookAtTarget<Seen>(
  deps: LookDependencies,
  { connection, context, correlationId, pacer }: LookAt,
  look: (target: Target, serviceAccount: string) => Promise<Seen>,
): Promise<Seen | NotSeen> {
  const state = await deps.delivery.targets.read(connection.target.id);
  if (state.state === 'paused')
    return {
      code: state.code ?? 'paused',
      reason: `${describeTarget(connection.target)} is paused: ${state.reason ?? 'no reason is kept'}`,
    };
  const remainingMs = () => context.getRemainingTimeInMillis();
  const pace = pacer?.of(connection, state, () => remainingMs() - deps.callTimeoutMs - RESERVE_MS);
  const common = { correlationId, connection: connection.id, target: connection.target.id };
  const target = deps.targetOf(
    connection,
    (call) => {
      pace?.heard(call);
      deps.log.write({ kind: 'confluence.request', ...common, ...forLog(call) });
    },
    pace?.beforeCall,
  );
  try {
    const access = await openTarget({ ...deps, connection, target, remainingMs }, state);
    try {
      return await look(access.target, access.serviceAccount);
    } finally {
      await access.close();
    }
  } catch (error) {
    if (error instanceof TargetPaused || error instanceof OutOfTime)
      return { code: 'busy', reason: `${describeTarget(connection.target)} was not asked: ${error.message}`, retryAfterMs: TRY_AGAIN_MS };
    if (!(error instanceof ProvisioningError)) throw error;
    const { code, message: reason, retryAfterMs = TRY_AGAIN_MS } = error;
    const disposition = dispositionOf(code);
    if (disposition === 'pause') await pauseTarget(deps, connection, correlationId, code, reason);
    return disposition === 'retry' || disposition === 'wait' ? { code, reason, retryAfterMs } : { code, reason };
  } finally {
    await pace?.close();
  }
}
