import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../../shared/directory/connection.ts';
import type { NewRun, Run, RunProgress } from '../../../shared/directory/runs.ts';
import { describeTarget } from '../../../shared/targets/target-address.ts';
import type { Administration, Terminal } from '../administration.ts';
import { Refused } from '../command.ts';

const LOOK_EVERY_MS = 1_000;
const BAR_WIDTH = 24;

/**
 * Begins a run of all users and groups, or of those in `scope`; of a connection that is in dry run it is one too.
 * @throws Refused while the target is paused, since nothing could be compared
 */
export async function beginRun(
  administration: Administration,
  connection: Connection,
  given: Pick<NewRun, 'kind' | 'dryRun' | 'scope' | 'candidate'>,
): Promise<Run> {
  const { directory, runs, now, newId, caller } = administration;
  const { state, reason } = await administration.targetStatus(connection.target.id);
  if (state === 'paused') throw new Refused(`${describeTarget(connection.target)} is paused, so nothing can be compared: ${reason ?? ''}`);
  const counts = [directory.users.listing.count(connection), directory.groups.listing.count(connection)];
  const expected = given.scope.of === 'all' ? (await Promise.all(counts)).reduce((sum, count) => sum + count, 0) : 0;
  const id = newId();
  const dryRun = given.dryRun || connection.settings.apply === 'dry-run';
  await runs.create({ ...given, dryRun, id, connection: connection.id, expected, by: caller, started: now().toISOString() });
  await administration.startReconcile();
  const run = await runs.get(connection.id, id);
  if (!run) throw new Error(`the run ${id} is gone`);
  return run;
}

/** Waits for the end of a run, and shows how far it is. Gives it as it is when it has ended, or when its target was paused meanwhile. */
export async function followRun(
  administration: Administration,
  connection: Connection,
  { id }: Pick<Run, 'id'>,
  terminal: Terminal,
): Promise<Run> {
  for (;;) {
    const run = await administration.runs.get(connection.id, id);
    if (!run) throw new Refused(`there is no run ${id} any more`);
    const isOver = run.state !== 'working' || (await administration.targetStatus(connection.target.id)).state === 'paused';
    if (isOver) {
      terminal.showProgress?.('');
      return run;
    }
    terminal.showProgress?.(progressLine(run, await administration.runs.progress(run), administration.now()));
    await sleep(LOOK_EVERY_MS);
  }
}

/** `[########        ]  34 %  340 of 1,000, 12 changed, about 2 min left`. */
export function progressLine(
  run: Pick<Run, 'expected' | 'listed' | 'started' | 'phase'>,
  { done, counts }: RunProgress,
  now: Date,
): string {
  const of = Math.max(run.phase === 'listed' ? run.listed : run.expected, run.listed, 1);
  const share = Math.min(1, done / of);
  const filled = Math.round(share * BAR_WIDTH);
  const changed = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = done === 0 ? '' : `, about ${timeLeft(((now.getTime() - Date.parse(run.started)) * (of - done)) / done)} left`;
  const bar = `[${'#'.repeat(filled)}${' '.repeat(BAR_WIDTH - filled)}]`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${grouped(done)} of ${grouped(of)}, ${grouped(changed)} outcomes${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
