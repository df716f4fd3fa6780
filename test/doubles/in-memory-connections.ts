import {
  type Connection,
  ConnectionInUse,
  type Connections,
  SettingsConflict,
  type SettingsVersion,
  type Token,
} from '../../shared/directory/connection.ts';
import type { Directory } from '../../shared/directory/directory.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';

/** Connections and their tokens in plain maps. There is no worker beside this double: a connection without users and groups is done. */
export function inMemoryConnections({ users, groups }: Directory): Connections {
  const connections = new Map<ConnectionId, Connection>();
  const versions = new Map<ConnectionId, SettingsVersion[]>();
  const tokens = new Map<string, Token>();

  return {
    async create(connection) {
      if (connections.has(connection.id)) throw new Error('there is such a connection already');
      const made = { ...connection, settingsNumber: 1, markedSettingsNumber: 1 };
      connections.set(made.id, made);
      versions.set(made.id, [{ number: 1, settings: made.settings, at: made.created }]);
      return made;
    },

    get: async (id) => connections.get(id),

    list: async () => [...connections.values()].sort((a, b) => (`${a.created}#${a.id}` < `${b.created}#${b.id}` ? -1 : 1)),

    async update({ id, name, state, target }) {
      const known = connections.get(id);
      if (!known) throw new Error('there is no such connection');
      connections.set(id, { ...known, name, state, target });
    },

    async changeSettings({ id, settingsNumber, ...read }, settings, author) {
      const known = connections.get(id);
      if (known?.settingsNumber !== settingsNumber) throw new SettingsConflict(`the settings of ${read.name} have been changed since`);
      const number = settingsNumber + 1;
      connections.set(id, { ...known, settings, settingsNumber: number });
      versions.get(id)?.unshift({ number, settings, ...author });
      return { id, ...read, settings, settingsNumber: number };
    },

    async *settingsHistory(id) {
      yield* versions.get(id) ?? [];
    },

    settingsAt: async (id, wanted) => versions.get(id)?.find(({ number }) => number === wanted),

    async noteMarkedSettings(id, number) {
      const known = connections.get(id);
      if (known && number > known.markedSettingsNumber) connections.set(id, { ...known, markedSettingsNumber: number });
    },

    async delete(id) {
      const connection = connections.get(id);
      if (!connection) return;
      if ((await users.listing.count(connection)) + (await groups.listing.count(connection)) > 0) {
        throw new ConnectionInUse('the connection still has users or groups');
      }
      connections.delete(id);
      versions.delete(id);
      for (const token of [...tokens.values()]) if (token.connection === id) tokens.delete(token.digest);
    },

    async addToken(token) {
      tokens.set(token.digest, token);
    },

    async listTokens(connection) {
      const own = [...tokens.values()].filter((token) => token.connection === connection);
      return own.sort((a, b) => (`${a.created}#${a.digest}` < `${b.created}#${b.digest}` ? -1 : 1));
    },

    async revokeToken(connection, digest) {
      return tokens.get(digest)?.connection === connection && tokens.delete(digest);
    },

    async authenticate(digest, now) {
      const known = tokens.get(digest);
      if (!known || !(now.getTime() < Date.parse(known.expires))) return undefined;
      const connection = connections.get(known.connection);
      if (!connection) return undefined;
      const lastUsed = now.toISOString().slice(0, 10);
      const token = known.lastUsed === lastUsed ? known : { ...known, lastUsed };
      tokens.set(digest, token);
      return { connection, token };
    },
  };
}
