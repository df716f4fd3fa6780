import { timingSafeEqual } from 'node:crypto';
import type { Connection, Connections, NewConnection, Token } from './connection.ts';
import { ConditionFailed, DirectoryBusy, type DynamoDbTable } from './dynamodb-table.ts';
import type { ConnectionId } from './ids.ts';
import { ITEM_VERSION } from './items.ts';
import { indexes, type Key, keys, listing } from './keys.ts';
import type { StoredSettings } from './parse-settings.ts';
import { absent } from './resource-write.ts';

type Tokens = Pick<Connections, 'addToken' | 'listTokens' | 'revokeToken' | 'authenticate'>;
type TokenItem = Token & Key;
export type ConnectionItem = Omit<NewConnection, 'settings'> & { readonly settings: StoredSettings } & Partial<
    Pick<Connection, 'settingsNumber' | 'markedSettingsNumber'>
  > &
  Key & { readonly listPk: string; readonly listSk: string };

/** So many tokens are in use at once with room to spare; the one noted first is forgotten for the next. */
const NOTED_TOKENS = 1_000;

/**
 * The bearer tokens, by the digest of their random bits. Token and connection are read at each request: a revoked token stops at
 * once. Noted is only which connection a token named when it was last valid, so that both can be read in one request.
 */
export function dynamoDbTokens(table: DynamoDbTable, toConnection: (item: ConnectionItem) => Connection): Tokens {
  const noted = new Map<string, ConnectionId>();

  /** A move may hand the token over between the two reads: what is read of a copy is read again, and is the one that serves then. */
  async function tokenWithConnection(digest: string): Promise<{ token?: TokenItem; connection?: ConnectionItem }> {
    const read = await readBoth(digest);
    return read.connection?.copyOf === undefined ? read : readBoth(digest);
  }

  /** Each as it is now, strongly consistent, but not both of one moment; the connection only if it is the token's. */
  async function readBoth(digest: string): Promise<{ token?: TokenItem; connection?: ConnectionItem }> {
    const expected = noted.get(digest);
    const found = await table.batchGet<TokenItem | ConnectionItem>([keys.token(digest), ...(expected ? [keys.connection(expected)] : [])]);
    const token = found.find((item): item is TokenItem => 'digest' in item);
    if (!token) return {};
    const connection =
      token.connection === expected
        ? found.find((item): item is ConnectionItem => !('digest' in item))
        : await table.get<ConnectionItem>(keys.connection(token.connection));
    return { token, ...(connection && { connection }) };
  }

  function note(digest: string, connection: ConnectionId): void {
    const [first] = noted.keys();
    if (!noted.has(digest) && noted.size >= NOTED_TOKENS && first !== undefined) noted.delete(first);
    noted.set(digest, connection);
  }

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
      const { token, connection } = await tokenWithConnection(digest);
      if (!token || !isSameDigest(token.digest, digest) || !(now.getTime() < Date.parse(token.expires)) || !connection) return undefined;
      note(digest, token.connection);
      return { connection: toConnection(connection), token: await noteUse(toToken(token), now) };
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
