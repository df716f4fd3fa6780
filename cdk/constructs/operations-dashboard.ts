import { Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { savedQueries } from '../queries.ts';
import type { OperationsMetrics } from './operations-metrics.ts';
import type { RequestLogGroup } from './request-log-group.ts';

const WIDTH = 8;

/** One page in the order of the straight line: what the IdPs send, what Confluence answers, what waits. */
export class OperationsDashboard extends Dashboard {
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly metrics: OperationsMetrics; readonly alarms: readonly Alarm[]; readonly requestLog: RequestLogGroup },
  ) {
    const { stackName, region } = Stack.of(scope);
    const { metrics } = props;
    const graph = (title: string, ...left: ConstructorParameters<typeof GraphWidget>[0]['left'] & object) =>
      new GraphWidget({ title, left, width: WIDTH, leftYAxis: { min: 0 } });
    super(scope, id, {
      dashboardName: stackName,
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 3 })],
        [
          graph('SCIM requests by status', metrics.requestsByStatus),
          graph('SCIM latency, ms', metrics.requestMs.median, metrics.requestMs.slowest),
          graph('Tolerances used', metrics.tolerances),
        ],
        [
          graph('Confluence calls by outcome', metrics.confluenceByOutcome),
          graph('Changes applied, parked and held', metrics.applied, metrics.parked, metrics.held),
          graph('Pending changes', metrics.pending, metrics.queued),
        ],
        [
          graph('Oldest pending change, ms', metrics.oldestPendingMs),
          graph(
            'Paused targets, brakes that are on, targets without a seat, dead letters',
            metrics.pausedTargets,
            metrics.engagedBrakes,
            metrics.fullTargets,
            metrics.deadLetters,
          ),
          graph('Errors', metrics.errors, metrics.sendsFailed, metrics.workerErrors, metrics.apiErrors, metrics.apiRefusals),
        ],
        [
          new LogQueryWidget({
            title: savedQueries.parked.title,
            logGroupNames: [props.requestLog.logGroupName],
            queryString: savedQueries.parked.query,
            view: LogQueryVisualizationType.TABLE,
            width: 24,
          }),
        ],
        [new TextWidget({ markdown: `More in CloudWatch Logs Insights, saved queries, folder **${stackName}**.`, width: 24, height: 1 })],
      ],
    });
    this.url = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${stackName}`;
  }
}
