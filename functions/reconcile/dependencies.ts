import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connections } from '../../shared/directory/connection.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import type { Directory } from '../../shared/directory/directory.ts';
import type { Runs } from '../../shared/directory/runs.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';

/** What the driver of runs works with; compose.ts makes it from the environment. */
export interface ReconcileDependencies {
  readonly runs: Runs;
  readonly directory: Pick<Directory, 'users' | 'groups'>;
  readonly delivery: Pick<Delivery, 'resources' | 'memberships' | 'targets'>;
  readonly connections: Pick<Connections, 'get' | 'list' | 'settingsAt' | 'noteMarkedSettings'>;
  readonly queue: ChangeQueue;
  readonly log: RequestLog;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** How long a resource may be outstanding until its message counts as lost. */
  readonly resendAfterMs: number;
  /** The hour, in UTC, in which a run of Synchronize begins for each live connection; absent for none. */
  readonly nightlyHour?: number;
}

/** What the function needs of Lambda's context. */
export interface ReconcileContext {
  getRemainingTimeInMillis(): number;
}
