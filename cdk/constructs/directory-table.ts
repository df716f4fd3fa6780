import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { tableDefinition } from '../../shared/directory/table-definition.ts';
import type { DataKey } from './data-key.ts';

/** What the DynamoDB adapter calls. TransactWriteItems is allowed by the actions on its items. */
const ITEM_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];

/** What DynamoDB does with a customer-managed key in the caller's name. */
const KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/**
 * The one table (DESIGN §3), as shared/directory/table-definition.ts describes it for every engine: on demand, encrypted with the
 * stack's key, restorable to any second of 35 days, protected from deletion, and left behind when the stack goes.
 */
export class DirectoryTable extends Table {
  readonly #key: DataKey;

  constructor(scope: Construct, id: string, props: { readonly key: DataKey }) {
    super(scope, id, {
      partitionKey: { name: tableDefinition.partitionKey, type: AttributeType.STRING },
      sortKey: { name: tableDefinition.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: tableDefinition.timeToLiveAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.#key = props.key;
    for (const index of tableDefinition.indexes)
      this.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: { name: index.pk, type: AttributeType.STRING },
        sortKey: { name: index.sk, type: AttributeType.STRING },
        projectionType: ProjectionType[index.projection],
        ...('attributes' in index && { nonKeyAttributes: [...index.attributes] }),
      });
  }

  /** Reads and writes items; never scans, never touches the table itself. */
  allowItems(grantee: IGrantable): void {
    const indexes = tableDefinition.indexes.map(({ name }) => `${this.tableArn}/index/${name}`);
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ITEM_ACTIONS, resources: [this.tableArn, ...indexes] }));
    this.#key.allowThrough('dynamodb', grantee, KEY_ACTIONS);
  }
}
