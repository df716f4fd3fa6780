import type { Run } from '../../shared/directory/runs.ts';
import { describeError } from '../../shared/log/request-log.ts';
import { correlationOf } from '../../shared/provisioning/reconcile/running-work.ts';
import type { ReconcileContext, ReconcileDependencies } from './dependencies.ts';
import { driveRun } from './drive-run.ts';
import { startNightlyRuns, startSettingsRuns } from './start-runs.ts';

export type ReconcileFunction = (context: ReconcileContext) => Promise<void>;

/** Kept of the function's time for what has begun. */
const RESERVE_MS = 8_000;
/** Longer than a function lives: a driver that died holds its runs up for so long. */
const LEASE_MS = 90_000;
/** While nothing can be done the pauses grow, from the first to the second. */
const PAUSES_MS = [1_000, 4_000] as const;
const LATE_MS = 24 * 3_600_000;

/**
 * Drives the runs that have not ended, each a page at a time, for as long as the function may live; the next minute's goes on where this
 * one stopped or died. Without a run it costs two requests.
 */
export function reconcileFunction(deps: ReconcileDependencies): ReconcileFunction {
  return async (context) => {
    await begin(deps, startNightlyRuns);
    await begin(deps, startSettingsRuns);
    const holder = deps.newId();
    const lookedAt = new Map<string, number>();
    let active = await deps.runs.unfinished();
    for (const run of active) reportLate(deps, run);
    const leased = new Map<string, Run>();
    let pauseMs: number = PAUSES_MS[0];
    try {
      while (active.length > 0 && context.getRemainingTimeInMillis() > RESERVE_MS) {
        let isWaiting = true;
        const left: Run[] = [];
        for (const run of active) {
          if (context.getRemainingTimeInMillis() <= RESERVE_MS) break;
          const step = await stepOf(deps, run, holder, lookedAt);
          if (step === 'not mine' || step === 'ended') continue;
          leased.set(keyOf(run), run);
          left.push(run);
          if (step === 'more') isWaiting = false;
        }
        active = left;
        if (isWaiting && active.length > 0) await deps.sleep(pauseMs);
        pauseMs = isWaiting ? Math.min(2 * pauseMs, PAUSES_MS[1]) : PAUSES_MS[0];
      }
    } finally {
      for (const run of leased.values()) await deps.runs.release(run, holder);
    }
  };
}

/** That none can begin, of whatever connection, does not hold up those that have begun. */
async function begin(deps: ReconcileDependencies, start: (deps: ReconcileDependencies) => Promise<void>): Promise<void> {
  try {
    await start(deps);
  } catch (error) {
    deps.log.write({ kind: 'error', correlationId: deps.newId(), where: 'beginning runs', error: describeError(error) });
  }
}

/** One run that can't be driven does not hold up the others: its lease ends by itself, and the next minute tries again. */
async function stepOf(
  deps: ReconcileDependencies,
  { connection, id }: Run,
  holder: string,
  lookedAt: Map<string, number>,
): Promise<'more' | 'wait' | 'ended' | 'not mine'> {
  try {
    const run = await deps.runs.lease({ connection, id }, holder, deps.now().getTime() + LEASE_MS);
    return run ? await driveRun(deps, run, holder, lookedAt) : 'not mine';
  } catch (error) {
    const correlationId = correlationOf({ id });
    deps.log.write({ kind: 'error', correlationId, connection, where: `run ${id}`, error: describeError(error) });
    return 'not mine';
  }
}

function reportLate({ log, now }: ReconcileDependencies, run: Run): void {
  const age = now().getTime() - Date.parse(run.started);
  if (age < LATE_MS) return;
  const { id, connection } = run;
  log.write({ kind: 'reconcile.late', correlationId: correlationOf(run), connection, run: id, hours: Math.floor(age / 3_600_000) });
}

function keyOf({ connection, id }: Run): string {
  return `${connection} ${id}`;
}
