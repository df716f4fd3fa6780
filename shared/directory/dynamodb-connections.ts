import { commit } from './commit.ts';
import { type Connection, ConnectionInUse, type Connections } from './connection.ts';
import type { Condition } from './dynamodb-expression.ts';
import { dynamoDbSettingsHistory, FIRST_SETTINGS, forgetSettings } from './dynamodb-settings-history.ts';
import type { DynamoDbTable } from './dynamodb-table.ts';
import { type ConnectionItem, dynamoDbTokens } from './dynamodb-tokens.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { heldPartition, indexes, type Key, keys, listing, parkedPartition, pendingPartitions, plannedPartitions } from './keys.ts';
import { settingsParser, storedSettings } from './parse-settings.ts';
import { countKeys } from './resource-count.ts';
import { absent } from './resource-write.ts';

const NOBODY: Condition = { expression: 'attribute_not_exists(#n) OR #n = :none', values: { ':none': 0 } };

/**
 * Connections and their tokens in the table. The settings are parsed at each read, so that a document of an older or newer version
 * is an error and not a guess. @throws ZodError for settings that are not valid
 */
export function dynamoDbConnections(table: DynamoDbTable): Connections {
  const parseSettings = settingsParser();

  function toConnection({ id, name, state, created, target, settings, copyOf, ...numbers }: ConnectionItem): Connection {
    const { settingsNumber = FIRST_SETTINGS, markedSettingsNumber = FIRST_SETTINGS } = numbers;
    const known = { id, name, state, created, target, settings: parseSettings(id, settings), settingsNumber, markedSettingsNumber };
    return copyOf === undefined ? known : { ...known, copyOf };
  }

  async function get(id: ConnectionId): Promise<Connection | undefined> {
    const item = await table.get<ConnectionItem>(keys.connection(id));
    return item && toConnection(item);
  }

  /** The index lags: a connection made in the last moments may be missing. */
  async function list(): Promise<Connection[]> {
    const wanted: Key[] = [];
    const { listPk } = listing.connections('', '' as ConnectionId);
    for await (const { pk, sk } of table.queryAll<Key>({ pk: listPk, index: indexes.listing })) wanted.push({ pk, sk });
    const items = await table.batchGet<ConnectionItem>(wanted);
    return items.sort((a, b) => (a.listSk < b.listSk ? -1 : 1)).map(toConnection);
  }

  const tokens = dynamoDbTokens(table, toConnection);
  const history = dynamoDbSettingsHistory(table, get);
  return {
    ...tokens,
    ...history,
    get,
    list,

    async create(given) {
      const { id, created } = given;
      const connection = { ...given, settingsNumber: FIRST_SETTINGS, markedSettingsNumber: FIRST_SETTINGS };
      const item = {
        ...keys.connection(id),
        v: ITEM_VERSION,
        type: 'connection',
        ...connection,
        settings: storedSettings(given.settings),
        ...listing.connections(created, id),
      };
      await commit(table, [{ write: { put: item, condition: absent } }]);
      return connection;
    },

    async update({ id, name, state, target }) {
      const condition = { expression: 'attribute_exists(#pk)' };
      await commit(table, [{ write: { update: keys.connection(id), change: { set: { name, state, target } }, condition } }]);
    },

    async delete(id) {
      const connection = await get(id);
      if (!connection) return;
      if (await hasUnapplied(table, connection)) throw new ConnectionInUse('changes of the connection have not reached the target yet');
      const counts = [...countKeys(id, 'User'), ...countKeys(id, 'Group')];
      await commit(table, [
        { write: { delete: keys.connection(id) } },
        { write: { delete: keys.brake(id) } },
        ...counts.map((key) => ({
          write: { delete: key, condition: NOBODY },
          otherwise: (options: ErrorOptions) => new ConnectionInUse('the connection still has users or groups', options),
        })),
      ]);
      // Without their connection the tokens open nothing already.
      for (const { digest } of await tokens.listTokens(id)) await tokens.revokeToken(id, digest);
      await forgetSettings(table, id);
    },
  };
}

/** True while a change of the connection is pending, parked, held or planned by a dry run: without the connection, the worker could not apply it. */
async function hasUnapplied(table: DynamoDbTable, { id, target }: Connection): Promise<boolean> {
  // What an administrator has rejected stays in the target by their own decision.
  for (const pk of [...pendingPartitions(target.id), ...plannedPartitions(id), parkedPartition(target.id), heldPartition(id, 'held')]) {
    const entries = table.queryAll<{ connection?: ConnectionId }>({ pk, index: indexes.pending });
    for await (const { connection } of entries) if (connection === id) return true;
  }
  return false;
}
