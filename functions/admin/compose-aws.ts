import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { sqsChangeQueue } from '../../shared/changes/sqs-change-queue.ts';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { ResourceInspection } from '../../shared/provisioning/inspect/inspection.ts';
import type { MatchAnswer } from '../../shared/provisioning/move/match.ts';
import { secretsManagerCredentialStore } from '../../shared/targets/secrets-manager-credential-store.ts';
import type { TargetReport } from '../../shared/targets/target.ts';
import type { Administration } from './administration.ts';
import { Unreachable } from './command.ts';
import { directoryAdministration } from './directory-administration.ts';
import { cloudWatchLog } from './log/cloudwatch-log.ts';
import { cloudWatchRecords } from './log/cloudwatch-records.ts';

/** What the stack tells about itself: its CloudFormation outputs. */
interface StackOutputs {
  readonly ScimBaseUrl: string;
  readonly TableName: string;
  readonly QueueUrl: string;
  readonly LogGroupName: string;
  readonly SecretPrefix: string;
  readonly WorkerFunctionName: string;
  readonly ReconcileFunctionName: string;
}
const OUTPUTS = [
  'ScimBaseUrl',
  'TableName',
  'QueueUrl',
  'LogGroupName',
  'SecretPrefix',
  'WorkerFunctionName',
  'ReconcileFunctionName',
] as const;

/**
 * The stack of that name, with the caller's own AWS credentials: who may administrate is decided by IAM.
 * @throws Unreachable when credentials, region or stack are missing; the message says which
 */
export async function composeAws(stackName: string, region: string | undefined): Promise<Administration> {
  const config = region === undefined ? {} : { region };
  const [caller, outputs] = await reachable(stackName, () =>
    Promise.all([new STSClient(config).send(new GetCallerIdentityCommand({})), readOutputs(new CloudFormationClient(config), stackName)]),
  );
  const table = new DynamoDbTable(new DynamoDBClient(config), outputs.TableName);
  const secrets = new SecretsManagerClient(config);
  const lambda = new LambdaClient(config);
  const now = () => new Date();
  const logs = new CloudWatchLogsClient(config);
  const log = cloudWatchLog(logs, outputs.LogGroupName, now);
  /** The worker does it, with its own network and secret, and answers in JSON. */
  const throughWorker = async (event: object, what: string): Promise<unknown> => {
    const payload = Buffer.from(JSON.stringify(event));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: outputs.WorkerFunctionName, Payload: payload }));
    if (answer.FunctionError !== undefined)
      throw new Unreachable(`the worker could not ${what}: its log group ${outputs.LogGroupName} says why`);
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
  };
  return {
    caller: caller.Arn ?? 'unknown caller',
    scimBaseUrl: outputs.ScimBaseUrl,
    ...directoryAdministration(table, now),
    credentials: secretsManagerCredentialStore(secrets, outputs.SecretPrefix, { cacheMs: 0, now: () => now().getTime() }),
    queue: sqsChangeQueue(new SQSClient(config), outputs.QueueUrl, randomUUID),
    log: log.log,
    now,
    sleep: (ms) => sleep(ms),
    newId: randomUUID,
    newToken: () => randomBytes(32).toString('base64url'),
    testTarget: async ({ id }) => (await throughWorker({ targetTest: id }, 'test the target')) as TargetReport,
    inspect: async (inspect) => (await throughWorker({ inspect }, `inspect the ${inspect.type}`)) as ResourceInspection | null,
    match: async (match) => (await throughWorker({ match }, 'look into the other Confluence')) as MatchAnswer,
    recentRecords: cloudWatchRecords({ client: logs, logGroupName: outputs.LogGroupName, now }),
    async startReconcile() {
      await lambda.send(new InvokeCommand({ FunctionName: outputs.ReconcileFunctionName, InvocationType: 'Event' }));
    },
    close: log.flush,
  };
}

async function readOutputs(client: CloudFormationClient, stackName: string): Promise<StackOutputs> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  const found = new Map((Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = OUTPUTS.filter((name) => found.get(name) === undefined);
  if (missing.length > 0)
    throw new Unreachable(
      `stack ${stackName} has no output ${missing.join(', ')}: is it this product's stack, deployed with this version?`,
    );
  return Object.fromEntries(found) as unknown as StackOutputs;
}

async function reachable<T>(stackName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new Unreachable(
      `stack ${stackName} can't be reached: ${text}. Check the credentials (aws sts get-caller-identity), --region and the stack's name.`,
      {
        cause: error,
      },
    );
  }
}
