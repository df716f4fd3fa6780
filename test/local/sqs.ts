import type { AddressInfo } from 'node:net';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

export interface LocalSqs {
  readonly endpoint: string;
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterUrl: string;
  close(): Promise<void>;
}

/**
 * How often a message is received before it goes to the dead letters. The worker itself acknowledges after 5 receives (DESIGN §4), so
 * only a message it can't read, or one that crashes it, gets this far.
 */
const MAX_RECEIVE_COUNT = 20;

/**
 * SQS in this process by fauxqs, on 127.0.0.1, with the change queue (FIFO, high throughput) and its dead letters as the stack makes
 * them. Messages are in memory: the pending markers in the table bring them back (invariant 1).
 * @param visibilitySeconds the function's time-out plus LATE_CALL_SECONDS (DELIVERY §1)
 * @throws NodeJS.ErrnoException EADDRINUSE when the port is taken
 */
export async function startSqs(options: { readonly port?: number; readonly visibilitySeconds: number }): Promise<LocalSqs> {
  const app = buildApp({ logger: false });
  await app.listen({ port: options.port ?? 0, host: '127.0.0.1' });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const client = new SQSClient({ region: 'us-east-1', endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });

  const create = async (QueueName: string, attributes: Record<string, string>): Promise<{ url: string; arn: string }> => {
    const Attributes = { ...FIFO, ...attributes };
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    const url = `${endpoint}${new URL(String(QueueUrl)).pathname}`;
    const created = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
    return { url, arn: String(created.Attributes?.['QueueArn']) };
  };
  const deadLetters = await create('changes-dead-letters.fifo', {});
  const changes = await create('changes.fifo', {
    VisibilityTimeout: String(Math.ceil(options.visibilitySeconds)),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVE_COUNT }),
  });
  return {
    endpoint,
    client,
    queueUrl: changes.url,
    queueArn: changes.arn,
    deadLetterUrl: deadLetters.url,
    close: async () => {
      client.destroy();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

const FIFO = { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' } as const;
