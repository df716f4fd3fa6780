import { randomUUID } from 'node:crypto';
import { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import { startEmbeddedDynamoDb } from './embedded-dynamodb.ts';

/**
 * A process that writes until it is killed: what a store does, in small. It creates, renames and deletes users; item, claim, count and
 * index attributes change in one transaction. Each acknowledged write is one line on standard output: `create|rename|delete <id> <name>`.
 */
const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: write-load.ts <directory>');
const { client, tableName } = await startEmbeddedDynamoDb({ directory });
const table = new DynamoDbTable(client, tableName);
process.stdout.write('started\n');
await Promise.all(Array.from({ length: 4 }, write));

async function write(): Promise<never> {
  for (;;) {
    const id = randomUUID();
    const user = { pk: `c#USER#${id}`, sk: 'USER' };
    const first = `first-${id}`;
    const second = `second-${id}`;
    const live = {
      ...user,
      id,
      name: first,
      listPk: 'c#LIST#User',
      listSk: id,
      pendingPk: 't#PENDING#0',
      pendingSk: `1#${id}`,
      marker: 'pending',
    };
    await table.transact([
      { put: live, condition: { expression: 'attribute_not_exists(#pk)' } },
      { put: claimed(first, id), condition: { expression: 'attribute_not_exists(#pk)' } },
      { update: count(), change: { add: { count: 1 } } },
    ]);
    process.stdout.write(`create ${id} ${first}\n`);
    await table.transact([
      { update: user, change: { set: { name: second }, remove: ['pendingPk', 'pendingSk', 'marker'] } },
      { put: claimed(second, id) },
      { delete: claim(first), condition: { expression: '#owner = :id', values: { ':id': id } } },
    ]);
    process.stdout.write(`rename ${id} ${second}\n`);
    if (Math.random() < 0.5) continue;
    await table.transact([{ delete: user }, { delete: claim(second) }, { update: count(), change: { add: { count: -1 } } }]);
    process.stdout.write(`delete ${id} ${second}\n`);
  }
}

function claim(name: string) {
  return { pk: `c#USERNAME#${name}`, sk: 'CLAIM' };
}

function claimed(name: string, owner: string) {
  return { ...claim(name), owner };
}

function count() {
  return { pk: `c#COUNT#User#${Math.floor(Math.random() * 4)}`, sk: 'COUNT' };
}
