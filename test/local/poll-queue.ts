import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { invokeFunction } from './invoke-function.ts';

export interface QueuePoller {
  /** Takes no more messages and waits for those at work. */
  stop(): Promise<void>;
}

export interface PollQueueOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
  readonly functionTimeoutMs: number;
  /** Functions that run at the same time: `maximumConcurrency`. */
  readonly concurrency?: number;
  readonly batchSize?: number;
  /** Told of each batch that failed as a whole, and of a queue that does not answer. */
  readonly onError: (error: unknown) => void;
}

const LONG_POLL_SECONDS = 20;

/**
 * Lambda's event source mapping for SQS FIFO with ReportBatchItemFailures: the successes are deleted, the failures stay in flight
 * until their visibility ends. A function that throws, or answers with an id that is not in the batch, has failed the whole batch.
 * Of a message group nothing more is received while a message of it is in flight.
 */
export function pollQueue(options: PollQueueOptions): QueuePoller {
  const { client, queueUrl: QueueUrl, concurrency = 4, batchSize = 10, onError } = options;
  const stopping = new AbortController();

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: batchSize,
            WaitTimeSeconds: LONG_POLL_SECONDS,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          }),
          { abortSignal: stopping.signal },
        );
        if (Messages.length > 0) await work(Messages);
      } catch (error) {
        if (stopping.signal.aborted) return;
        onError(error);
        await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function work(messages: readonly Message[]): Promise<void> {
    const event = { Records: messages.map((message) => toRecord(message, options.queueArn)) };
    const answer = await invokeFunction((context) => options.handler(event, context), options.functionTimeoutMs, randomUUID());
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const unknown = [...failed].find((id) => !event.Records.some(({ messageId }) => messageId === id));
    if (unknown !== undefined) throw new Error(`the function reports the failure of ${unknown || 'nothing'}, which is not in its batch`);
    const done = event.Records.filter(({ messageId }) => !failed.has(messageId));
    if (done.length === 0) return;
    const Entries = done.map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  const pollers = Array.from({ length: concurrency }, poll);
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
}

function toRecord(message: Message, queueArn: string): SQSRecord {
  const attributes = message.MessageAttributes ?? {};
  return {
    messageId: String(message.MessageId),
    receiptHandle: String(message.ReceiptHandle),
    body: String(message.Body),
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, { DataType = 'String', StringValue }]) => [
        name,
        { dataType: DataType, ...(StringValue !== undefined && { stringValue: StringValue }) },
      ]),
    ),
    md5OfBody: String(message.MD5OfBody),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'us-east-1',
  };
}
