import { randomUUID } from 'node:crypto';
import type { Connection } from '../../shared/directory/connection.ts';
import type { Write } from '../../shared/directory/dynamodb-expression.ts';
import type { DynamoDbTable } from '../../shared/directory/dynamodb-table.ts';
import type { UserId } from '../../shared/directory/ids.ts';
import { ITEM_VERSION, type UserItem } from '../../shared/directory/items.ts';
import { keys, listing } from '../../shared/directory/keys.ts';

const WRITES = 100;

/**
 * Users as the store keeps them once the worker has applied them, a millisecond apart, with their counts: a hundred in one
 * transaction, since 100,000 requests would take minutes. Claims and look-ups are left out: nobody looks for these users by name.
 */
export async function seedUsers(table: DynamoDbTable, connection: Connection, count: number): Promise<UserId[]> {
  const { id: c, target } = connection;
  const start = Date.now() - 10 * count;
  const users: UserId[] = [];
  for (let from = 0; from < count; from += WRITES) {
    const writes = Array.from({ length: Math.min(WRITES, count - from) }, (_, i): Write => {
      const id = randomUUID() as UserId;
      const created = new Date(start + from + i).toISOString();
      const userName = `user${from + i}@example.com`;
      users.push(id);
      const item: UserItem = {
        ...keys.user(c, id),
        v: ITEM_VERSION,
        type: 'user',
        connection: c,
        target: target.id,
        id,
        state: 'live',
        revision: 1,
        resource: JSON.stringify({ userName, name: { givenName: 'Ada', familyName: 'Lovelace' }, active: true }),
        userName,
        active: true,
        created,
        lastModified: created,
        ...listing.resources(c, 'User', created, id),
      };
      return { put: item };
    });
    await table.transact(writes);
  }
  // The number of all is the sum of the shards, whichever of them has counted whom.
  await table.update(keys.count(c, 'User', 0), { add: { n: count } });
  return users;
}
