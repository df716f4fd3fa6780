import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { ChangeQueue } from '../../shared/changes/change-queue.ts';
import { parseChange } from '../../shared/changes/sqs-change-queue.ts';
import type { Connection, Connections } from '../../shared/directory/connection.ts';
import type { Delivery } from '../../shared/directory/delivery.ts';
import { describeError, type RequestLog } from '../../shared/log/request-log.ts';
import type { CredentialStore } from '../../shared/targets/credentials.ts';
import type { ObservedCall } from '../../shared/targets/observed-call.ts';
import type { Target } from '../../shared/targets/target.ts';
import { handleChange, type Verdict } from './handle-change.ts';

export interface WorkerDependencies {
  readonly delivery: Delivery;
  readonly connections: Pick<Connections, 'get'>;
  readonly queue: ChangeQueue;
  readonly credentials: Pick<CredentialStore, 'read'>;
  readonly targetOf: (connection: Connection, observe: (call: ObservedCall) => void) => Target;
  /** Lets a message that is in flight be seen again in so many seconds. */
  readonly changeVisibility: (receiptHandle: string, seconds: number) => Promise<void>;
  readonly log: RequestLog;
  readonly now: () => Date;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly callTimeoutMs: number;
  readonly sliceMs: number;
}

/** What the function needs of Lambda's context. */
export interface WorkerContext {
  getRemainingTimeInMillis(): number;
}

export type WorkerFunction = (event: SQSEvent, context: WorkerContext) => Promise<SQSBatchResponse>;

/** A message that goes back to the queue. */
class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
}

/**
 * Applies the changes of a batch, one after the other. A message that failed goes back, and with it the later ones of its message
 * group, which keeps their order; other groups go on.
 */
export function workerFunction(dependencies: WorkerDependencies): WorkerFunction {
  const { log, changeVisibility } = dependencies;

  /** FIFO holds a group back while any of its messages is in flight: the later ones come back at the same time. */
  const comeBack = async (event: SQSEvent, record: SQSRecord, seconds: number): Promise<void> => {
    const group = record.attributes.MessageGroupId;
    const later = event.Records.slice(event.Records.indexOf(record)).filter(({ attributes }) => attributes.MessageGroupId === group);
    for (const { receiptHandle } of later) await changeVisibility(receiptHandle, seconds);
  };

  const decide = async (record: SQSRecord, context: WorkerContext): Promise<Verdict> => {
    try {
      return await handleChange(dependencies, context, {
        change: parseChange(record.body),
        messageGroup: record.attributes.MessageGroupId ?? '',
        receives: Number(record.attributes.ApproximateReceiveCount),
      });
    } catch (error) {
      // Nothing is known of a call that may be under way, so the message keeps its visibility; at last it is a dead letter.
      log.write({ kind: 'error', correlationId: record.messageId, where: 'worker', error: describeError(error) });
      return { is: 'wait' };
    }
  };

  return async (event, context) => {
    const apply = async (record: SQSRecord): Promise<void> => {
      const verdict = await decide(record, context);
      if (verdict.is === 'acknowledge') return;
      if (verdict.is === 'retry') await comeBack(event, record, verdict.afterSeconds);
      throw new NotAcknowledged(verdict.is);
    };
    return processPartialResponse(event, apply, new SqsFifoPartialProcessorAsync(), {
      skipGroupOnError: true,
      throwOnFullBatchFailure: false,
    });
  };
}
