import { timingSafeEqual } from 'node:crypto';
import type { Connection, Connections, Token } from './connection.ts';
import { ConditionFailed, DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { indexes, type Key, keys, listing } from './keys.ts';
import { absent } from './resource-write.ts';

type Tokens = Pick<Connections, 'addToken' | 'listTokens' | 'revokeToken' | 'authenticate'>;
type TokenItem = Token & Key;

/** The bearer tokens, by the digest of their random bits. Nothing is cached: a revoked token stops at once. */
export function dynamoDbTokens(table: DynamoDbTable, getConnection: (id: ConnectionId) => Promise<Connection | undefined>): Tokens {
  /** One write a day, awaited since a function is frozen after its answer. Not worth failing a request for. */
  async function noteUse(token: Token, now: Date): Promise<Token> {
    const lastUsed = now.toISOString().slice(0, 10);
    if (token.lastUsed === lastUsed) return token;
    try {
      // The condition keeps a token that was revoked this moment from coming back as an item of its own.
      await table.update(keys.token(token.digest), { set: { lastUsed } }, { expression: 'attribute_exists(#pk)' });
    } catch (error) {
      if (!(error instanceof ConditionFailed || error instanceof DirectoryBusy)) throw error;
    }
    return { ...token, lastUsed };
  }

  return {
    async addToken(token) {
      const { digest, connection, created } = token;
      const item = { ...keys.token(digest), v: ITEM_VERSION, type: 'token', ...token, ...listing.tokens(connection, created, digest) };
      await table.transact([{ put: item, condition: absent }]);
    },

    async listTokens(connection) {
      const wanted: Key[] = [];
      const { listPk } = listing.tokens(connection, '', '');
      for await (const { pk, sk } of table.queryAll<Key>({ pk: listPk, index: indexes.listing })) wanted.push({ pk, sk });
      const tokens = (await table.batchGet<TokenItem>(wanted)).map(toToken);
      return tokens.sort((a, b) => (`${a.created}#${a.digest}` < `${b.created}#${b.digest}` ? -1 : 1));
    },

    async revokeToken(connection, digest) {
      try {
        const condition = { expression: '#connection = :connection', values: { ':connection': connection } };
        await table.transact([{ delete: keys.token(digest), condition }]);
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    async authenticate(digest, now) {
      const item = await table.get<TokenItem>(keys.token(digest));
      if (!item || !isSameDigest(item.digest, digest) || !(now.getTime() < Date.parse(item.expires))) return undefined;
      const connection = await getConnection(item.connection);
      return connection && { connection, token: await noteUse(toToken(item), now) };
    },
  };
}

/** In constant time (invariant 9), although the look-up by key has decided already. */
function isSameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function toToken({ digest, connection, label, created, expires, lastUsed }: TokenItem): Token {
  return { digest, connection, label, created, expires, ...(lastUsed !== undefined && { lastUsed }) };
}
