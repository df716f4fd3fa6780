import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Change } from '../../shared/changes/change.ts';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';

export interface Message {
  readonly id: string;
  readonly group: string;
  readonly change: Change;
  receives: number;
  /** Milliseconds since 1970 from which it may be received. */
  visibleAt: number;
  inFlight: boolean;
}

/** The function's time-out and L together: DELIVERY §1. */
export const VISIBILITY_MS = 60_000 + 120_000;

/** An SQS FIFO queue whose deliveries are in the test's hands: one message of a group in flight, nothing moves by itself. */
export class FifoQueue implements ChangeQueue {
  readonly messages: Message[] = [];
  /** What was acknowledged, in order. */
  readonly acknowledged: Message[] = [];
  failNextSends = 0;
  #next = 0;
  readonly #now: () => number;
  constructor(now: () => number) {
    this.#now = now;
  }

  async send(group: string, change: Change): Promise<void> {
    if (this.failNextSends > 0) {
      this.failNextSends -= 1;
      throw new Error('the queue is not there');
    }
    this.messages.push({ id: `m${this.#next++}`, group, change, receives: 0, visibleAt: 0, inFlight: false });
  }

  async length(): Promise<number> {
    return this.messages.length;
  }

  readonly changeVisibility = async (receipt: string, seconds: number): Promise<void> => {
    const message = this.messages.find(({ id }) => id === receipt);
    if (message) message.visibleAt = this.#now() + seconds * 1000;
  };

  /** The heads of the groups that may be received now. */
  receivable(): Message[] {
    const blocked = new Set<string>();
    return this.messages.filter((message) => {
      if (blocked.has(message.group)) return false;
      blocked.add(message.group);
      return !message.inFlight && message.visibleAt <= this.#now();
    });
  }

  lose(match: (message: Message) => boolean): void {
    for (const message of this.messages.filter(match)) this.messages.splice(this.messages.indexOf(message), 1);
  }

  /** Takes messages into flight as one batch. */
  receive(messages: readonly Message[]): SQSEvent {
    const Records = messages.map((message) => {
      message.receives += 1;
      message.inFlight = true;
      message.visibleAt = this.#now() + VISIBILITY_MS;
      return toRecord(message);
    });
    return { Records };
  }

  settle(messages: readonly Message[], { batchItemFailures }: SQSBatchResponse): void {
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of messages) {
      message.inFlight = false;
      if (failed.has(message.id)) continue;
      // A message that was purged in flight is not there any more.
      if (this.messages.includes(message)) this.messages.splice(this.messages.indexOf(message), 1);
      this.acknowledged.push(message);
    }
  }
}

function toRecord({ id, group, change, receives }: Message): SQSRecord {
  return {
    messageId: id,
    receiptHandle: id,
    body: JSON.stringify(change),
    attributes: {
      ApproximateReceiveCount: String(receives),
      MessageGroupId: group,
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:changes.fifo',
    awsRegion: 'eu-central-1',
  };
}
