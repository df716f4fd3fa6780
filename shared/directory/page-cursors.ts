import type { Connection } from './connection.ts';

/**
 * What a cursor stands for (RFC 9865 §2): the query it belongs to and where its next page starts. The position is the query's own
 * business: the store keeps it as it is.
 */
export interface CursorState {
  /** Digest of all parameters that must be the same on each page. */
  readonly query: string;
  readonly position: string;
}

/**
 * The cursors of a connection's clients. A cursor is 128 random bits that stand for its state: one that was forged, or belongs to
 * another connection, is simply not there.
 */
export interface PageCursors {
  /** A new cursor, in unreserved characters (RFC 9865 §2). */
  save(connection: Connection, state: CursorState, now: Date): Promise<string>;
  /** 'expired' past CURSOR_TIMEOUT_SECONDS; undefined for one that was never made for this connection. */
  read(connection: Connection, cursor: string, now: Date): Promise<CursorState | 'expired' | undefined>;
}

export { CURSOR_TIMEOUT_SECONDS } from '../scim/messages/paging.ts';
