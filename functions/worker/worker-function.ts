import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { parseChange } from '../../shared/changes/sqs-change-queue.ts';
import { describeError } from '../../shared/log/request-log.ts';
import { createCallPacer } from './call-pacer.ts';
import type { WorkerContext, WorkerDependencies } from './dependencies.ts';
import { handleChange, type Verdict } from './handle-change.ts';

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
  // What this instance remembers of the targets' limits, from message to message.
  const pacer = createCallPacer({ ...dependencies, pace: dependencies.delivery.pace });

  /** FIFO holds a group back while any of its messages is in flight: the later ones come back at the same time. */
  const comeBack = async (event: SQSEvent, record: SQSRecord, seconds: number): Promise<void> => {
    const group = record.attributes.MessageGroupId;
    const later = event.Records.slice(event.Records.indexOf(record)).filter(({ attributes }) => attributes.MessageGroupId === group);
    for (const { receiptHandle } of later) await changeVisibility(receiptHandle, seconds);
  };

  const decide = async (record: SQSRecord, context: WorkerContext): Promise<Verdict> => {
    try {
      return await handleChange({ ...dependencies, pacer }, context, {
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
