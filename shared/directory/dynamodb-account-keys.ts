import type { AccountKeys } from './account-keys.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';

/** One small item beside the owner item of the name. */
export function dynamoDbAccountKeys(table: DynamoDbTable): AccountKeys {
  return {
    async read(target, name) {
      return (await table.get<{ readonly key: string }>(keys.accountKey(target, name)))?.key;
    },
    async remember(target, name, key) {
      await table.put({ ...keys.accountKey(target, name), v: ITEM_VERSION, type: 'accountKey', name, key });
    },
    async forget(target, name) {
      await table.transact([{ delete: keys.accountKey(target, name) }]);
    },
  };
}
