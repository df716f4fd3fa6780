import type { DynamoDbTable } from './dynamodb-table.ts';
import { ITEM_VERSION } from './items.ts';
import { keys } from './keys.ts';
import { CURSOR_TIMEOUT_SECONDS, type CursorState, type PageCursors } from './page-cursors.ts';

interface CursorItem extends CursorState {
  /** Milliseconds since 1970. */
  readonly usableUntil: number;
}

const CURSOR = /^[0-9a-f]{32}$/;
/** A cursor is told apart from one that never was for a day after its end. */
const REMEMBERED_SECONDS = 24 * 3_600;

/** Cursors as items with a TTL: one write a page. `newCursor` makes 128 random bits in hex. */
export function dynamoDbPageCursors(table: DynamoDbTable, newCursor: () => string): PageCursors {
  return {
    async save(connection, { query, position }, now) {
      const cursor = newCursor();
      const usableUntil = now.getTime() + CURSOR_TIMEOUT_SECONDS * 1000;
      const expiresAt = Math.ceil(usableUntil / 1000) + REMEMBERED_SECONDS;
      await table.put({ ...keys.cursor(connection.id, cursor), v: ITEM_VERSION, type: 'cursor', query, position, usableUntil, expiresAt });
      return cursor;
    },

    async read(connection, cursor, now) {
      const item = CURSOR.test(cursor) ? await table.get<CursorItem>(keys.cursor(connection.id, cursor)) : undefined;
      if (item === undefined) return undefined;
      return now.getTime() < item.usableUntil ? { query: item.query, position: item.position } : 'expired';
    },
  };
}
