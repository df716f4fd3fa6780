import { RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';

export interface KeptLogGroupProps {
  readonly key: DataKey;
  readonly retentionDays: RetentionDays;
}

/** A log group with the stack's key that outlives the stack: it is the record of who was given access, and when. */
export class KeptLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { key, retentionDays }: KeptLogGroupProps) {
    super(scope, id, { encryptionKey: key, retention: retentionDays, removalPolicy: RemovalPolicy.RETAIN });
  }
}

/** The request log (DESIGN §5): one log group for all functions. */
export class RequestLogGroup extends KeptLogGroup {
  /** Writes log lines, and reads none. */
  allowWriting(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [this.logGroupArn] }),
    );
  }
}
