import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import type { Connections } from '../../shared/directory/connection.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import type { Overview } from '../../shared/directory/overview.ts';
import type { RequestLog } from '../../shared/log/request-log.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import type { TargetOf } from '../../shared/targets/target-of.ts';

/** What the sweep works with; compose.ts makes it from the environment. */
export interface SweepDependencies {
  readonly delivery: Delivery;
  readonly connections: Pick<Connections, 'list' | 'listTokens'>;
  readonly queue: ChangeQueue;
  readonly parked: Pick<Overview, 'parked' | 'retry'>;
  readonly credentials: Pick<CredentialStore, 'read'>;
  readonly targetOf: TargetOf;
  readonly log: RequestLog;
  readonly now: () => Date;
  readonly sweepAfterSeconds: number;
}
