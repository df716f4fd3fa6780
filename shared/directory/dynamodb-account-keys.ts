import type { AccountKeys } from './account-keys.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import type { TargetId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';

/** A small item beside the owner item of the name, and one that leads from the key to the name. */
export function dynamoDbAccountKeys(table: DynamoDbTable): AccountKeys {
  const read = async (target: TargetId, name: string) => (await table.get<{ readonly key: string }>(keys.accountKey(target, name)))?.key;
  const namesOf = async (target: TargetId, wanted: readonly string[]) => {
    const items = await table.batchGet<{ readonly key: string; readonly name: string }>(wanted.map((key) => keys.accountName(target, key)));
    return new Map(items.map(({ key, name }) => [key, name]));
  };

  /** What leads from a key to this name; nothing where it leads to another one by now. */
  const wayBack = async (target: TargetId, name: string, key: string | undefined) =>
    key !== undefined && (await namesOf(target, [key])).get(key) === name ? [{ delete: keys.accountName(target, key) }] : [];

  return {
    read,
    namesOf,
    async remember(target, name, key) {
      const kept = await read(target, name);
      const item = { v: ITEM_VERSION, name, key };
      await table.transact([
        { put: { ...keys.accountKey(target, name), ...item, type: 'accountKey' } },
        { put: { ...keys.accountName(target, key), ...item, type: 'accountName' } },
        ...(kept === key ? [] : await wayBack(target, name, kept)),
      ]);
    },
    async forget(target, name) {
      const back = await wayBack(target, name, await read(target, name));
      await table.transact([{ delete: keys.accountKey(target, name) }, ...back]);
    },
  };
}
