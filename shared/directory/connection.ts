import type { Settings } from '../provisioning/settings/settings.ts';
import type { ConnectionId, TargetId } from './ids.ts';

/** One IdP tenant. The bearer token decides the connection, never the path. */
export interface Connection {
  readonly id: ConnectionId;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly created: string;
  readonly target: { readonly id: TargetId; readonly kind: 'data-center'; readonly baseUrl: string };
  readonly settings: Settings;
}

/** What is known of a bearer token; the token itself is never stored. `digest` is the SHA-256 of its 256 random bits, in hex. */
export interface Token {
  readonly digest: string;
  readonly connection: ConnectionId;
  readonly label: string;
  readonly created: string;
  readonly expires: string;
  /** The day it was last used, YYYY-MM-DD: one write a day. */
  readonly lastUsed?: string;
}

/** Thrown when a connection can't be deleted: it still has users or groups, or removals that have not reached the target. */
export class ConnectionInUse extends Error {
  override readonly name = 'ConnectionInUse';
}

/** Connections and their tokens. Authentication reads both in at most two requests. */
export interface Connections {
  create(connection: Connection): Promise<void>;
  get(id: ConnectionId): Promise<Connection | undefined>;
  list(): Promise<Connection[]>;
  update(connection: Connection): Promise<void>;
  /** @throws ConnectionInUse if the connection still has users or groups: their access must be removed first. */
  delete(id: ConnectionId): Promise<void>;

  addToken(token: Token): Promise<void>;
  listTokens(connection: ConnectionId): Promise<Token[]>;
  /** True if there was such a token. */
  revokeToken(connection: ConnectionId, digest: string): Promise<boolean>;
  /** The connection of a presented token; undefined if unknown or expired at `now`. Disabled connections are returned: the caller decides. */
  authenticate(digest: string, now: Date): Promise<{ connection: Connection; token: Token } | undefined>;
}
