import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Connection, ConnectionInUse, type Token } from '../../../shared/directory/connection.ts';
import { keys } from '../../../shared/directory/keys.ts';
import { requestsOf } from './faults.ts';
import { aConnection, aContext, createUser, type PortWorld, type World } from './world.ts';

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
        settings: { ...one.settings, mode: 'strict', users: { ...one.settings.users, linking: 'email' } },
      };
      await connections().update(changed);
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

    it('are deleted with their tokens when nobody is left in them', async () => {
      const world = opened();
      const connection = aConnection();
      const token = aToken(connection);
      await connections().create(connection);
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
