import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type ILayerVersion, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { entryOf, type FunctionName, lambdaBundling, projectRoot } from '../bundling.ts';
import { timeLimits } from '../time-limits.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { DirectoryTable } from './directory-table.ts';
import type { FunctionNetwork } from './function-network.ts';
import type { RequestLogGroup } from './request-log-group.ts';
import type { TargetSecrets } from './target-secrets.ts';

export interface NodeFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  readonly memorySize: number;
  readonly requestLog: RequestLogGroup;
  /** Numbers are seconds; the functions parse them. */
  readonly environment: Readonly<Record<string, string | number>>;
  readonly network?: FunctionNetwork | undefined;
  readonly layer?: ILayerVersion | undefined;
}

/**
 * A function of the product: Node 24 on arm64, one bundled ES module, lines in the request log, and a role that may do nothing
 * else until a `can…` method says so. Each of them sets the environment variable and the least grant together.
 *
 * Nothing is reserved: young accounts may run ten functions at once and refuse reservations; the queue limits the workers.
 */
export class NodeFunction extends NodejsFunction {
  readonly #role: Role;

  constructor(scope: Construct, id: string, { name, network, requestLog, environment, layer, ...props }: NodeFunctionProps) {
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    requestLog.allowWriting(role);
    network?.allowInterfaces(role);
    super(scope, id, {
      ...props,
      entry: entryOf(name),
      handler: 'handler',
      projectRoot,
      depsLockFilePath: `${projectRoot}package-lock.json`,
      bundling: lambdaBundling,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(timeLimits[name]),
      role,
      // JSON, so that Lambda's own lines are records too. The request log's lines pass as they are; START and REPORT are left out.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      logGroup: requestLog,
      environment: Object.fromEntries(Object.entries(environment).map(([variable, value]) => [variable, String(value)])),
      ...network?.placement,
      ...(layer && { layers: [layer] }),
    });
    this.#role = role;
  }

  canReadAndWrite(table: DirectoryTable): this {
    this.addEnvironment('TABLE_NAME', table.tableName);
    table.allowItems(this);
    return this;
  }

  canSendTo(changes: ChangeQueue): this {
    this.addEnvironment('QUEUE_URL', changes.queue.queueUrl);
    changes.allowSending(this);
    return this;
  }

  /** Sees how many changes wait. */
  canMeasure(changes: ChangeQueue): this {
    changes.allowMeasuring(this);
    return this;
  }

  canRead(secrets: TargetSecrets): this {
    this.addEnvironment('SECRET_PREFIX', secrets.prefix);
    secrets.allowReading(this.#role);
    return this;
  }

  /** Runs each minute. A run that failed or was missed is made up for by the next: nothing is repeated. */
  runsEachMinute(): this {
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    this.configureAsyncInvoke(once);
    new Rule(this, 'EachMinute', { schedule: Schedule.rate(Duration.minutes(1)), targets: [new LambdaFunction(this, once)] });
    return this;
  }

  /** Is invoked with batches of changes, `concurrency` at once. It may receive, delete and hide their messages. */
  isFedBy(changes: ChangeQueue, concurrency: number): this {
    this.addEventSource(new SqsEventSource(changes.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: concurrency }));
    return this;
  }
}
