import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from './dynamodb-faults.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';

const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
const absent = 'attribute_not_exists(pk)';

describe('the embedded DynamoDB', () => {
  let engine: EmbeddedDynamoDb;
  let faults: Faults;
  let clock: number;
  const TableName = 'scim-for-confluence';
  const put = (sk: string, more: object = {}, condition?: string): TransactWriteItem => ({
    Put: { TableName, Item: { ...key(sk), ...more }, ...(condition && { ConditionExpression: condition }) },
  });
  const transact = (...TransactItems: TransactWriteItem[]) => engine.client.send(new TransactWriteItemsCommand({ TransactItems }));
  const get = async (sk: string) => (await engine.client.send(new GetItemCommand({ TableName, Key: key(sk) }))).Item;

  beforeEach(async () => {
    faults = {};
    clock = Date.now();
    engine = await startEmbeddedDynamoDb({ faults, now: () => clock });
  });
  afterEach(() => engine.close());

  describe('TransactWriteItems', () => {
    it('puts, updates, deletes and checks all at once', async () => {
      await transact(put('old'), put('kept'));
      await transact(
        put('new', { n: { N: '1' } }),
        { Delete: { TableName, Key: key('old') } },
        { Update: { TableName, Key: key('count'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } } },
        { ConditionCheck: { TableName, Key: key('kept'), ConditionExpression: 'attribute_exists(pk)' } },
      );
      expect([await get('new'), await get('old'), await get('count')]).toEqual([
        { ...key('new'), n: { N: '1' } },
        undefined,
        { ...key('count'), n: { N: '1' } },
      ]);
    });

    it('writes nothing when one condition fails, and gives the reasons in order', async () => {
      await transact(put('taken', { owner: { S: 'a' } }));
      const failing = put('taken', {}, absent);
      if (failing.Put) failing.Put.ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
      await expect(transact(put('first'), failing, put('last'))).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { owner: { S: 'a' } } }, { Code: 'None' }],
      });
      expect([await get('first'), await get('last')]).toEqual([undefined, undefined]);
    });

    it('refuses one item twice, more than 100 items and more than 4 MB', async () => {
      await expect(transact(put('a'), put('a'))).rejects.toMatchObject({ name: 'ValidationException' });
      await expect(transact(...Array.from({ length: 101 }, (_, i) => put(String(i))))).rejects.toMatchObject({
        name: 'ValidationException',
      });
      const large = { s: { S: 'x'.repeat(390_000) } };
      await expect(transact(...Array.from({ length: 11 }, (_, i) => put(String(i), large)))).rejects.toMatchObject({
        name: 'ValidationException',
      });
      expect(engine.contents().items).toEqual([]);
    });

    it('answers a repeat with the same token without writing again, for ten minutes', async () => {
      const add: TransactWriteItem = {
        Update: { TableName, Key: key('n'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
      };
      const send = (items: TransactWriteItem[]) =>
        engine.client.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken: 'once' }));
      await send([add]);
      await send([add]);
      expect(await get('n')).toMatchObject({ n: { N: '1' } });
      await expect(send([put('other')])).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
      clock += 10 * 60_000 + 1;
      await send([add]);
      expect(await get('n')).toMatchObject({ n: { N: '2' } });
    });

    it('takes parallel transactions on one item one after the other', async () => {
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          transact(put(`member-${i}`, {}, absent), {
            Update: { TableName, Key: key('n'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
          }),
        ),
      );
      expect(await get('n')).toMatchObject({ n: { N: '40' } });
    });
  });

  it('reads several items of one moment with TransactGetItems', async () => {
    await transact(put('a'), put('b'));
    const { Responses } = await engine.client.send(
      new TransactGetItemsCommand({ TransactItems: ['b', 'none', 'a'].map((sk) => ({ Get: { TableName, Key: key(sk) } })) }),
    );
    expect(Responses).toEqual([{ Item: key('b') }, {}, { Item: key('a') }]);
  });

  it('gives the old item with a failed single write that asks for it', async () => {
    await transact(put('a', { n: { N: '7' } }));
    const write = new PutItemCommand({
      TableName,
      Item: key('a'),
      ConditionExpression: absent,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(engine.client.send(write)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { n: { N: '7' } } });
  });

  describe('an index', () => {
    const listed = (sort: string) => ({ listPk: { S: 'list' }, listSk: { S: sort } });
    const list = async (more: object = {}) => {
      const answer = await engine.client.send(
        new QueryCommand({
          TableName,
          IndexName: 'listing',
          KeyConditionExpression: 'listPk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'list' } },
          ...more,
        }),
      );
      return { keys: (answer.Items ?? []).map(({ sk }) => sk?.S), next: answer.LastEvaluatedKey };
    };

    it('holds an item while the item has its attributes, in order, page by page', async () => {
      await transact(put('a', listed('3')), put('b', listed('1')), put('c', listed('2')), put('d'));
      const first = await list({ Limit: 2 });
      expect(first.keys).toEqual(['b', 'c']);
      expect((await list({ ExclusiveStartKey: first.next })).keys).toEqual(['a']);
      await engine.client.send(new UpdateItemCommand({ TableName, Key: key('c'), UpdateExpression: 'REMOVE listPk, listSk' }));
      expect((await list({ ScanIndexForward: false })).keys).toEqual(['a', 'b']);
    });

    it('lags behind the items when told to', async () => {
      faults.indexLagMs = 3_600_000;
      await transact(put('a', listed('1')));
      expect(await get('a')).toBeDefined();
      expect((await list()).keys).toEqual([]);
    });
  });

  it('pages through more items than one block of its map holds', async () => {
    for (let from = 0; from < 1_500; from += 100) {
      await transact(...Array.from({ length: 100 }, (_, i) => put(String(((from + i) * 7) % 1_500).padStart(4, '0'))));
    }
    const found: (string | undefined)[] = [];
    let start: Record<string, { S: string }> | undefined;
    do {
      const page = await engine.client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'p' } },
          Limit: 333,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      found.push(...(page.Items ?? []).map(({ sk }) => sk?.S));
      start = page.LastEvaluatedKey as typeof start;
    } while (start);
    expect(found).toEqual(Array.from({ length: 1_500 }, (_, i) => String(i).padStart(4, '0')));
  });

  describe('faults', () => {
    const once = (fault: Awaited<ReturnType<NonNullable<Faults['next']>>>) => {
      faults.next = () => {
        delete faults.next;
        return fault;
      };
    };

    it('a time-out after commit is repeated by the SDK without a second write', async () => {
      once('no-answer');
      await transact({
        Update: { TableName, Key: key('n'), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
      });
      expect(await get('n')).toMatchObject({ n: { N: '1' } });
    });

    it('a conflict cancels the transaction', async () => {
      once('conflict');
      await expect(transact(put('a'), put('b'))).rejects.toMatchObject({
        CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
      });
      expect(await get('a')).toBeUndefined();
    });

    it('a throttled request fails when it stays throttled', async () => {
      faults.next = () => 'throttled';
      await expect(transact(put('a'))).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    });

    it('a batch hands half of its requests back', async () => {
      once('unprocessed');
      const requests = ['a', 'b'].map((sk) => ({ PutRequest: { Item: key(sk) } }));
      const written = await engine.client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
      expect(written.UnprocessedItems).toEqual({ [TableName]: [requests[1]] });
      once('unprocessed');
      const read = await engine.client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('a')] } } }));
      expect([read.Responses, read.UnprocessedKeys?.[TableName]?.Keys]).toEqual([{}, [key('a')]]);
    });
  });
});

describe('the embedded DynamoDB in a directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'scim-items-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = async (...names: string[]) => {
    const engine = await startEmbeddedDynamoDb({ directory });
    for (const name of names)
      await engine.client.send(
        new PutItemCommand({ TableName: engine.tableName, Item: { ...key(name), listPk: { S: 'l' }, listSk: { S: name } } }),
      );
    await engine.close();
  };
  const names = async (now?: () => number) => {
    const engine = await startEmbeddedDynamoDb({ directory, ...(now && { now }) });
    const { items, indexes } = engine.contents();
    await engine.close();
    expect(indexes.get('listing')).toHaveLength(items.length);
    return items.map(({ sk }) => sk?.['S']);
  };

  it('has everything again after a restart, indexes included', async () => {
    await write('a', 'b');
    await write('c');
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('drops a torn last line and takes new writes after it', async () => {
    await write('a');
    appendFileSync(join(directory, 'items.jsonl'), '00000000 {"put":[{"pk":{"S":"p"},"sk":{"S":"torn"');
    await write('b');
    expect(await names()).toEqual(['a', 'b']);
  });

  it('refuses to start on a damaged line', async () => {
    await write('a', 'b');
    const path = join(directory, 'items.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"a"', '"x"'));
    await expect(startEmbeddedDynamoDb({ directory })).rejects.toThrow('line 1 is damaged');
  });

  it('forgets items past their expiresAt', async () => {
    const engine = await startEmbeddedDynamoDb({ directory });
    await engine.client.send(new PutItemCommand({ TableName: engine.tableName, Item: { ...key('a'), expiresAt: { N: '1000' } } }));
    await engine.close();
    expect(await names()).toEqual([]);
  });

  it('serves another process by HTTP', async () => {
    const engine = await startEmbeddedDynamoDb({ directory, port: 0 });
    const other = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: engine.endpoint as string,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await other.send(new PutItemCommand({ TableName: engine.tableName, Item: key('a') }));
    expect(engine.contents().items).toEqual([key('a')]);
    other.destroy();
    await engine.close();
  });
});
