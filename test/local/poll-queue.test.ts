import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FunctionTimedOut } from './invoke-function.ts';
import { pollQueue, type QueuePoller } from './poll-queue.ts';
import { type LocalSqs, startSqs } from './sqs.ts';

const VISIBILITY_SECONDS = 1;

describe('the local queue, polled as Lambda polls it', () => {
  let sqs: LocalSqs;
  let poller: QueuePoller | undefined;
  let received: SQSRecord[];
  let errors: unknown[];

  beforeEach(async () => {
    sqs = await startSqs({ visibilitySeconds: VISIBILITY_SECONDS });
    received = [];
    errors = [];
  });
  afterEach(async () => {
    await poller?.stop();
    poller = undefined;
    await sqs.close();
  });

  const send = (group: string, body: string) =>
    sqs.client.send(
      new SendMessageCommand({ QueueUrl: sqs.queueUrl, MessageBody: body, MessageGroupId: group, MessageDeduplicationId: randomUUID() }),
    );
  const bodies = () => received.map(({ body }) => body);
  function poll(work: (record: SQSRecord, remainingMs: number) => Promise<boolean> | boolean, functionTimeoutMs = 5_000) {
    poller = pollQueue({
      ...sqs,
      functionTimeoutMs,
      onError: (error) => errors.push(error),
      handler: async ({ Records }, context): Promise<SQSBatchResponse> => {
        const batchItemFailures = [];
        for (const record of Records) {
          received.push(record);
          if (!(await work(record, context.getRemainingTimeInMillis()))) batchItemFailures.push({ itemIdentifier: record.messageId });
        }
        return { batchItemFailures };
      },
    });
  }

  it('has the attributes of the stack: FIFO, high throughput, visibility and a dead-letter queue', async () => {
    const { Attributes } = await sqs.client.send(new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      FifoQueue: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      VisibilityTimeout: String(VISIBILITY_SECONDS),
    });
    expect(JSON.parse(String(Attributes?.['RedrivePolicy']))).toMatchObject({ maxReceiveCount: 20 });
  });

  it('hands records with their group and receive count to the function and deletes what it did', async () => {
    poll(() => true);
    await send('a', 'one');
    await vi.waitFor(() => expect(bodies()).toEqual(['one']), 5_000);
    expect(received[0]?.attributes).toMatchObject({ MessageGroupId: 'a', ApproximateReceiveCount: '1' });
    await poller?.stop();
    await vi.waitFor(async () => {
      const { Attributes } = await sqs.client.send(new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl, AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
    });
  });

  it('gives a failed message again after its visibility, and nothing of its group before', async () => {
    await send('a', 'one');
    await send('a', 'two');
    await send('b', 'other');
    poll(({ body, attributes }) => body !== 'one' || attributes.ApproximateReceiveCount === '2');
    await vi.waitFor(() => expect(bodies()).toContain('two'), 10_000);
    expect(bodies().filter((body) => body !== 'other')).toEqual(['one', 'one', 'two']);
    expect(bodies()).toContain('other');
  });

  it('never runs two messages of one group at once', async () => {
    for (let i = 0; i < 12; i++) await send(i % 2 === 0 ? 'even' : 'odd', String(i));
    const running = new Set<string>();
    let overlaps = 0;
    poll(async ({ attributes }) => {
      const group = String(attributes.MessageGroupId);
      if (running.has(group)) overlaps++;
      running.add(group);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running.delete(group);
      return true;
    });
    await vi.waitFor(() => expect(received).toHaveLength(12), 10_000);
    expect(overlaps).toBe(0);
    expect(bodies().filter((body) => Number(body) % 2 === 0)).toEqual(['0', '2', '4', '6', '8', '10']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no')), 'Error'],
    ['runs too long', () => new Promise<boolean>(() => {}), FunctionTimedOut.name],
  ])('takes a function that %s for a failed batch', async (_, fail, name) => {
    await send('a', 'one');
    poll(({ attributes }) => attributes.ApproximateReceiveCount !== '1' || fail(), 300);
    await vi.waitFor(() => expect(received.map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual(['1', '2']), 10_000);
    expect(errors).toMatchObject([{ name }]);
  });

  it('tells the function how much of its time is left', async () => {
    const remaining: number[] = [];
    poll((_, remainingMs) => remaining.push(remainingMs) > 0, 5_000);
    await send('a', 'one');
    await vi.waitFor(() => expect(remaining).toHaveLength(1), 5_000);
    expect(remaining[0]).toBeGreaterThan(0);
    expect(remaining[0]).toBeLessThanOrEqual(5_000);
  });

  it('moves a message that is never done to the dead letters', async () => {
    await send('a', 'poison');
    const receive = () =>
      sqs.client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queueUrl, VisibilityTimeout: 0, MessageSystemAttributeNames: ['All'] }));
    for (let i = 0; i < 21; i++) await receive();
    const { Messages } = await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: sqs.deadLetterUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['poison']);
  });
});
