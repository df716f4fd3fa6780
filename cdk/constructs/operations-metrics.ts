import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ChangeQueue } from './change-queue.ts';
import type { LogMetrics } from './log-metrics.ts';
import type { NodeFunction } from './node-function.ts';

const period = Duration.minutes(5);

/** The numbers by which an operator sees how it goes: dashboard and alarms read the same ones. */
export function operationsMetrics(log: LogMetrics, api: RestApi, changes: ChangeQueue, worker: NodeFunction) {
  return {
    requestsByStatus: log.countBy('Requests', 'scim.request', 'status'),
    requestMs: {
      median: log.value('RequestMs', 'scim.request', 'durationMs', 'p50'),
      slowest: log.metricOf('RequestMs', 'p99'),
    },
    tolerances: log.value('Tolerances', 'scim.request', 'tolerated', 'Sum'),
    confluenceByOutcome: log.countBy('ConfluenceRequests', 'confluence.request', 'outcome'),
    applied: log.count('Applied', 'change.applied'),
    parked: log.count('Parked', 'change.parked'),
    sendsFailed: log.count('SendsFailed', 'change.send-failed'),
    errors: log.count('Errors', 'error'),

    sweeps: log.count('Sweeps', 'sweep.finished'),
    pending: log.value('Pending', 'sweep.finished', 'pending', 'Maximum'),
    oldestPendingMs: log.value('OldestPendingMs', 'sweep.finished', 'oldestPendingMs', 'Maximum'),
    pausedTargets: log.value('PausedTargets', 'sweep.finished', 'pausedTargets', 'Maximum'),
    engagedBrakes: log.value('EngagedBrakes', 'sweep.finished', 'engagedBrakes', 'Maximum'),
    fullTargets: log.value('FullTargets', 'sweep.finished', 'fullTargets', 'Maximum'),
    held: log.count('Held', 'change.held'),
    tokenExpiresInDays: log.value('TokenExpiresInDays', 'sweep.finished', 'tokenExpiresInDays', 'Minimum'),
    credentialsExpireInDays: log.value('CredentialsExpireInDays', 'sweep.finished', 'credentialsExpireInDays', 'Minimum'),
    lateRunHours: log.value('LateRunHours', 'reconcile.late', 'hours', 'Maximum'),
    silentHours: log.value('SilentHours', 'connection.silent', 'hours', 'Maximum'),

    apiErrors: api.metricServerError({ period, statistic: 'Sum' }) as IMetric,
    apiRefusals: api.metricClientError({ period, statistic: 'Sum' }) as IMetric,
    workerErrors: worker.metricErrors({ period, statistic: 'Sum' }) as IMetric,
    deadLetters: changes.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }) as IMetric,
    queued: changes.queue.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }) as IMetric,
  };
}
export type OperationsMetrics = ReturnType<typeof operationsMetrics>;
