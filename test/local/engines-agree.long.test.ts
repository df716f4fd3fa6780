import {
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { startEmbeddedDynamoDb } from './embedded-dynamodb.ts';

type Engine = { readonly client: DynamoDBClient; readonly tableName: string; close(): Promise<void> };

const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });

describe('the embedded engine and DynamoDB Local', () => {
  let engines: Engine[] = [];
  let skipped: string | undefined;
  beforeAll(async () => {
    const local = await startDynamoDbLocal();
    if ('skipped' in local) skipped = local.skipped;
    else engines = [await startEmbeddedDynamoDb(), local];
  });
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));

  /** What the engine answers: the data, or the error's name and cancellation codes. */
  async function both(send: (engine: Engine) => Promise<unknown>): Promise<[unknown, unknown]> {
    const answers = await Promise.all(
      engines.map((engine) =>
        send(engine).then(
          (answer) => ({ ...(answer as object), $metadata: undefined }),
          (error) => ({
            name: error.name,
            reasons: error.CancellationReasons?.map(({ Code, Item }: { Code: string; Item: unknown }) => ({ Code, Item })),
          }),
        ),
      ),
    );
    return answers as [unknown, unknown];
  }

  const transactions: Record<string, (TableName: string) => TransactWriteItem[]> = {
    'two puts': (TableName) => [{ Put: { TableName, Item: key('a') } }, { Put: { TableName, Item: { ...key('b'), n: { N: '1' } } } }],
    'a put whose condition fails, with the item asked for': (TableName) => [
      { Put: { TableName, Item: key('c') } },
      {
        Put: { TableName, Item: key('b'), ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      },
    ],
    'one item twice': (TableName) => [{ Put: { TableName, Item: key('a') } }, { Delete: { TableName, Key: key('a') } }],
    'a check of an absent item': (TableName) => [
      { ConditionCheck: { TableName, Key: key('none'), ConditionExpression: 'attribute_not_exists(pk)' } },
      { Delete: { TableName, Key: key('a') } },
    ],
    'an update that adds a number to a text': (TableName) => [
      { Put: { TableName, Item: { ...key('t'), v: { S: 'text' } } } },
      { Update: { TableName, Key: key('b'), UpdateExpression: 'ADD n :s', ExpressionAttributeValues: { ':s': { S: 'x' } } } },
    ],
    'a set that gains and loses': (TableName) => [
      {
        Update: {
          TableName,
          Key: key('s'),
          UpdateExpression: 'ADD w :w SET x = if_not_exists(x, :x)',
          ExpressionAttributeValues: { ':w': { SS: ['1', '2'] }, ':x': { N: '1' } },
        },
      },
    ],
    'a condition on an attribute of a missing item': (TableName) => [
      {
        Update: {
          TableName,
          Key: key('missing'),
          UpdateExpression: 'SET x = :x',
          ConditionExpression: '#r = :x',
          ExpressionAttributeNames: { '#r': 'revision' },
          ExpressionAttributeValues: { ':x': { N: '1' } },
        },
      },
    ],
    'an empty list': () => [],
    'a change of the key': (TableName) => [
      { Update: { TableName, Key: key('b'), UpdateExpression: 'SET pk = :x', ExpressionAttributeValues: { ':x': { S: '1' } } } },
    ],
    'an index key that is no text': (TableName) => [{ Put: { TableName, Item: { ...key('i'), listPk: { N: '1' }, listSk: { S: '1' } } } }],
  };

  it('answer the same transactions alike and end with the same items', async (context) => {
    if (skipped !== undefined) return context.skip(skipped);
    for (const [name, items] of Object.entries(transactions)) {
      const [embedded, local] = await both(({ client, tableName }) =>
        client.send(new TransactWriteItemsCommand({ TransactItems: items(tableName) })),
      );
      expect(embedded, name).toEqual(local);
    }
    const [embedded, local] = await both(({ client, tableName }) =>
      client.send(
        new QueryCommand({ TableName: tableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p' } } }),
      ),
    );
    expect(embedded).toEqual(local);
  });

  it('page through an index alike, forwards, backwards and from the middle', async (context) => {
    if (skipped !== undefined) return context.skip(skipped);
    for (let i = 0; i < 25; i++) {
      const item = { ...key(`page-${i}`), listPk: { S: 'l' }, listSk: { S: String((i * 7) % 25).padStart(3, '0') }, other: { S: 'x' } };
      await both(({ client, tableName }) => client.send(new PutItemCommand({ TableName: tableName, Item: item })));
    }
    for (const forwards of [true, false]) {
      for (const sort of ['', ' AND begins_with(listSk, :s)', ' AND listSk BETWEEN :s AND :e']) {
        const [embedded, local] = await both(({ client, tableName }) =>
          client.send(
            new QueryCommand({
              TableName: tableName,
              IndexName: 'listing',
              KeyConditionExpression: `listPk = :p${sort}`,
              ExpressionAttributeValues: {
                ':p': { S: 'l' },
                ...(sort && { ':s': { S: '01' } }),
                ...(sort.includes(':e') && { ':e': { S: '021' } }),
              },
              Limit: 7,
              ScanIndexForward: forwards,
            }),
          ),
        );
        expect(embedded, `${forwards} ${sort}`).toEqual(local);
      }
    }
  });
});
