import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Connection, ConnectionInUse, SettingsConflict, type Token } from '../../../shared/directory/connection.ts';
import { type Key, keys } from '../../../shared/directory/keys.ts';
import { settingsOf } from '../../settings-of.ts';
import { requestsOf } from './faults.ts';
import { aConnection, aContext, collect, createUser, type PortWorld, type World } from './world.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');

function aToken(connection: Connection, changes: Partial<Token> = {}): Token {
  return {
    digest: randomBytes(32).toString('hex'),
    connection: connection.id,
    label: 'Okta production',
    created: '2026-11-01T00:00:00.000Z',
    expires: '2027-11-01T00:00:00.000Z',
    ...changes,
  };
}

/** What every directory does, the double too. */
export function connectionsContract(opened: () => PortWorld): void {
  const connections = () => opened().connections;

  describe('connections', () => {
    it('are created, read, listed in order of creation and changed', async () => {
      const one = { ...aConnection(), created: '2026-01-02T00:00:00.000Z' };
      const two = { ...aConnection(), created: '2026-01-01T00:00:00.000Z' };
      for (const connection of [one, two]) await connections().create(connection);
      expect(await connections().get(one.id)).toEqual(one);
      expect(await connections().get(aConnection().id)).toBeUndefined();
      expect((await connections().list()).filter(({ id }) => id === one.id || id === two.id)).toEqual([two, one]);
      const changed: Connection = {
        ...one,
        state: 'disabled',
        name: 'Entra',
        target: { ...one.target, baseUrl: 'https://wiki.example.com' },
      };
      // Settings go another way: an update made from what was read before a change of them must not take it back.
      await connections().update({ ...changed, settings: settingsOf({ mode: 'strict' }), settingsNumber: 7 } as Connection);
      expect(await connections().get(one.id)).toEqual(changed);
    });

    it('are not created twice under one id, and not brought into being by an update', async () => {
      const connection = aConnection();
      await expect(connections().update(connection)).rejects.toThrow();
      expect(await connections().get(connection.id)).toBeUndefined();
      await connections().create(connection);
      await expect(connections().create({ ...connection, name: 'other' })).rejects.toThrow();
      expect(await connections().get(connection.id)).toEqual(connection);
    });
  });

  describe('settings', () => {
    const author = { by: 'pat', at: '2026-11-22T10:00:00.000Z' };
    const strict = settingsOf({ mode: 'strict' });
    const byEmail = settingsOf({ users: { linking: 'email' } });

    it('get a number at each change, and what they were before stays, newest first', async () => {
      const connection = await connections().create(aConnection());
      const { id, settings, created } = connection;
      const first = { number: 1, settings, at: created };
      expect(connection).toMatchObject({ settingsNumber: 1, markedSettingsNumber: 1 });
      expect(await collect(connections().settingsHistory(id))).toEqual([first]);
      expect(await connections().settingsAt(id, 1)).toEqual(first);

      const second = await connections().changeSettings(connection, strict, author);
      expect(second).toEqual({ ...connection, settings: strict, settingsNumber: 2 });
      expect(await connections().get(id)).toEqual(second);
      await connections().changeSettings(second, byEmail, { ...author, note: 'ticket 12' });
      expect(await collect(connections().settingsHistory(id))).toEqual([
        { number: 3, settings: byEmail, ...author, note: 'ticket 12' },
        { number: 2, settings: strict, ...author },
        first,
      ]);
      for (const [number, expected] of [settings, strict, byEmail].entries())
        expect((await connections().settingsAt(id, number + 1))?.settings).toEqual(expected);
      expect(await connections().settingsAt(id, 4)).toBeUndefined();
      expect(await connections().settingsAt(aConnection().id, 1)).toBeUndefined();
      expect(await collect(connections().settingsHistory(aConnection().id))).toEqual([]);
    });

    it('stay in order past nine changes', async () => {
      let connection = await connections().create(aConnection());
      for (let i = 1; i <= 11; i++)
        connection = await connections().changeSettings(connection, settingsOf({ requestsPerSecond: i }), author);
      const numbers = (await collect(connections().settingsHistory(connection.id))).map(({ number }) => number);
      expect(numbers).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    });

    it('are changed only from what they are: of two changes made from the same ones, one is refused and has changed nothing', async () => {
      const connection = await connections().create(aConnection());
      const both = await Promise.allSettled([strict, byEmail].map((each) => connections().changeSettings(connection, each, author)));
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      for (const each of both) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(SettingsConflict);
      const [won] = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(await connections().get(connection.id)).toEqual(won);
      expect(await collect(connections().settingsHistory(connection.id))).toHaveLength(2);
      await expect(connections().changeSettings(aConnection(), strict, author)).rejects.toBeInstanceOf(SettingsConflict);
    });

    it('do not change with name, state and target, nor those with them', async () => {
      const connection = await connections().create(aConnection());
      await connections().changeSettings(connection, strict, author);
      await connections().update({ ...connection, state: 'disabled' });
      const read = await connections().get(connection.id);
      expect(read).toEqual({ ...connection, state: 'disabled', settings: strict, settingsNumber: 2 });
      await connections().changeSettings({ ...connection, settingsNumber: 2 }, byEmail, author);
      expect(await connections().get(connection.id)).toMatchObject({ state: 'disabled', settings: byEmail, settingsNumber: 3 });
    });

    it('have the number up to which what they affect is marked; it only goes up', async () => {
      const { id } = await connections().create(aConnection());
      const marked = async () => (await connections().get(id))?.markedSettingsNumber;
      for (const [noted, expected] of [
        [3, 3],
        [2, 3],
        [4, 4],
      ] as const) {
        await connections().noteMarkedSettings(id, noted);
        expect(await marked()).toBe(expected);
      }
      const nobody = aConnection().id;
      await connections().noteMarkedSettings(nobody, 2);
      expect(await connections().get(nobody)).toBeUndefined();
    });
  });

  describe('bearer tokens (RFC 6750)', () => {
    it.each([
      ['2026-11-22T10:00:00.000Z', 'has just expired'],
      ['not a date', 'has an expiry that nobody can read'],
    ])('are refused with expires %j: it %s', async (expires) => {
      const connection = aConnection();
      const token = aToken(connection, { expires });
      await connections().create(connection);
      await connections().addToken(token);
      expect(await connections().authenticate(token.digest, NOW)).toBeUndefined();
    });

    it('are asked for at each request: nothing of them or of their connection is remembered but which belong together', async () => {
      const [first, second] = [aConnection(), aConnection()];
      const token = aToken(first);
      const same = connections();
      for (const connection of [first, second]) await same.create(connection);
      await same.addToken(token);
      expect(await same.authenticate(token.digest, NOW)).toMatchObject({ connection: first });
      await connections().update({ ...first, state: 'disabled' });
      expect(await same.authenticate(token.digest, NOW)).toMatchObject({ connection: { id: first.id, state: 'disabled' } });
      await connections().revokeToken(first.id, token.digest);
      expect(await same.authenticate(token.digest, NOW)).toBeUndefined();
      await connections().addToken({ ...token, connection: second.id });
      expect(await same.authenticate(token.digest, NOW)).toMatchObject({ connection: second });
    });

    it('are refused when unknown, and from the moment they are revoked', async () => {
      const connection = aConnection();
      const [token, other] = [aToken(connection, { label: 'a' }), aToken(connection, { label: 'b', created: '2026-11-02T00:00:00.000Z' })];
      await connections().create(connection);
      for (const each of [other, token]) await connections().addToken(each);
      expect(await connections().listTokens(connection.id)).toEqual([token, other]);
      expect(await connections().authenticate('0'.repeat(64), NOW)).toBeUndefined();
      expect(await connections().revokeToken(aConnection().id, token.digest)).toBe(false);
      expect(await connections().revokeToken(connection.id, token.digest)).toBe(true);
      expect(await connections().revokeToken(connection.id, token.digest)).toBe(false);
      expect(await connections().authenticate(token.digest, NOW)).toBeUndefined();
      expect(await connections().authenticate(other.digest, NOW)).toBeDefined();
    });

    it('of a disabled connection are known: the caller decides', async () => {
      const connection: Connection = { ...aConnection(), state: 'disabled' };
      const token = aToken(connection);
      await connections().create(connection);
      await connections().addToken(token);
      expect(await connections().authenticate(token.digest, NOW)).toMatchObject({ connection });
    });
  });
}

/** What only a table has: items, requests, faults. */
export function connectionsInTableContract(opened: () => World): void {
  const connections = () => opened().connections;

  describe('connections', () => {
    it('refuse settings that this version does not know', async () => {
      const connection = aConnection();
      await connections().create(connection);
      const settings = { ...connection.settings, version: 3 };
      await opened().table.update(keys.connection(connection.id), { set: { settings } });
      await expect(connections().get(connection.id)).rejects.toThrow();
    });

    it('that were made before settings had numbers have number 1, and keep it at the first change', async () => {
      const connection = await connections().create(aConnection());
      const key = keys.connection(connection.id);
      const { settingsNumber: _, markedSettingsNumber: __, ...item } = (await opened().table.get<Connection & Key>(key)) ?? connection;
      await opened().table.put({ ...key, ...item, settings: { version: 1, linking: 'never' } });
      const read = await connections().get(connection.id);
      expect(read).toEqual(connection);
      const author = { by: 'pat', at: '2026-11-22T10:00:00.000Z' };
      await connections().changeSettings(read ?? connection, settingsOf({ mode: 'strict' }), author);
      expect((await collect(connections().settingsHistory(connection.id))).map(({ number, by }) => [number, by])).toEqual([
        [2, 'pat'],
        [1, undefined],
      ]);
    });

    it('are deleted with their tokens and settings when nobody is left in them', async () => {
      const world = opened();
      const connection = await connections().create(aConnection());
      const token = aToken(connection);
      await connections().changeSettings(connection, settingsOf({ mode: 'strict' }), { by: 'pat', at: connection.created });
      await connections().addToken(token);
      const user = await createUser(world, connection, { userName: 'last' });
      await markApplied(world, connection, user.id);
      await expect(connections().delete(connection.id)).rejects.toBeInstanceOf(ConnectionInUse);
      await world.directory.users.delete(aContext(connection), user);
      await expect(connections().delete(connection.id)).rejects.toThrow('have not reached the target');
      expect(await connections().authenticate(token.digest, NOW)).toBeDefined();
      await markApplied(world, connection, user.id);
      await connections().delete(connection.id);
      expect(await connections().get(connection.id)).toBeUndefined();
      expect(await connections().settingsAt(connection.id, 2)).toBeUndefined();
      expect(await collect(world.table.queryAll({ pk: keys.connection(connection.id).pk }))).toEqual([]);
      expect(await connections().listTokens(connection.id)).toEqual([]);
      expect(await connections().authenticate(token.digest, NOW)).toBeUndefined();
    });
  });

  describe('bearer tokens (RFC 6750)', () => {
    it('decide the connection in two requests, from then on in one, and note the day of their use once', async () => {
      const connection = aConnection();
      const token = aToken(connection);
      await connections().create(connection);
      await connections().addToken(token);
      const { faults } = opened();
      const same = connections();
      const authenticate = (now: Date) => requestsOf(faults, () => same.authenticate(token.digest, now));
      expect(await authenticate(NOW)).toEqual(['BatchGetItem', 'GetItem', 'UpdateItem']);
      expect(await authenticate(NOW)).toEqual(['BatchGetItem']);
      expect(await authenticate(new Date('2026-11-23T00:00:00.000Z'))).toEqual(['BatchGetItem', 'UpdateItem']);
      const known = await connections().authenticate(token.digest, NOW);
      expect(known).toEqual({ connection, token: { ...token, lastUsed: '2026-11-22' } });
    });

    it('let the request through when the day can not be noted', async () => {
      const world = opened();
      const connection = aConnection();
      const token = aToken(connection);
      await connections().create(connection);
      await connections().addToken(token);
      world.faults.before = async (operation) => {
        if (operation === 'UpdateItem') throw Object.assign(new Error('injected'), { name: 'ThrottlingException' });
      };
      try {
        expect(await connections().authenticate(token.digest, NOW)).toMatchObject({ connection });
      } finally {
        world.faults.before = undefined;
      }
    });

    it('stay revoked when they were in use at that moment', async () => {
      const world = opened();
      const connection = aConnection();
      const token = aToken(connection);
      await connections().create(connection);
      await connections().addToken(token);
      world.faults.before = async (operation) => {
        if (operation === 'UpdateItem') await connections().revokeToken(connection.id, token.digest);
      };
      try {
        expect(await connections().authenticate(token.digest, NOW)).toBeDefined();
      } finally {
        world.faults.before = undefined;
      }
      expect(await world.table.get(keys.token(token.digest))).toBeUndefined();
    });
  });
}

async function markApplied(world: World, connection: Connection, id: Parameters<typeof keys.user>[1]): Promise<void> {
  await world.table.update(keys.user(connection.id, id), { remove: ['marker', 'pendingPk', 'pendingSk'] });
}
