import type { Found, Outstanding, Run, RunWork } from '../../directory/runs.ts';
import type { OutcomeKind } from '../outcome.ts';
import type { Work } from '../work.ts';
import { previewResource } from './preview-resource.ts';
import { reconcileGroup } from './reconcile-group.ts';
import { reconcileUser } from './reconcile-user.ts';
import { RunTally } from './run-tally.ts';
import { correlationOf, type RunningWork, type Slice } from './running-work.ts';

/**
 * One slice of comparing a resource with the target for a run: what it finds is counted, and the resource is done or goes on by a new
 * message (decision 18). A slice that fails counts what it has done until then; its message comes back.
 * @param base the work as for any change of this resource
 */
export async function reconcileResource(
  base: Work,
  runs: RunWork,
  { run, outstanding }: { run: Run; outstanding: Outstanding },
): Promise<void> {
  const isDryRun = base.isDryRun || run.dryRun;
  const { thread } = base;
  // A membership that the run itself has marked was counted then, and in a dry run each is counted with its user.
  const isCounted = (kind: OutcomeKind) =>
    !(thread.subject?.type === 'membership' && (kind === 'added' || kind === 'removed')) ||
    !(isDryRun || thread.correlationId === correlationOf(run));
  let isSentOn = false;
  const work: RunningWork = {
    ...base,
    // Whatever brought the message here: it compares.
    change: { ...base.change, reason: 'reconcile' },
    queue: {
      send: (messageGroup, change) => {
        isSentOn ||= change.run === run.id;
        return base.queue.send(messageGroup, change);
      },
      length: () => base.queue.length(),
    },
    isDryRun,
    run,
    tally: new RunTally(isCounted),
    cursor: outstanding.cursor,
    isSentOn: () => isSentOn,
  };

  let slice: Slice;
  try {
    slice = await compare(work, outstanding.resource);
  } catch (error) {
    // OutOfTime goes on by a new message, any other failure by this one: from where this slice began. A dry run finds all of it again.
    const found = work.tally.lasting(outstanding.resource.type);
    if (!isDryRun && Object.keys(found.counts).length > 0) await runs.slice(run, outstanding, found, outstanding.cursor);
    throw error;
  }
  if (slice === 'done' && !isSentOn) return settle(runs, run, outstanding, work.tally);
  // Written before the message is sent: the next slice reads where this one ended.
  const next = slice === 'done' ? outstanding.cursor : slice.cursor;
  const found = next !== outstanding.cursor ? work.tally : isDryRun ? new RunTally() : work.tally.lasting(outstanding.resource.type);
  await runs.slice(run, outstanding, found, next);
  if (!isSentOn) await base.queue.send(base.messageGroup, base.change);
}

/** False once: the slice before was written down late, since it had sent the change on to another message group. */
async function settle(runs: RunWork, run: Run, outstanding: Outstanding, found: Found): Promise<void> {
  if (await runs.settle(run, outstanding, found)) return;
  const newest = await runs.open(run.connection, run.id, outstanding.resource);
  if (newest) await runs.settle(run, newest.outstanding, found);
}

async function compare(work: RunningWork, resource: Outstanding['resource']): Promise<Slice> {
  if (work.run.kind === 'preview') return previewResource(work, resource);
  return resource.type === 'user' ? reconcileUser(work, resource.id) : reconcileGroup(work, resource.id);
}
