import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { Change } from './change.ts';
import type { ChangeQueue } from './change-queue.ts';

/** The queue on SQS FIFO. `newId` makes each deduplication id: two sends of one change are two messages (DELIVERY §1). */
export function sqsChangeQueue(client: SQSClient, queueUrl: string, newId: () => string): ChangeQueue {
  return {
    async send(messageGroup, change) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(change),
          MessageGroupId: messageGroup,
          MessageDeduplicationId: newId(),
        }),
      );
    },

    async length() {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...AttributeNames] }));
      return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name] ?? 0), 0);
    },
  };
}

/** The change that a message's body holds. @throws for anything else: such a message ends in the dead-letter queue. */
export function parseChange(body: string): Change {
  return Change.parse(JSON.parse(body));
}
