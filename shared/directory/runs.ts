import type { OutcomeKind } from '../provisioning/outcome.ts';
import type { ConnectionId, GroupId, UserId } from './ids.ts';

/**
 * Runs: work on every resource of a connection, in pages, over the same queue and worker (decision 18).
 *
 * - `synchronize` compares each resource with the target and repairs it.
 * - `preview` plans each resource with the present and with other settings and keeps what differs. Nothing is changed.
 * - `settings` marks as pending what a change of the settings affects.
 *
 * A resource that a run has sent to the worker is outstanding until the worker replaces it by its result, in one transaction with the
 * counts: a message that comes twice, late or never counts once.
 */
export interface Run {
  readonly id: string;
  readonly connection: ConnectionId;
  readonly kind: 'synchronize' | 'preview' | 'settings';
  /** Plans are made and counted; nothing is changed, neither in the target nor in the directory. */
  readonly dryRun: boolean;
  readonly scope: RunScope;
  /** `preview`: the settings that are not saved yet, as JSON. */
  readonly candidate?: string;
  /** `settings`: the numbers of the settings before and after. */
  readonly settings?: { readonly from: number; readonly to: number };
  readonly state: 'working' | 'finished' | 'cancelled';
  /** What is listed at present. `listed`: nothing is left to list. */
  readonly phase: 'users' | 'groups' | 'listed';
  /** Where the next page of the phase begins; absent at its beginning. The driver's own business. */
  readonly cursor?: string;
  /** How many resources there were when the run began. */
  readonly expected: number;
  readonly listed: number;
  /** Who started it: an administrator's ARN, `nightly`, `settings`. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly finished?: string;
}

export type RunScope =
  | { readonly of: 'all' }
  | { readonly of: 'user'; readonly id: UserId; readonly name: string }
  /** The group and the comparison of each of its members. */
  | { readonly of: 'group'; readonly id: GroupId; readonly name: string };

export type NewRun = Pick<
  Run,
  'id' | 'connection' | 'kind' | 'dryRun' | 'scope' | 'candidate' | 'settings' | 'expected' | 'by' | 'started'
>;

export type Counts = Partial<Record<OutcomeKind, number>>;

/** One thing that became of a resource, or would. */
export interface RunDetail {
  readonly kind: OutcomeKind;
  /** Names of accounts and groups; a sentence where a person has to act. */
  readonly text: string;
  /** `preview`: with the present settings, or with the others. */
  readonly side?: 'now' | 'then';
}

/** What a run tells of one resource. Those of which there is nothing to tell have none. */
export interface RunResult {
  readonly type: 'user' | 'group';
  readonly id: string;
  readonly name: string;
  readonly counts: Counts;
  /** At most RESULT_DETAILS; the counts are of all. */
  readonly details: readonly RunDetail[];
}

export const RESULT_DETAILS = 50;

export interface RunProgress {
  /** Resources that are done, of `listed`. */
  readonly done: number;
  readonly counts: Counts;
}

/** A resource that the worker has not done yet. */
export interface Outstanding {
  readonly resource: { readonly type: 'user'; readonly id: UserId } | { readonly type: 'group'; readonly id: GroupId };
  readonly name: string;
  readonly messageGroup: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** How often it was sent again. */
  readonly attempts: number;
  /** Counts the slices that were written down: each is once. */
  readonly slices: number;
  /** Where the next slice begins; the worker's own business. */
  readonly cursor?: string;
  /** What the slices before have told. */
  readonly counts: Counts;
  readonly details: readonly RunDetail[];
}

/** What one slice of the worker's found: to be added to what the slices before found. */
export interface Found {
  readonly counts: Counts;
  readonly details: readonly RunDetail[];
}

/** Every verb may throw DirectoryBusy. A verb that gives false has written nothing. */
export interface Runs extends RunRecords, RunDriving, RunWork {}

/** What an administrator sees and does. */
export interface RunRecords {
  /** False if there is a run of this id already. */
  create(run: NewRun): Promise<boolean>;
  get(connection: ConnectionId, id: string): Promise<Run | undefined>;
  /** Newest first, those of the last 30 days; the index lags by a moment. */
  list(connection: ConnectionId): AsyncIterable<Run>;
  progress(run: Pick<Run, 'connection' | 'id'>): Promise<RunProgress>;
  /** Users first. */
  results(run: Pick<Run, 'connection' | 'id'>): AsyncIterable<RunResult>;
  /** What is under way is finished; nothing more is begun. False if it had ended. */
  cancel(run: Pick<Run, 'connection' | 'id'>, at: Date): Promise<boolean>;
}

/** The driver's side. `holder` is the driver that leased the run: what it writes after its lease went to another is refused. */
export interface RunDriving {
  /** Of all connections; the index lags by a moment. */
  unfinished(): Promise<Run[]>;
  /** The run as it is now; undefined if another driver has it or it has ended. `until`: milliseconds since 1970. */
  lease(run: Pick<Run, 'connection' | 'id'>, holder: string, until: number): Promise<Run | undefined>;
  release(run: Pick<Run, 'connection' | 'id'>, holder: string): Promise<void>;
  /** A page and the place after it in one transaction; at most RUN_PAGE resources. */
  listed(run: Run, holder: string, page: readonly Outstanding[], next: Pick<Run, 'phase' | 'cursor'>): Promise<boolean>;
  /** `settings`: so many resources more have been marked. */
  marked(run: Run, holder: string, count: number, next: Pick<Run, 'phase' | 'cursor'>): Promise<boolean>;
  outstanding(run: Pick<Run, 'connection' | 'id'>): AsyncIterable<Outstanding>;
  /** Sent again at `sentAt`; false if it is done, or was sent again by another. */
  resent(run: Pick<Run, 'connection' | 'id'>, outstanding: Outstanding, sentAt: number): Promise<boolean>;
  finish(run: Run, holder: string, at: Date): Promise<boolean>;
}

/** Resources in one transaction, beside the run itself. */
export const RUN_PAGE = 90;

/** The worker's side. */
export interface RunWork {
  /** What a message asks for; undefined if the run has ended or the resource is done: the message is late or a repeat. */
  open(
    connection: ConnectionId,
    id: string,
    resource: Outstanding['resource'],
  ): Promise<{ run: Run; outstanding: Outstanding } | undefined>;
  /** One slice is done, more are to come, from `cursor` on. */
  slice(run: Run, outstanding: Outstanding, found: Found, cursor: string | undefined): Promise<boolean>;
  /** It is done: the result takes its place. */
  settle(run: Run, outstanding: Outstanding, found: Found): Promise<boolean>;
}
