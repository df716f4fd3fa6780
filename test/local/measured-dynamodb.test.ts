import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { type Item, itemBytes, readUnits, writeUnits } from './capacity.ts';
import { type EmbeddedDynamoDb, startEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { type Measure, measure } from './measured-dynamodb.ts';

const text = (length: number) => ({ S: 'x'.repeat(length) });

describe('the size of an item (developer guide, "Item sizes and formats")', () => {
  it.each<[string, Item, number]>([
    ['names and texts in bytes of UTF-8', { pk: { S: 'a' }, é: { S: '€' } }, 2 + 1 + 2 + 3],
    [
      'a byte for two digits and one more',
      { n: { N: '123' }, m: { N: '-1' }, z: { N: '0' }, h: { N: '1200' } },
      1 + 3 + 1 + 3 + 1 + 1 + 1 + 2,
    ],
    ['a byte for true and null', { b: { BOOL: true }, n: { NULL: true } }, 4],
    ['bytes as they are', { b: { B: new Uint8Array(16) } }, 17],
    [
      'three bytes for a list or map and one for each element',
      { l: { L: [{ S: 'ab' }] }, m: { M: { k: { S: 'v' } } } },
      1 + 3 + 1 + 2 + 1 + 3 + 1 + 2,
    ],
    ['the elements of a set', { s: { SS: ['ab', 'c'] } }, 1 + 3],
  ])('is %s', (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe('request units', () => {
  it('are one a started 4 KB for a consistent read, half for another, and not less for nothing', () => {
    expect([0, 4096, 4097].map((bytes) => readUnits(bytes, true))).toEqual([1, 1, 2]);
    expect(readUnits(4097, false)).toBe(1);
  });

  it('are one a started KB of the larger of what was and what is', () => {
    const small: Item = { pk: { S: 'a' } };
    const large: Item = { pk: { S: 'a' }, x: text(2_000) };
    expect(writeUnits(undefined, small, false)).toBe(1);
    expect(writeUnits(large, small, false)).toBe(2);
    expect(writeUnits(large, undefined, false)).toBe(2);
    expect(writeUnits(undefined, undefined, false)).toBe(1);
    expect(writeUnits(small, large, true)).toBe(4);
  });

  it('count an index entry that comes, goes or changes once, one whose key changes twice, and one that stays not at all', () => {
    const plain: Item = { pk: { S: 'a' }, sk: { S: 'b' } };
    const listed: Item = { ...plain, listPk: { S: 'l' }, listSk: { S: '1' } };
    const pending: Item = { ...plain, pendingPk: { S: 'p' }, pendingSk: { S: '1' }, marker: { S: 'pending' } };
    expect(writeUnits(undefined, listed, false)).toBe(2);
    expect(writeUnits(listed, plain, false)).toBe(2);
    expect(writeUnits(listed, { ...listed, other: { S: 'not projected' } }, false)).toBe(1);
    expect(writeUnits(listed, { ...listed, listSk: { S: '2' } }, false)).toBe(3);
    expect(writeUnits(pending, { ...pending, marker: { S: 'waiting' } }, false)).toBe(2);
    expect(writeUnits(plain, { ...listed, ...pending }, true)).toBe(6);
  });
});

describe('the measure of a client', () => {
  let engine: EmbeddedDynamoDb;
  let table: DynamoDbTable;
  let measured: Measure;
  beforeAll(async () => {
    engine = await startEmbeddedDynamoDb();
    table = new DynamoDbTable(engine.client, engine.tableName);
    measured = measure(engine.client);
  });
  afterAll(() => engine.close());
  beforeEach(() => measured.reset());

  it('names each request with its items and units', async () => {
    const pk = randomUUID();
    await table.put({ pk, sk: '1', x: 'x'.repeat(1_500) });
    await table.update({ pk, sk: '2' }, { set: { listPk: pk, listSk: '1' } });
    await table.transact([{ put: { pk, sk: '3' } }, { delete: { pk, sk: '1' } }]);
    await table.get({ pk, sk: '3' });
    await table.batchGet([
      { pk, sk: '2' },
      { pk, sk: 'nowhere' },
    ]);
    await table.query({ pk, attributes: ['sk'] });
    await table.query({ pk, index: { name: 'listing', pk: 'listPk', sk: 'listSk' } });
    expect(measured.requests()).toMatchObject([
      { action: 'PutItem', items: 1, readUnits: 0, writeUnits: 2 },
      { action: 'UpdateItem', items: 1, writeUnits: 2 },
      { action: 'TransactWriteItems', items: 2, writeUnits: 2 + 4 },
      { action: 'GetItem', items: 1, readUnits: 1, writeUnits: 0 },
      { action: 'BatchGetItem', items: 1, readUnits: 2 },
      { action: 'Query', items: 2, readUnits: 1 },
      { action: 'Query', items: 1, readUnits: 0.5 },
    ]);
  });

  it('counts the whole of an item of which a part is read', async () => {
    const pk = randomUUID();
    await table.put({ pk, sk: '1', x: 'x'.repeat(9_000) });
    measured.reset();
    await table.get({ pk, sk: '1' }, ['sk']);
    await table.query({ pk, attributes: ['sk'] });
    const bytes = 2 + 36 + 2 + 1 + 1 + 9_000;
    expect(measured.requests()).toEqual([
      { action: 'GetItem', items: 1, readUnits: 3, writeUnits: 0, bytes },
      { action: 'Query', items: 1, readUnits: 3, writeUnits: 0, bytes },
    ]);
  });

  it('passes on what fails, and does not count it', async () => {
    const pk = randomUUID();
    const absent = { expression: 'attribute_not_exists(#pk)' };
    await table.transact([{ put: { pk, sk: '1' }, condition: absent }]);
    measured.reset();
    await expect(table.transact([{ put: { pk, sk: '1' }, condition: absent }])).rejects.toThrow('does not hold');
    expect(measured.requests()).toEqual([]);
  });
});
