import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableDefinition } from '../../shared/directory/table-definition.ts';
import { type Resource, synthesise } from './synthesise.ts';

const stack = synthesise({ retentionDays: 90, workerConcurrency: 7 });
const { all, one } = stack;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const statementsOf = (policy: Resource): readonly Statement[] => policy.Properties.PolicyDocument.Statement;
const actionsOf = (role: string) => statementsOf(one('AWS::IAM::Policy', role)).flatMap(({ Action }) => list(Action));
const keyArn = { 'Fn::GetAtt': [expect.stringMatching(/^DataKey/), 'Arn'] };

const TABLE = ['BatchGetItem', 'ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'];
const everyFunction = {
  logs: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  table: TABLE.map((action) => `dynamodb:${action}`),
  key: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  send: ['sqs:SendMessage'],
};
const granted = (...more: string[]) => new Set([...Object.values(everyFunction).flat(), ...more]);

describe('least privilege', () => {
  it.each([
    ['ScimRole', granted()],
    [
      'WorkerRole',
      granted(
        ...['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
        'secretsmanager:GetSecretValue',
      ),
    ],
    ['SweepRole', granted('sqs:GetQueueAttributes', 'secretsmanager:GetSecretValue')],
    ['ReconcileRole', granted('sqs:GetQueueAttributes')],
  ])('%s may do this and nothing else', (role, expected) => {
    expect(new Set(actionsOf(role))).toEqual(expected);
  });

  it('has no action with a wildcard, and no resource but the secrets below the stack’s own prefix', () => {
    for (const policy of Object.values(all('AWS::IAM::Policy')))
      for (const statement of statementsOf(policy)) {
        expect(list(statement.Action).filter((action) => action.includes('*'))).toEqual([]);
        const wide = list(statement.Resource).filter((resource) => JSON.stringify(resource).includes('*'));
        if (wide.length > 0) expect(statement.Action).toBe('secretsmanager:GetSecretValue');
        for (const resource of wide) expect(JSON.stringify(resource)).toMatch(/:secret:ScimForConfluence\/targets\/\*"/);
      }
  });

  it('lets the functions use the key only through the service that needs it, but for reading messages', () => {
    for (const role of ['ScimRole', 'WorkerRole', 'SweepRole', 'ReconcileRole'])
      for (const statement of statementsOf(one('AWS::IAM::Policy', role)))
        if (list(statement.Action).some((action) => action.startsWith('kms:')) && statement.Action !== 'kms:Decrypt')
          expect(JSON.stringify(statement.Condition)).toContain('kms:ViaService');
  });

  it('allows of the table what the adapters call, and no more', () => {
    const adapters = readdirSync(new URL('../../shared/directory', import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(`../../shared/directory/${file}`, import.meta.url), 'utf8'));
    const called = new Set(adapters.flatMap((text) => Array.from(text.matchAll(/new (\w+)Command\(/g), ([, name]) => name as string)));
    const transaction = ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'];
    const needed = [...called].flatMap((name) =>
      name === 'TransactWriteItems' ? transaction : name === 'TransactGetItems' ? ['GetItem'] : [name],
    );
    expect(new Set(needed)).toEqual(new Set(TABLE));
  });

  it('gives functions no managed policies', () => {
    for (const role of ['ScimRole', 'WorkerRole', 'SweepRole', 'ReconcileRole'])
      expect(one('AWS::IAM::Role', role).Properties.ManagedPolicyArns).toBeUndefined();
  });

  it('has no finding of cdk-nag that is not acknowledged', () => {
    expect(stack.findings).toEqual([]);
  });
});

describe('the functions', () => {
  const secret = { SECRET_PREFIX: 'ScimForConfluence/targets/', CALL_TIMEOUT_SECONDS: '10' };
  it.each([
    ['Scim', 28, { SWEEP_AFTER_SECONDS: '120' }],
    ['Worker', 240, { ...secret, LATE_CALL_SECONDS: '120', SWEEP_AFTER_SECONDS: '120', SLICE_SECONDS: '20' }],
    ['Sweep', 55, { ...secret, SWEEP_AFTER_SECONDS: '120' }],
    ['Reconcile', 55, { SWEEP_AFTER_SECONDS: '120', NIGHTLY_HOUR: '2' }],
  ])('%s runs Node 24 on arm64 with its environment', (id, timeout, environment) => {
    const { Properties } = one('AWS::Lambda::Function', id);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Timeout: timeout });
    expect(Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', LogGroup: { Ref: expect.stringMatching(/^RequestLog/) } });
    expect(Properties.Environment.Variables).toEqual({
      ...environment,
      TABLE_NAME: { Ref: expect.stringMatching(/^Directory/) },
      QUEUE_URL: { Ref: expect.stringMatching(/^ChangesQueue/) },
    });
  });

  it.each(['Scim', 'Worker', 'Sweep', 'Reconcile'])('%s reads every variable that it is given', (id) => {
    const composition = readFileSync(new URL(`../../functions/${id.toLowerCase()}/compose.ts`, import.meta.url), 'utf8');
    for (const variable of Object.keys(one('AWS::Lambda::Function', id).Properties.Environment.Variables))
      expect(composition).toContain(`${variable}: `);
  });

  it('let every log line through, since lines without a level count as INFO', () => {
    for (const { Properties } of Object.values(all('AWS::Lambda::Function')))
      expect(Properties.LoggingConfig.ApplicationLogLevel ?? 'INFO').toBe('INFO');
  });

  it.each(['Sweep', 'Reconcile'])('run %s each minute, never two at once and never twice for one minute', (id) => {
    expect(one('AWS::Events::Rule', id).Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    expect(one('AWS::Lambda::EventInvokeConfig', id).Properties).toMatchObject({ MaximumRetryAttempts: 0 });
    expect(one('AWS::Lambda::Function', id).Properties.Timeout).toBeLessThan(60);
  });
});

describe('the table', () => {
  const table = one('AWS::DynamoDB::Table');
  it('is encrypted with the stack’s key, restorable, protected and left behind', () => {
    expect(table).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    });
  });

  it('has the keys and indexes of the one description that every engine shares', () => {
    expect(table.Properties.KeySchema.map((part: { AttributeName: string }) => part.AttributeName)).toEqual(['pk', 'sk']);
    expect(
      table.Properties.GlobalSecondaryIndexes.map(
        (index: { IndexName: string; KeySchema: { AttributeName: string }[]; Projection: { ProjectionType: string } }) => ({
          name: index.IndexName,
          keys: index.KeySchema.map(({ AttributeName }) => AttributeName),
          projection: index.Projection.ProjectionType,
        }),
      ),
    ).toEqual(tableDefinition.indexes.map(({ name, pk, sk, projection }) => ({ name, keys: [pk, sk], projection })));
  });
});

describe('the queue (DELIVERY §1)', () => {
  const queue = one('AWS::SQS::Queue', 'ChangesQueue');

  it.each([10, 120, 3600])('hides a message for the worker’s time-out and %i seconds in which a call may still land', (late) => {
    const { one } = synthesise({ lateCallSeconds: late });
    const { Timeout } = one('AWS::Lambda::Function', 'Worker').Properties;
    expect(one('AWS::SQS::Queue', 'ChangesQueue').Properties.VisibilityTimeout).toBeGreaterThanOrEqual(Timeout + late);
    expect(one('AWS::Lambda::Function', 'Worker').Properties.Environment.Variables.LATE_CALL_SECONDS).toBe(String(late));
  });

  it('is never purged, by nobody', () => {
    const statements: (Statement & { Principal: unknown })[] = one('AWS::SQS::QueuePolicy', 'ChangesQueue').Properties.PolicyDocument
      .Statement;
    const denied = statements.find(({ Effect, Action }) => Effect === 'Deny' && Action === 'sqs:PurgeQueue');
    expect(denied).toMatchObject({ Principal: { AWS: '*' }, Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ChangesQueue/), 'Arn'] } });
    expect(denied?.Condition).toBeUndefined();
  });

  it('is FIFO in high-throughput mode, and its dead letters too are FIFO', () => {
    expect(queue.Properties).toMatchObject({
      ...{ FifoQueue: true, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' },
      RedrivePolicy: { maxReceiveCount: 20, deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^ChangesDeadLetters/), 'Arn'] } },
    });
    expect(one('AWS::SQS::Queue', 'ChangesDeadLetters').Properties.FifoQueue).toBe(true);
  });

  it('is encrypted with the stack’s key and refuses plain HTTP', () => {
    for (const { Properties } of Object.values(all('AWS::SQS::Queue'))) expect(Properties.KmsMasterKeyId).toEqual(keyArn);
    expect(Object.keys(all('AWS::SQS::QueuePolicy'))).toHaveLength(Object.keys(all('AWS::SQS::Queue')).length);
    for (const { Properties } of Object.values(all('AWS::SQS::QueuePolicy')))
      expect(JSON.stringify(Properties.PolicyDocument)).toContain('{"Bool":{"aws:SecureTransport":"false"}}');
  });

  it('feeds the worker by batches whose failures are reported one by one, as many at once as the settings say', () => {
    expect(one('AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      ...{ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'], ScalingConfig: { MaximumConcurrency: 7 } },
    });
  });
});

describe('key and logs', () => {
  it('turn the key each year and keep it with the data', () => {
    expect(one('AWS::KMS::Key')).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  it('keep every log group as long as the settings say, encrypted, also when the stack is gone', () => {
    const groups = Object.values(all('AWS::Logs::LogGroup'));
    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups)
      expect(group).toMatchObject({ DeletionPolicy: 'Retain', Properties: { RetentionInDays: 90, KmsKeyId: keyArn } });
  });

  it('let CloudWatch Logs and alarms use the key, for this account only', () => {
    const statements: { Sid?: string; Condition?: unknown }[] = one('AWS::KMS::Key').Properties.KeyPolicy.Statement;
    for (const sid of ['LogGroups', 'Alarms'])
      expect(JSON.stringify(statements.find(({ Sid }) => Sid === sid)?.Condition)).toContain('AWS::AccountId');
  });
});
