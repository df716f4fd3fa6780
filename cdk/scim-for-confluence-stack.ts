import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from './configuration.ts';
import { Alarms } from './constructs/alarms.ts';
import { ChangeQueue } from './constructs/change-queue.ts';
import { DataKey } from './constructs/data-key.ts';
import { DirectoryTable } from './constructs/directory-table.ts';
import { FunctionNetwork } from './constructs/function-network.ts';
import { LogMetrics } from './constructs/log-metrics.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { OperationsDashboard } from './constructs/operations-dashboard.ts';
import { operationsMetrics } from './constructs/operations-metrics.ts';
import { RequestLogGroup } from './constructs/request-log-group.ts';
import { SavedQueries } from './constructs/saved-queries.ts';
import { ScimApi } from './constructs/scim-api.ts';
import { TargetAuthority } from './constructs/target-authority.ts';
import { TargetSecrets } from './constructs/target-secrets.ts';
import { timeLimits } from './time-limits.ts';

/** The product in a customer's account, in the order of the straight line (DESIGN §2). It looks nothing up: synthesis works offline. */
export class ScimForConfluenceStack extends Stack {
  constructor(scope: Construct, settings: Configuration) {
    super(scope, settings.stackName, { description: 'SCIM 2.0 for Confluence: identity providers push users and groups' });

    // What is kept.
    const key = new DataKey(this, 'DataKey');
    const log = { key, retentionDays: settings.retentionDays };
    const requestLog = new RequestLogGroup(this, 'RequestLog', log);
    const table = new DirectoryTable(this, 'Directory', { key });
    const changes = new ChangeQueue(this, 'Changes', { key, lateCallSeconds: settings.lateCallSeconds });
    const secrets = new TargetSecrets(this, 'TargetSecrets');

    // IdP ──▶ API Gateway ──▶ functions/scim ──▶ table, then the queue.
    const scim = new NodeFunction(this, 'Scim', {
      name: 'scim',
      description: 'Answers the identity providers',
      // One whole virtual CPU: a group push may carry 10 MB.
      memorySize: 1769,
      requestLog,
      environment: { SWEEP_AFTER_SECONDS: settings.sweepAfterSeconds },
    })
      .canReadAndWrite(table)
      .canSendTo(changes);
    const { api, baseUrl } = new ScimApi(this, 'Api', {
      scim,
      log,
      domain: settings.domain,
      waf: settings.waf,
      requestsPerSecond: settings.requestsPerSecond,
      allowedIps: settings.allowedIps,
      accountRole: settings.apiGatewayAccountRole,
    });

    // Queue ──▶ functions/worker ──▶ Confluence. The sweep calls it too, to see whether a paused one is back.
    const network = settings.vpc && new FunctionNetwork(this, 'Network', settings.vpc, log);
    const authority =
      settings.targetCaFile === undefined ? undefined : new TargetAuthority(this, 'TargetAuthority', { file: settings.targetCaFile });
    const target = {
      CALL_TIMEOUT_SECONDS: timeLimits.call,
      SWEEP_AFTER_SECONDS: settings.sweepAfterSeconds,
      ...(authority && { TARGET_CA_FILE: authority.path }),
    };
    const worker = new NodeFunction(this, 'Worker', {
      name: 'worker',
      description: 'Makes Confluence equal to what the identity providers want',
      memorySize: 512,
      requestLog,
      network,
      layer: authority,
      environment: {
        ...target,
        LATE_CALL_SECONDS: settings.lateCallSeconds,
        SLICE_SECONDS: timeLimits.slice,
      },
    })
      .canReadAndWrite(table)
      .canSendTo(changes)
      .canRead(secrets)
      .isFedBy(changes, settings.workerConcurrency);

    // Each minute ──▶ functions/sweep ──▶ the queue again.
    new NodeFunction(this, 'Sweep', {
      name: 'sweep',
      description: 'Sends again what has been pending too long',
      memorySize: 512,
      requestLog,
      network,
      layer: authority,
      environment: target,
    })
      .canReadAndWrite(table)
      .canSendTo(changes)
      .canMeasure(changes)
      .canRead(secrets)
      .runsEachMinute();

    // Each minute, and when an administrator asks ──▶ functions/reconcile ──▶ every user and group into the queue, a page at a time.
    const reconcile = new NodeFunction(this, 'Reconcile', {
      name: 'reconcile',
      description: 'Compares everything with Confluence, in pages',
      memorySize: 512,
      requestLog,
      environment: {
        SWEEP_AFTER_SECONDS: settings.sweepAfterSeconds,
        ...(settings.nightlySyncHour !== 'off' && { NIGHTLY_HOUR: settings.nightlySyncHour }),
      },
    })
      .canReadAndWrite(table)
      .canSendTo(changes)
      .canMeasure(changes)
      .runsEachMinute();

    // What people see.
    const metrics = operationsMetrics(new LogMetrics(this, 'Metrics', { requestLog }), api, changes, worker);
    const { alarms } = new Alarms(this, 'Alarms', { metrics, key, email: settings.alarmEmail });
    const dashboard = new OperationsDashboard(this, 'Dashboard', { metrics, alarms, requestLog });
    new SavedQueries(this, 'Queries', { requestLog });

    // functions/admin reads these.
    this.#output('ScimBaseUrl', baseUrl, 'What the identity provider calls: its "tenant URL" or "base URL"');
    this.#output('TableName', table.tableName, 'The directory');
    this.#output('QueueUrl', changes.queue.queueUrl, 'The changes');
    this.#output('LogGroupName', requestLog.logGroupName, 'The request log');
    this.#output('SecretPrefix', secrets.prefix, 'Below it are the credentials of the targets');
    this.#output('WorkerFunctionName', worker.functionName, 'Tests a target from where it is called');
    this.#output('ReconcileFunctionName', reconcile.functionName, 'Is woken when a run of Synchronize begins');
    this.#output('DashboardUrl', dashboard.url, 'How it goes');
    this.#output(
      'NextStep',
      `npm run admin -- connection create NAME --confluence https://YOUR-CONFLUENCE --link never --stack ${this.stackName}`,
      'What to do next: the first connection. Its help explains --link',
    );
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
