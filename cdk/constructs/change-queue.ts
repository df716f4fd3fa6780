import { Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { visibilitySeconds } from '../time-limits.ts';
import type { DataKey } from './data-key.ts';

/**
 * The bell of the changes: SQS FIFO in high-throughput mode with a message group for each account or group of the target, which
 * is the only lock (DELIVERY §1), and the dead letters. Nothing is lost in either: the marker is in the table.
 */
export class ChangeQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #key: DataKey;

  constructor(scope: Construct, id: string, props: { readonly key: DataKey; readonly lateCallSeconds: number }) {
    super(scope, id);
    this.#key = props.key;
    const kept = {
      fifo: true,
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
    } as const;
    this.deadLetters = new Queue(this, 'DeadLetters', kept);
    this.queue = new Queue(this, 'Queue', {
      ...kept,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      visibilityTimeout: Duration.seconds(visibilitySeconds(props.lateCallSeconds)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 20 },
    });
    // A purge would free message groups whose call is still under way: two workers could then act on one account (DELIVERY §1).
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NeverPurge',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['sqs:PurgeQueue'],
        resources: [this.queue.queueArn],
      }),
    );
  }

  allowSending(grantee: IGrantable): void {
    this.#allow(grantee, 'sqs:SendMessage');
    this.#key.allowThrough('sqs', grantee, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }

  /** How many messages wait. */
  allowMeasuring(grantee: IGrantable): void {
    this.#allow(grantee, 'sqs:GetQueueAttributes');
  }

  #allow(grantee: IGrantable, action: string): void {
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [this.queue.queueArn] }));
  }
}
