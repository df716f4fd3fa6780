import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connections } from '../../shared/directory/connection.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import type { RunWork } from '../../shared/directory/runs.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import type { TargetOf } from '../../shared/targets/target-of.ts';

/** What the worker works with; compose.ts makes it from the environment. */
export interface WorkerDependencies {
  readonly delivery: Delivery;
  readonly runs: RunWork;
  readonly connections: Pick<Connections, 'get'>;
  readonly queue: ChangeQueue;
  readonly credentials: Pick<CredentialStore, 'read'>;
  readonly targetOf: TargetOf;
  /** Lets a message that is in flight be seen again in so many seconds. */
  readonly changeVisibility: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly log: RequestLog;
  readonly now: () => Date;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly callTimeoutMs: number;
  readonly sliceMs: number;
}

/** What the function needs of Lambda's context. */
export interface WorkerContext {
  getRemainingTimeInMillis(): number;
}
