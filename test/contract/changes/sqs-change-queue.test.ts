import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../shared/changes/change.ts';
import { parseChange, sqsChangeQueue } from '../../../shared/changes/sqs-change-queue.ts';
import type { ConnectionId, UserId } from '../../../shared/directory/ids.ts';

const sqs = mockClient(SQSClient);
const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/changes.fifo';
const change: Change = {
  v: 1,
  connection: 'b1a2c3d4-0000-4000-8000-000000000001' as ConnectionId,
  resource: { type: 'user', id: 'b1a2c3d4-0000-4000-8000-000000000002' as UserId },
  revision: 3,
  correlationId: 'correlation-1',
  reason: 'change',
};

function queue() {
  let next = 0;
  return sqsChangeQueue(new SQSClient({ region: 'eu-central-1' }), QUEUE, () => `id-${next++}`);
}

describe('DELIVERY §1 the queue on SQS FIFO', () => {
  beforeEach(() => sqs.reset());

  it('sends a change to its message group', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await queue().send('account-group', change);
    const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ QueueUrl: QUEUE, MessageGroupId: 'account-group' });
    expect(parseChange(input?.MessageBody ?? '')).toEqual(change);
  });

  it('gives every send a deduplication id of its own, also for the same change', async () => {
    sqs.on(SendMessageCommand).resolves({});
    const to = queue();
    await to.send('account-group', change);
    await to.send('account-group', change);
    const ids = sqs.commandCalls(SendMessageCommand).map((call) => call.args[0].input.MessageDeduplicationId);
    expect(new Set(ids).size).toBe(2);
  });

  it('sends no delay, since FIFO queues refuse one', async () => {
    sqs.on(SendMessageCommand).resolves({});
    await queue().send('account-group', change);
    expect(sqs.commandCalls(SendMessageCommand)[0]?.args[0].input).not.toHaveProperty('DelaySeconds');
  });

  it('counts the messages that wait and those in flight', async () => {
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: { ApproximateNumberOfMessages: '7', ApproximateNumberOfMessagesNotVisible: '2' },
    });
    expect(await queue().length()).toBe(9);
  });

  it('reads no message that is not a change', () => {
    expect(() => parseChange('not json')).toThrow();
    expect(() => parseChange(JSON.stringify({ ...change, v: 2 }))).toThrow();
    expect(() => parseChange(JSON.stringify({ ...change, resource: { type: 'role', id: 'x' } }))).toThrow();
  });
});
