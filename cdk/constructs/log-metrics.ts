import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LogRecord } from '../../shared/log/records.ts';
import type { RequestLogGroup } from './request-log-group.ts';

type Kind = LogRecord['kind'];
/** The top-level fields that records of a kind may have. */
type FieldOf<K extends Kind> = Extract<keyof Extract<LogRecord, { kind: K }>, string>;

/** What is counted in the request log: metric filters of CloudWatch Logs, so the functions call no metrics API. */
export class LogMetrics extends Construct {
  readonly #log: RequestLogGroup;
  readonly #namespace: string;

  constructor(scope: Construct, id: string, props: { readonly requestLog: RequestLogGroup }) {
    super(scope, id);
    this.#log = props.requestLog;
    this.#namespace = `ScimForConfluence/${Stack.of(this).stackName}`;
  }

  /** How many records of a kind there are. */
  count(name: string, kind: Kind): Metric {
    this.#filter(name, `{ $.kind = "${kind}" }`, '1');
    return this.metricOf(name, 'Sum');
  }

  /** The number that a field of a kind's records has. Records without the field count for nothing. */
  value<K extends Kind>(name: string, kind: K, field: FieldOf<K>, statistic: string): Metric {
    this.#filter(name, `{ $.kind = "${kind}" && $.${field} = * }`, `$.${field}`);
    return this.metricOf(name, statistic);
  }

  /** One line of a graph for each value of a field: how many records have it. */
  countBy<K extends Kind>(name: string, kind: K, field: FieldOf<K>): MathExpression {
    this.#filter(name, `{ $.kind = "${kind}" && $.${field} = * }`, '1', { [field]: `$.${field}` });
    return new MathExpression({
      expression: `SEARCH('{"${this.#namespace}",${field}} MetricName="${name}"', 'Sum', 300)`,
      label: '',
      period: Duration.minutes(5),
    });
  }

  /** Another statistic of a metric that is counted already. */
  metricOf(metricName: string, statistic: string): Metric {
    return new Metric({ namespace: this.#namespace, metricName, statistic, period: Duration.minutes(5) });
  }

  #filter(metricName: string, pattern: string, metricValue: string, dimensions?: Record<string, string>): void {
    new MetricFilter(this, metricName, {
      logGroup: this.#log,
      metricNamespace: this.#namespace,
      metricName,
      filterPattern: FilterPattern.literal(pattern),
      metricValue,
      ...(dimensions && { dimensions }),
    });
  }
}
