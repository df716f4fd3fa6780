import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { EXPIRY_WARNING_DAYS } from '../../shared/targets/credential-note.ts';
import type { DataKey } from './data-key.ts';
import type { OperationsMetrics } from './operations-metrics.ts';

interface AlarmText {
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison?: ComparisonOperator;
  /** Periods of five minutes; default 1. */
  readonly periods?: number;
  /** How many of them must be bad; default all. */
  readonly bad?: number;
  readonly missing?: TreatMissingData;
  readonly impact: string;
  readonly next: string;
}

const AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
const MINUTE_MS = 60_000;

/** Each alarm says what it means for people and what to do. `admin` is the command line with the stack's name. */
function alarmTexts(metrics: OperationsMetrics, admin: (command: string) => string): Readonly<Record<string, AlarmText>> {
  return {
    DeadLetters: {
      metric: metrics.deadLetters,
      threshold: 1,
      impact:
        'a change could not be read or crashed the worker 20 times. Nothing is lost: its marker is in the table and the sweep tries again',
      next: `read the error records of the request log, and ${admin('status')}; delete the dead letter once the change is applied`,
    },
    OldestPending: {
      metric: metrics.oldestPendingMs,
      threshold: 15 * MINUTE_MS,
      periods: 2,
      impact: 'a change has not reached Confluence for 15 minutes: someone may still have access they should not have, or wait for it',
      next: `${admin('status')} says what is pending; the saved query "Failed Confluence calls" says why`,
    },
    TargetPaused: {
      metric: metrics.pausedTargets,
      threshold: 1,
      impact: 'a Confluence is not called any more; every change for it is kept and waits',
      next: `${admin('status')} says the reason. After a refused login set the credentials (${admin('credentials set CONNECTION')}) or solve the CAPTCHA, then ${admin('target resume CONNECTION')}; an outage ends by itself`,
    },
    ApiErrors: {
      metric: metrics.apiErrors,
      threshold: 5,
      impact: 'identity providers get server errors; they try again, and some give up after hours',
      next: 'run the saved query "Failed SCIM requests", then look at the error records with the same correlation id',
    },
    WorkerErrors: {
      metric: metrics.workerErrors,
      threshold: 1,
      periods: 3,
      bad: 2,
      impact: 'the worker crashes or times out: changes are late',
      next: 'read the error records and the lines of Lambda itself in the request log; if memory or time ran out, find the change by its correlation id',
    },
    BrakeEngaged: {
      metric: metrics.engagedBrakes,
      threshold: 1,
      impact:
        'unusually many people were to lose access within an hour: the rest is held and keeps access in Confluence. The identity provider has its answers, creations go on',
      next: `${admin('brake show [CONNECTION]')} lists who is held; if the identity provider means it, ${admin('brake release CONNECTION')}, else mend it there and ${admin('brake reject CONNECTION')}`,
    },
    SeatsFull: {
      metric: metrics.fullTargets,
      threshold: 1,
      impact:
        'the seats of a Confluence are used up: new people get no account until one is free. With more Confluence would become read-only',
      next: `${admin('parked list [CONNECTION]')} says who waits; free seats, or extend the licence and raise seats.limit. They are tried again by themselves`,
    },
    TokenExpires: {
      metric: metrics.tokenExpiresInDays,
      threshold: 14,
      comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      impact:
        'within 14 days the last token of a connection expires; from then on its identity provider can change nothing, removals included',
      next: `${admin('connection list')} and ${admin('token list CONNECTION')} say which; make a second token (${admin('token create CONNECTION')}), put it into the identity provider, then revoke the old one`,
    },
    CredentialsExpire: {
      metric: metrics.credentialsExpireInDays,
      threshold: EXPIRY_WARNING_DAYS,
      comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      impact: `within ${EXPIRY_WARNING_DAYS} days the login to a Confluence or to Atlassian ends, or it has ended; from then on nobody is given access, and nobody loses it`,
      next: `${admin('status')} says which; make a new API key or token where the old one was made and store it at once with its date (${admin('credentials set CONNECTION')} and --expires): a regenerated key of an Atlassian directory ends the old one`,
    },
    SilentIdentityProvider: {
      metric: metrics.silentHours,
      threshold: 24,
      impact: 'an identity provider has sent nothing for 24 hours: people who left may still have access',
      next: 'the connection.silent records name the connection; look at provisioning in the identity provider: quarantined, switched off, or its token expired',
    },
    SynchronizeLate: {
      metric: metrics.lateRunHours,
      threshold: 24,
      impact:
        'a run of Synchronize, or the marking of what a change of settings affects, has not ended for a day: people may have access by old settings, or by what someone changed by hand',
      next: `${admin('sync list CONNECTION')} says which run; a paused Confluence (${admin('status')}) stops it, and so do errors in the request log with its correlation id, sync-RUN`,
    },
    SweepStopped: {
      metric: metrics.sweeps,
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 2,
      missing: TreatMissingData.BREACHING,
      impact: 'the sweep has not finished for 10 minutes: a change whose message was lost stays pending, and the other alarms may be blind',
      next: 'read the error records of the sweep in the request log; see that its EventBridge rule is enabled',
    },
  };
}

/** The alarms (DESIGN §5), and the topic that carries them. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    props: { readonly metrics: OperationsMetrics; readonly key: DataKey; readonly email?: string | undefined },
  ) {
    super(scope, id);
    const { stackName, account } = Stack.of(this);
    const topic = new Topic(this, 'Topic', { displayName: `${stackName} alarms`, masterKey: props.key, enforceSSL: true });
    // A topic policy replaces the default one, by which the account's alarms could publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    if (props.email !== undefined) topic.addSubscription(new EmailSubscription(props.email));
    const action = new SnsAction(topic);
    const texts = alarmTexts(props.metrics, (command) => `npm run admin -- ${command} --stack ${stackName}`);
    this.alarms = Object.entries(texts).map(
      ([name, { metric, threshold, comparison, periods = 1, bad = periods, missing, impact, next }]) => {
        const alarm = new Alarm(this, name, {
          alarmDescription: `Impact: ${impact}. Next step: ${next}.`,
          metric,
          threshold,
          comparisonOperator: comparison ?? AT_LEAST,
          evaluationPeriods: periods,
          datapointsToAlarm: bad,
          treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
        });
        alarm.addAlarmAction(action);
        alarm.addOkAction(action);
        return alarm;
      },
    );
  }
}
