import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unreachable } from '../../functions/admin/command.ts';
import { composeAws } from '../../functions/admin/compose-aws.ts';

const names = ['ScimBaseUrl', 'TableName', 'QueueUrl', 'LogGroupName', 'SecretPrefix', 'WorkerFunctionName', 'ReconcileFunctionName'];
const formation = mockClient(CloudFormationClient);
const sts = mockClient(STSClient);
const lambda = mockClient(LambdaClient);
const request = { connection: 'okta', type: 'user', id: 'id-ann' } as never;

beforeEach(() => {
  for (const client of [formation, sts, lambda]) client.reset();
  const Outputs = names.map((OutputKey) => ({ OutputKey, OutputValue: `the-${OutputKey}` }));
  formation
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ Outputs, StackName: 's', CreationTime: new Date(), StackStatus: 'CREATE_COMPLETE' }] });
  sts.on(GetCallerIdentityCommand).resolves({ Arn: 'arn:aws:iam::123456789012:user/pat' });
});
afterEach(() => {
  for (const client of [formation, sts, lambda]) client.reset();
});

const payload = (answer: unknown) => Buffer.from(JSON.stringify(answer)) as never;

describe('inspect and target test, on a stack in AWS', () => {
  it('invoke the worker, which has the network and the secret, and give back its answer', async () => {
    const administration = await composeAws('s', 'eu-central-1');
    lambda
      .on(InvokeCommand)
      .resolvesOnce({ Payload: payload({ type: 'user', name: 'ann' }) })
      .resolvesOnce({ Payload: payload(null) });
    expect(await administration.inspect(request)).toEqual({ type: 'user', name: 'ann' });
    expect(await administration.inspect(request)).toBeNull();
    const [{ FunctionName, Payload } = {}] = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    expect(FunctionName).toBe('the-WorkerFunctionName');
    expect(JSON.parse(Buffer.from(Payload as Uint8Array).toString())).toEqual({ inspect: request });
  });

  it('and so does the report of a move', async () => {
    const administration = await composeAws('s', 'eu-central-1');
    const answer = { matches: [], left: ['1'] };
    lambda.on(InvokeCommand).resolves({ Payload: payload(answer) });
    const match = { from: 'old', to: 'new', type: 'user', ids: ['1'] } as never;
    expect(await administration.match(match)).toEqual(answer);
    const [{ FunctionName, Payload } = {}] = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    expect([FunctionName, JSON.parse(Buffer.from(Payload as Uint8Array).toString())]).toEqual(['the-WorkerFunctionName', { match }]);
  });

  it('say where to look when the worker fails', async () => {
    const administration = await composeAws('s', 'eu-central-1');
    lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled', Payload: payload({ errorMessage: 'x' }) });
    await expect(administration.inspect(request)).rejects.toThrow(/the-LogGroupName/);
    await expect(administration.testTarget({ id: 'okta' } as never)).rejects.toThrow(Unreachable);
  });
});

describe('sync, on a stack in AWS', () => {
  it('wakes the driver without waiting for what it does; the minute comes anyway', async () => {
    const administration = await composeAws('s', 'eu-central-1');
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    await administration.startReconcile();
    const [{ FunctionName, InvocationType } = {}] = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    expect([FunctionName, InvocationType]).toEqual(['the-ReconcileFunctionName', 'Event']);
  });
});
