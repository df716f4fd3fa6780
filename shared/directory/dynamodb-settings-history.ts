import { Settings } from '../provisioning/settings/settings.ts';
import { commit, TRANSACTION_WRITES } from './commit.ts';
import { type Connection, type Connections, type SettingsAuthor, SettingsConflict, type SettingsVersion } from './connection.ts';
import { ConditionFailed, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { type Key, keys, SETTINGS_PREFIX } from './keys.ts';
import { storedSettings } from './parse-settings.ts';

type SettingsHistory = Pick<Connections, 'changeSettings' | 'settingsHistory' | 'settingsAt' | 'noteMarkedSettings'>;

interface SettingsItem extends Key, Partial<SettingsAuthor> {
  readonly number: number;
  readonly document: string;
  readonly at: string;
}

/** The number of the settings that a connection is made with. */
export const FIRST_SETTINGS = 1;

/**
 * The settings of connections, and every document that they were: one item each beside the connection's, written with it in one
 * transaction. The first documents are kept from the first change on; until then the connection has them.
 */
export function dynamoDbSettingsHistory(table: DynamoDbTable, get: (id: ConnectionId) => Promise<Connection | undefined>): SettingsHistory {
  return {
    async changeSettings(read, settings, author) {
      const { id, settingsNumber } = read;
      const changed = { ...read, settings, settingsNumber: settingsNumber + 1 };
      const isFirst = settingsNumber === FIRST_SETTINGS;
      const condition = {
        // A connection made before settings had numbers has none.
        expression: isFirst
          ? 'attribute_exists(#pk) AND (attribute_not_exists(#settingsNumber) OR #settingsNumber = :read)'
          : '#settingsNumber = :read',
        values: { ':read': settingsNumber },
      };
      const otherwise = (options: ErrorOptions) =>
        new SettingsConflict(
          `the settings of ${read.name} have been changed since: they are not number ${settingsNumber} any more`,
          options,
        );
      await commit(table, [
        {
          write: {
            update: keys.connection(id),
            change: { set: { settings: storedSettings(settings), settingsNumber: changed.settingsNumber } },
            condition,
          },
          otherwise,
        },
        ...(isFirst ? [{ write: { put: itemOf(id, firstOf(read)) } }] : []),
        { write: { put: itemOf(id, { number: changed.settingsNumber, settings, ...author }) } },
      ]);
      return changed;
    },

    async *settingsHistory(id) {
      const connection = await get(id);
      if (!connection) return;
      if (connection.settingsNumber === FIRST_SETTINGS) return yield firstOf(connection);
      const query = { pk: keys.connection(id).pk, beginsWith: SETTINGS_PREFIX, backwards: true };
      for await (const item of table.queryAll<SettingsItem>(query)) yield toVersion(item);
    },

    async settingsAt(id, number) {
      const connection = await get(id);
      if (connection?.settingsNumber === number && number === FIRST_SETTINGS) return firstOf(connection);
      const item = await table.get<SettingsItem>(keys.settings(id, number));
      return item && toVersion(item);
    },

    async noteMarkedSettings(id, markedSettingsNumber) {
      const condition = {
        expression: 'attribute_exists(#pk) AND (attribute_not_exists(#markedSettingsNumber) OR #markedSettingsNumber < :number)',
        values: { ':number': markedSettingsNumber },
      };
      try {
        await table.update(keys.connection(id), { set: { markedSettingsNumber } }, condition);
      } catch (error) {
        // Noted already, or nobody's any more.
        if (!(error instanceof ConditionFailed)) throw error;
      }
    },
  };
}

/** Deletes every document that a connection's settings were, after the connection: they name people and groups. */
export async function forgetSettings(table: DynamoDbTable, id: ConnectionId): Promise<void> {
  const found: Key[] = [];
  const query = { pk: keys.connection(id).pk, beginsWith: SETTINGS_PREFIX, attributes: ['pk', 'sk'] };
  for await (const { pk, sk } of table.queryAll<Key>(query)) found.push({ pk, sk });
  for (let i = 0; i < found.length; i += TRANSACTION_WRITES)
    await table.transact(found.slice(i, i + TRANSACTION_WRITES).map((key) => ({ delete: key })));
}

function firstOf({ settings, created }: Connection): SettingsVersion {
  return { number: FIRST_SETTINGS, settings, at: created };
}

function itemOf(id: ConnectionId, { number, settings, at, by, note }: SettingsVersion) {
  return { ...keys.settings(id, number), v: ITEM_VERSION, type: 'settings', number, document: storedSettings(settings), at, by, note };
}

function toVersion({ number, document, at, by, note }: SettingsItem): SettingsVersion {
  return {
    number,
    settings: Settings.parse(JSON.parse(document)),
    at,
    ...(by !== undefined && { by }),
    ...(note !== undefined && { note }),
  };
}
