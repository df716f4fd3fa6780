import { atOnce } from '../../shared/directory/at-once.ts';
import type { Connection } from '../../shared/directory/connection.ts';
import { type Outstanding, RUN_PAGE, type Run } from '../../shared/directory/runs.ts';
import { correlationOf } from '../../shared/provisioning/reconcile/running-work.ts';
import type { ReconcileDependencies } from './dependencies.ts';
import { listPage } from './list-page.ts';
import { markPage } from './mark-page.ts';

/** So many resources of a run are outstanding at most: what waits in the queue is bounded, whatever the size of the connection. */
const MOST_OUTSTANDING = 1_000;
const LOOK_EVERY_MS = 30_000;
/** A resource that was sent so often again, and is not done, is given up: the request log says why. */
const MOST_ATTEMPTS = 3;
const SENDS_AT_ONCE = 12;

/**
 * One step of a run that this driver has leased: a page is listed and sent, or nothing can be done now (`wait`), or the run has ended.
 * @param lookedAt when each run's outstanding resources were last looked through, in milliseconds
 */
export async function driveRun(
  deps: ReconcileDependencies,
  run: Run,
  holder: string,
  lookedAt: Map<string, number>,
): Promise<'more' | 'wait' | 'ended'> {
  const connection = await deps.connections.get(run.connection);
  if (!connection) {
    await deps.runs.cancel(run, deps.now());
    return 'ended';
  }
  if (run.kind === 'settings') return markStep(deps, connection, run, holder);

  const { done } = await deps.runs.progress(run);
  const outstanding = run.listed - done;
  if (outstanding === 0 && run.phase === 'listed') return finish(deps, run, holder);
  const now = deps.now().getTime();
  if (outstanding > 0 && now - (lookedAt.get(run.id) ?? 0) >= LOOK_EVERY_MS) {
    lookedAt.set(run.id, now);
    await sendAgain(deps, connection, run, outstanding);
  }
  // Users first: a membership needs its account, and a group its members' markers.
  const isBetween = run.phase === 'groups' && run.cursor === undefined && outstanding > 0;
  if (run.phase === 'listed' || isBetween || outstanding + RUN_PAGE > MOST_OUTSTANDING) return 'wait';

  const { page, next } = await listPage(deps, connection, run);
  // False: another driver has the run by now. Its page is its own.
  if (!(await deps.runs.listed(run, holder, page, next))) return 'ended';
  await atOnce(SENDS_AT_ONCE, page, (one) => send(deps, run, one));
  return 'more';
}

async function markStep(deps: ReconcileDependencies, connection: Connection, run: Run, holder: string): Promise<'more' | 'wait' | 'ended'> {
  if (run.phase === 'listed') {
    await deps.connections.noteMarkedSettings(connection.id, run.settings?.to ?? 0);
    return finish(deps, run, holder);
  }
  if ((await deps.queue.length()) > MOST_OUTSTANDING) return 'wait';
  const { marked, next } = await markPage(deps, connection, run);
  return (await deps.runs.marked(run, holder, marked, next)) ? 'more' : 'ended';
}

async function finish(deps: ReconcileDependencies, run: Run, holder: string): Promise<'ended'> {
  const at = deps.now();
  const { done, counts } = await deps.runs.progress(run);
  if (!(await deps.runs.finish(run, holder, at))) return 'ended';
  deps.log.write({
    kind: 'reconcile.finished',
    correlationId: correlationOf(run),
    connection: run.connection,
    run: run.id,
    of: run.kind,
    ...(run.dryRun && { dryRun: true }),
    resources: done,
    durationMs: at.getTime() - Date.parse(run.started),
    counts,
  });
  return 'ended';
}

/**
 * What was sent long ago and can't be in the queue any more, or was sent before the target was opened again, goes out once more: a lost
 * message, or one that a paused target's worker has acknowledged. While the target is paused nothing is sent.
 */
async function sendAgain(deps: ReconcileDependencies, connection: Connection, run: Run, outstanding: number): Promise<void> {
  const state = await deps.delivery.targets.read(connection.target.id);
  if (state.state === 'paused') return;
  const now = deps.now().getTime();
  const resumed = state.lastResumed === undefined ? 0 : Date.parse(state.lastResumed);
  const isQueued = (await deps.queue.length()) >= outstanding;
  for await (const one of deps.runs.outstanding(run)) {
    const isLost = one.sentAt <= resumed || (!isQueued && now - one.sentAt >= deps.resendAfterMs);
    if (!isLost) continue;
    if (one.attempts >= MOST_ATTEMPTS) await giveUp(deps, run, one);
    else if (await deps.runs.resent(run, one, now)) await send(deps, run, one);
  }
}

async function giveUp({ runs }: ReconcileDependencies, run: Run, outstanding: Outstanding): Promise<void> {
  const text = `sent ${MOST_ATTEMPTS + 1} times without an end: the request log says why (correlation id ${correlationOf(run)})`;
  await runs.settle(run, outstanding, { counts: { failed: 1 }, details: [{ kind: 'failed', text }] });
}

async function send({ queue }: ReconcileDependencies, run: Run, { resource, messageGroup }: Outstanding): Promise<void> {
  const { connection, id } = run;
  await queue.send(messageGroup, { v: 1, connection, resource, correlationId: correlationOf(run), run: id, reason: 'reconcile' });
}
