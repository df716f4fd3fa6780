import type { AttributeDefinition, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../shared/directory/table-definition.ts';

/** The table's one description, as the CreateTable request that local engines take. All key attributes are strings. */
export function tableInput(tableName: string) {
  const { partitionKey, sortKey, indexes } = tableDefinition;
  const keyAttributes = [partitionKey, sortKey, ...indexes.flatMap(({ pk, sk }) => [pk, sk])];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keyAttributes.map((AttributeName): AttributeDefinition => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(partitionKey, sortKey),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index.pk, index.sk),
      Projection: {
        ProjectionType: index.projection,
        ...('attributes' in index && { NonKeyAttributes: [...index.attributes] }),
      },
    })),
  } satisfies CreateTableCommandInput;
}

function keySchema(pk: string, sk: string) {
  return [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ];
}
