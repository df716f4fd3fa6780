import type { Change } from '../changes/change.ts';
import type { ChangeQueue } from '../changes/change-queue.ts';
import type { Connection } from '../directory/connection.ts';
import type { Delivery, Marked, ResourceItem } from '../directory/delivery.ts';
import type { LogRecord, Subject } from '../log/records.ts';
import type { RequestLog } from '../log/request-log.ts';
import type { ProvisioningError, Target } from '../targets/target.ts';
import type { Tally } from './outcome.ts';
import type { Policy } from './policy/policy.ts';
import type { Brake } from './safety/brake.ts';
import type { SeatGuard } from './safety/seat-guard.ts';

/** What one attempt ended in. `again`: something moved on, begin from the newest state. */
export type Attempt = 'done' | 'again';

/** One message's work: what applying a change needs, and whom the request log says it is for. */
export interface Work {
  readonly connection: Connection;
  readonly change: Change;
  /** The FIFO message group that was received: the lock that is held (DELIVERY §1). */
  readonly messageGroup: string;
  readonly receives: number;
  readonly delivery: Delivery;
  readonly target: Target;
  readonly queue: ChangeQueue;
  readonly log: RequestLog;
  readonly now: () => Date;
  /** Lower-cased; the service account is among them. */
  readonly protectedAccounts: ReadonlySet<string>;
  readonly protectedGroups: ReadonlySet<string>;
  /** False once the slice is over: what is left goes on by a new message. */
  readonly proceed: () => boolean;
  /** What the connection's settings make of users and groups. */
  readonly policy: Policy;
  /** Plans are made and logged; no writing call is made and every marker stays. */
  readonly isDryRun: boolean;
  readonly brake: Brake;
  readonly seats: SeatGuard;
  readonly tally: Tally;
  /** What the calls from now on are for. */
  readonly thread: { subject?: Subject; correlationId: string };
}

/** Thrown when the time left does not allow another call: the rest is done by a new message. No call was started. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

type Entry<Kind extends LogRecord['kind']> = Omit<Extract<LogRecord, { kind: Kind }>, 'kind' | 'connection' | 'correlationId' | 'target'>;
type TargetKind = `change.${'planned' | 'applied' | 'parked' | 'held' | 'skipped' | 'unsupported' | 'retried' | 'waiting'}`;

/** Writes a record about the change at hand, with its target and correlation id. */
export function report<Kind extends TargetKind>(work: Work, kind: Kind, entry: Entry<Kind>): void {
  const { connection, thread, log } = work;
  const common = { connection: connection.id, correlationId: thread.correlationId, target: connection.target.id };
  log.write({ kind, ...common, ...entry } as unknown as LogRecord);
}

/** A plan, as the request log and a run of Synchronize see it. In a dry run the plan is all that happens. */
export function reportPlan(work: Work, subject: Subject, revision: number, actions: readonly string[]): void {
  const dryRun = work.isDryRun ? { dryRun: true as const } : {};
  report(work, 'change.planned', { subject, revision, actions, reason: work.change.reason, ...dryRun });
}

/** Calls from now on are for this user or group. */
export function about(work: Work, resource: ResourceItem): Subject {
  const name = resource.type === 'user' ? resource.userName : resource.displayName;
  const subject: Subject = { type: resource.type, id: resource.id, name };
  work.thread.subject = subject;
  work.thread.correlationId = work.change.correlationId;
  return subject;
}

/** Sends what was marked to its own message group. */
export async function ring(work: Pick<Work, 'queue'>, marked: Marked, reason: Change['reason']): Promise<void> {
  const { messageGroup, connection, resource, correlationId, members } = marked;
  await work.queue.send(messageGroup, {
    v: 1,
    connection,
    resource,
    correlationId,
    ...(members !== undefined && { members }),
    reason,
  });
}

/** The change goes on by a new message in the same group, after those that wait there already. */
export async function goOn(
  work: Pick<Work, 'queue' | 'messageGroup' | 'change'>,
  reason: Change['reason'] = 'continuation',
): Promise<void> {
  await work.queue.send(work.messageGroup, { ...work.change, reason });
}

/** A retry that leaves its marker to the sweep. */
export function reportLeft(work: Work, subject: Subject, error: ProvisioningError): void {
  report(work, 'change.retried', { subject, code: error.code, reason: error.message, receives: work.receives });
}

/** How long a marker was pending, in milliseconds. */
export function pendingMs(work: Work, since: string | undefined): number {
  return since === undefined ? 0 : Math.max(0, work.now().getTime() - Date.parse(since));
}
