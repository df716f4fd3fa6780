import type { Change } from '../../shared/changes/change.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import { DirectoryBusy } from '../../shared/directory/dynamodb-table.ts';
import type { Subject } from '../../shared/log/records.ts';
import { dispositionOf, isOutage } from '../../shared/provisioning/dispositions.ts';
import { applyGroup } from '../../shared/provisioning/groups/apply-group.ts';
import { expandWithoutTarget } from '../../shared/provisioning/groups/expand-layers.ts';
import { noTally } from '../../shared/provisioning/outcome.ts';
import { policyOf } from '../../shared/provisioning/policy/policy.ts';
import { reconcileResource } from '../../shared/provisioning/reconcile/reconcile-resource.ts';
import { brakeOf } from '../../shared/provisioning/safety/brake.ts';
import { seatGuardOf } from '../../shared/provisioning/safety/seat-guard.ts';
import { applyUser } from '../../shared/provisioning/users/apply-user.ts';
import { OutOfTime, type Work } from '../../shared/provisioning/work.ts';
import { forLog, type ObservedCall } from '../../shared/targets/http/observed-call.ts';
import { ProvisioningError } from '../../shared/targets/target.ts';
import type { CallPacer, Pace } from './call-pacer.ts';
import type { WorkerContext, WorkerDependencies } from './dependencies.ts';
import { RESERVE_MS } from './guarded-target.ts';
import { pauseTarget } from './pause-target.ts';
import { settingsInForce } from './settings-in-force.ts';
import { openTarget, TargetPaused } from './target-access.ts';
import { withoutWrites } from './without-writes.ts';

/** One message, parsed. */
export interface Received {
  readonly change: Change;
  readonly messageGroup: string;
  readonly receives: number;
}

/** What becomes of a message. `wait`: not acknowledged, and its visibility is not touched (DELIVERY §1). */
export type Verdict = { readonly is: 'acknowledge' } | { readonly is: 'wait' } | { readonly is: 'retry'; readonly afterSeconds: number };

/** DESIGN §4: "after 5 receives the worker acknowledges and the marker stays for the sweep". */
const RECEIVES = 5;
const LONGEST_RETRY_SECONDS = 900;
/** This many failures in a row over this time are an outage: the target is paused and probed. */
const OUTAGE_FAILURES = 5;
const OUTAGE_MS = 300_000;

/** Applies one change; every ProvisioningError ends here as one of the dispositions. */
export async function handleChange(
  deps: WorkerDependencies & { readonly pacer: CallPacer },
  context: WorkerContext,
  received: Received,
): Promise<Verdict> {
  const connection = await deps.connections.get(received.change.connection);
  if (!connection) return { is: 'acknowledge' };
  const { run: runId } = received.change;
  const opened = runId === undefined ? undefined : await deps.runs.open(connection.id, runId, received.change.resource);
  // The run has ended, or this resource of it is done: a late message, or one that came twice.
  if (runId !== undefined && opened === undefined) return { is: 'acknowledge' };
  const state = await deps.delivery.targets.read(connection.target.id);
  const sliceEnds = deps.now().getTime() + deps.sliceMs;
  const proceed = () => deps.now().getTime() < sliceEnds && context.getRemainingTimeInMillis() > 2 * deps.callTimeoutMs;
  const { resource } = received.change;
  const policy = policyOf(connection.settings);
  // DESIGN §4, pause: "messages are acknowledged, markers stay".
  if (state.state === 'paused') {
    if (resource.type === 'group') await expandWithoutTarget({ ...deps, ...received, connection, policy, proceed }, resource.id);
    return { is: 'acknowledge' };
  }

  const thread: Work['thread'] = { subject: { ...resource }, correlationId: received.change.correlationId };
  const pace = deps.pacer.of(connection, state, () => context.getRemainingTimeInMillis() - deps.callTimeoutMs - RESERVE_MS);
  try {
    const access = await openTarget(
      {
        ...deps,
        connection,
        target: deps.targetOf(connection, (call) => observe(deps, connection, thread, pace, call), pace.beforeCall),
        remainingMs: () => context.getRemainingTimeInMillis(),
      },
      state,
    );
    try {
      const work = withoutWrites({
        ...received,
        connection,
        delivery: settingsInForce(deps.delivery, deps.connections, connection),
        target: access.target,
        queue: deps.queue,
        log: deps.log,
        now: deps.now,
        protectedAccounts: new Set([...policy.protectedAccounts, access.serviceAccount.toLowerCase()]),
        protectedGroups: policy.protectedGroups,
        proceed,
        thread,
        policy,
        isDryRun: connection.settings.apply === 'dry-run' || opened?.run.dryRun === true,
        brake: brakeOf({ ...deps, connection, thread }),
        seats: seatGuardOf({ ...deps, connection, thread, target: access.target }),
        tally: noTally,
      });
      if (opened) await reconcileResource(work, deps.runs, opened);
      else if (resource.type === 'user') await applyUser(work, resource.id);
      else await applyGroup(work, resource.id);
      return { is: 'acknowledge' };
    } finally {
      await access.close();
    }
  } catch (error) {
    return verdictOn(deps, connection, received, thread, error);
  } finally {
    await pace.close();
  }
}

async function verdictOn(
  deps: WorkerDependencies,
  connection: Connection,
  received: Received,
  thread: Work['thread'],
  error: unknown,
): Promise<Verdict> {
  if (error instanceof TargetPaused) return { is: 'acknowledge' };
  if (error instanceof OutOfTime) {
    await deps.queue.send(received.messageGroup, { ...received.change, reason: 'continuation' });
    return { is: 'acknowledge' };
  }
  if (error instanceof DirectoryBusy) return retry(deps, received, undefined);
  if (!(error instanceof ProvisioningError)) throw error;

  const disposition = dispositionOf(error.code);
  if (disposition === 'pause') {
    await pauseTarget(deps, connection, thread.correlationId, error.code, error.message);
    return { is: 'acknowledge' };
  }
  const isLongOutage = isOutage(error.code) && (await countOutage(deps, connection));
  if (isLongOutage)
    await pauseTarget(deps, connection, thread.correlationId, 'unavailable', `No answer for five minutes: ${error.message}`);
  // DELIVERY §1: "A call without an answer may still land: the worker neither acknowledges the message nor shortens its visibility."
  // Guard's list of users, which takes many attempts (decision 22): it goes on like a slice, without the sweep's back-off, and behind those who wait.
  const goesOn = error.code === 'settling' && error.retryAfterMs !== undefined;
  if (goesOn) await deps.queue.send(received.messageGroup, { ...received.change, reason: 'continuation' });
  // What may come by itself is tried again in seconds once; then the sweep's back-off is soon enough.
  const isLeft = isLongOutage || goesOn || (error.code === 'settling' && received.change.reason === 'sweep');
  const verdict: Verdict =
    disposition === 'wait' ? { is: 'wait' } : isLeft ? { is: 'acknowledge' } : retry(deps, received, error.retryAfterMs);
  deps.log.write({
    kind: 'change.retried',
    correlationId: thread.correlationId,
    connection: connection.id,
    subject: thread.subject as Subject,
    code: error.code,
    reason: error.message,
    target: connection.target.id,
    receives: received.receives,
    ...(verdict.is === 'retry' && { nextMs: verdict.afterSeconds * 1000 }),
  });
  return verdict;
}

function retry({ random }: WorkerDependencies, { receives }: Received, retryAfterMs: number | undefined): Verdict {
  if (receives >= RECEIVES) return { is: 'acknowledge' };
  const backOff = 2 ** receives * (0.5 + random() / 2);
  const afterSeconds = Math.max(1, Math.ceil(Math.max(backOff, (retryAfterMs ?? 0) / 1000)));
  return { is: 'retry', afterSeconds: Math.min(afterSeconds, LONGEST_RETRY_SECONDS) };
}

async function countOutage(deps: WorkerDependencies, connection: Connection): Promise<boolean> {
  const { failures, since } = await deps.delivery.targets.failed(connection.target.id);
  return failures >= OUTAGE_FAILURES && deps.now().getTime() - since.getTime() >= OUTAGE_MS;
}

function observe({ log }: WorkerDependencies, connection: Connection, thread: Work['thread'], pace: Pace, call: ObservedCall): void {
  pace.heard(call);
  log.write({
    kind: 'confluence.request',
    correlationId: thread.correlationId,
    connection: connection.id,
    target: connection.target.id,
    ...forLog(call),
    ...(thread.subject && { subject: thread.subject }),
  });
}
