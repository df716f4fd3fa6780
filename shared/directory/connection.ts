import type { Settings } from '../provisioning/settings/settings.ts';
import type { TargetAddress } from '../targets/target-address.ts';
import type { ConnectionId, TargetId } from './ids.ts';

/** One IdP tenant. The bearer token decides the connection, never the path. */
export interface Connection {
  readonly id: ConnectionId;
  readonly name: string;
  /** 'moving': for the moments in which its tokens are handed to another connection; its requests are told to come again (503). */
  readonly state: 'active' | 'moving' | 'disabled';
  readonly created: string;
  readonly target: TargetAddress & { readonly id: TargetId };
  readonly settings: Settings;
  /** Counts the changes of the settings: 1 for those that it was made with. */
  readonly settingsNumber: number;
  /** The number of the settings after which what they affect was last marked as pending. Lower: that is still to be done. */
  readonly markedSettingsNumber: number;
  /** It serves nobody, and is given what this other connection has (decision 26). */
  readonly copyOf?: ConnectionId;
}

/** Who changes settings, when, and why if they say so. */
export interface SettingsAuthor {
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly note?: string;
}

/** Settings as they were at some time. Nobody is noted for those that a connection was made with. */
export interface SettingsVersion extends Omit<SettingsAuthor, 'by'> {
  readonly number: number;
  readonly settings: Settings;
  readonly by?: string;
}

/** Its settings are number 1, and affect nobody yet. */
export type NewConnection = Omit<Connection, 'settingsNumber' | 'markedSettingsNumber'>;

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

/** Thrown when settings are to be changed that have been changed since they were read. Nothing was written. */
export class SettingsConflict extends Error {
  override readonly name = 'SettingsConflict';
}

/** Connections and their tokens. Authentication reads both in at most two requests. */
export interface Connections {
  create(connection: NewConnection): Promise<Connection>;
  get(id: ConnectionId): Promise<Connection | undefined>;
  list(): Promise<Connection[]>;
  /** Changes name, state and target; settings only `changeSettings` changes. */
  update(connection: Pick<Connection, 'id' | 'name' | 'state' | 'target'>): Promise<void>;
  /**
   * Gives the connection these settings and the next number, and keeps both in its history, in one transaction.
   * @param read the connection as the settings were made from
   * @throws SettingsConflict when it has other settings by now
   */
  changeSettings(read: Connection, settings: Settings, author: SettingsAuthor): Promise<Connection>;
  /** Newest first, the present ones included. @throws ZodError at one that this version can't read */
  settingsHistory(id: ConnectionId): AsyncIterable<SettingsVersion>;
  settingsAt(id: ConnectionId, number: number): Promise<SettingsVersion | undefined>;
  /** What the settings up to this number affect is marked as pending. A lower number than noted changes nothing. */
  noteMarkedSettings(id: ConnectionId, number: number): Promise<void>;
  /** @throws ConnectionInUse if the connection still has users or groups: their access must be removed first. */
  delete(id: ConnectionId): Promise<void>;

  addToken(token: Token): Promise<void>;
  listTokens(connection: ConnectionId): Promise<Token[]>;
  /** True if there was such a token. */
  revokeToken(connection: ConnectionId, digest: string): Promise<boolean>;
  /** The connection of a presented token; undefined if unknown or expired at `now`. Disabled connections are returned: the caller decides. */
  authenticate(digest: string, now: Date): Promise<{ connection: Connection; token: Token } | undefined>;
}
