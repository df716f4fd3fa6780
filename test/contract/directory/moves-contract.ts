import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Connection, Token } from '../../../shared/directory/connection.ts';
import { dynamoDbMoves } from '../../../shared/directory/dynamodb-moves.ts';
import { MOST_TOKENS, MoveConflict } from '../../../shared/directory/moves.ts';
import { aConnection, type World } from './world.ts';

/** The switch that holds a connection. */
const BY = 'switch-1';
const NOW = new Date('2026-11-22T10:00:00.000Z');

/** Handing an identity provider from one connection to another: the table alone, since it is about its transactions. */
export function movesContract(opened: () => World): void {
  const moves = () => dynamoDbMoves(opened().table);
  const stateOf = async ({ id }: Connection) => {
    const found = await opened().connections.get(id);
    return { state: found?.state, copyOf: found?.copyOf };
  };
  async function connect(name: string): Promise<Connection> {
    return opened().connections.create({ ...aConnection(), name });
  }
  async function aToken(connection: Connection, label = 'Okta'): Promise<Token> {
    const times = { created: '2026-11-01T00:00:00.000Z', expires: '2027-11-01T00:00:00.000Z' };
    const token = { digest: randomBytes(32).toString('hex'), connection: connection.id, label, ...times };
    await opened().connections.addToken(token);
    return token;
  }

  describe('moves', () => {
    it('hand over all tokens at once, and the way back is the same', async () => {
      const [from, to] = [await connect('old'), await connect('new')];
      const tokens = await Promise.all(Array.from({ length: MOST_TOKENS }, (_, i) => aToken(from, `token ${i}`)));
      const whose = async () => {
        const found = await Promise.all(tokens.map(({ digest }) => opened().connections.authenticate(digest, NOW)));
        return new Set(found.map((known) => known?.connection.id));
      };
      expect(await whose()).toEqual(new Set([from.id]));
      await moves().beginCopy(from, to);
      await moves().beginCopy(from, to);
      expect(await stateOf(to)).toEqual({ state: 'disabled', copyOf: from.id });
      await moves().hold(from, BY);
      expect(await stateOf(from)).toEqual({ state: 'moving', copyOf: undefined });
      await moves().handOver(from, to, tokens, BY);
      expect(await whose()).toEqual(new Set([to.id]));
      expect(await opened().connections.listTokens(to.id)).toHaveLength(MOST_TOKENS);
      expect(await opened().connections.listTokens(from.id)).toEqual([]);
      expect(await stateOf(to)).toEqual({ state: 'active', copyOf: undefined });
      expect(await stateOf(from)).toEqual({ state: 'disabled', copyOf: to.id });

      // Who has begun to copy before does not make the one that serves now a copy of its copy.
      await expect(moves().beginCopy(from, to)).rejects.toThrow(/old is gone, or itself the copy/);
      expect(await stateOf(to)).toEqual({ state: 'active', copyOf: undefined });

      await moves().hold(to, BY);
      await moves().handOver(to, from, tokens, BY);
      expect(await whose()).toEqual(new Set([from.id]));
      expect(await stateOf(to)).toEqual({ state: 'disabled', copyOf: from.id });
    });

    it('hand over nothing where one of the conditions does not hold', async () => {
      const [from, to, third] = [await connect('old'), await connect('new'), await connect('third')];
      const token = await aToken(from);
      // Not the copy of anybody, and nobody held.
      await expect(moves().handOver(from, to, [token], BY)).rejects.toThrow(MoveConflict);
      await moves().beginCopy(from, to);
      await expect(moves().handOver(from, to, [token], BY)).rejects.toThrow(/ended the move of old/);
      await moves().hold(from, BY);
      await expect(moves().handOver(from, third, [token], BY)).rejects.toThrow(/third is not the copy of old/);
      const revoked = await aToken(from, 'revoked');
      await opened().connections.revokeToken(from.id, revoked.digest);
      await expect(moves().handOver(from, to, [token, revoked], BY)).rejects.toThrow(/the token revoked was revoked/);
      // Somebody has enabled the copy by hand: both would serve.
      await opened().connections.update({ ...to, state: 'active' });
      await expect(moves().handOver(from, to, [token], BY)).rejects.toThrow(MoveConflict);
      expect(await opened().connections.authenticate(token.digest, NOW)).toMatchObject({ connection: { id: from.id, state: 'moving' } });
    });

    it('refuse a second original of one copy, and to hold who serves nobody', async () => {
      const [from, to, third] = [await connect('old'), await connect('new'), await connect('third')];
      await moves().beginCopy(from, to);
      await expect(moves().beginCopy(third, to)).rejects.toThrow(MoveConflict);
      await expect(moves().hold(to, BY)).rejects.toThrow(MoveConflict);
      expect(await moves().release(from, BY)).toBe(false);
      await moves().hold(from, BY);
      expect(await moves().release(from, BY)).toBe(true);
      expect(await stateOf(from)).toEqual({ state: 'active', copyOf: undefined });
    });

    it('hand over nothing that was held by somebody else, or not all the time', async () => {
      const [from, to] = [await connect('old'), await connect('new')];
      const token = await aToken(from);
      await moves().beginCopy(from, to);
      await moves().hold(from, BY);
      // An administrator ends it and another switch begins: in between requests were let in, which this one has not copied.
      expect(await moves().release(from, BY)).toBe(true);
      await moves().hold(from, 'switch-2');
      await expect(moves().handOver(from, to, [token], BY)).rejects.toThrow(/ended the move of old meanwhile, or begun it anew/);
      expect(await moves().release(from, BY)).toBe(false);
      expect(await stateOf(from)).toEqual({ state: 'moving', copyOf: undefined });
      await moves().handOver(from, to, [token], 'switch-2');
      expect(await stateOf(to)).toEqual({ state: 'active', copyOf: undefined });
    });

    it('let who authenticates at that very moment in, by the connection that serves then', async () => {
      const [from, to] = [await connect('old'), await connect('new')];
      const token = await aToken(from);
      await moves().beginCopy(from, to);
      await moves().hold(from, BY);
      // The token was read before, the connection is read after.
      opened().faults.before = async (operation) => {
        if (operation !== 'GetItem') return;
        opened().faults.before = undefined;
        await moves().handOver(from, to, [token], BY);
      };
      const known = await opened().connections.authenticate(token.digest, NOW);
      expect(opened().faults.before).toBeUndefined();
      expect(known).toMatchObject({ connection: { id: to.id, state: 'active' }, token: { connection: to.id } });
    });
  });
}
