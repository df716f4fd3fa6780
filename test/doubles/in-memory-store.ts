import { randomBytes, randomUUID } from 'node:crypto';
import type { ScimDependencies } from '../../functions/scim/exchange.ts';
import type { ConnectionId } from '../../shared/directory/ids.ts';
import { CURSOR_TIMEOUT_SECONDS, type CursorState, type PageCursors } from '../../shared/directory/page-cursors.ts';
import type { RequestRates } from '../../shared/directory/request-rates.ts';
import { inMemoryConnections } from './in-memory-connections.ts';
import { inMemoryDirectory } from './in-memory-directory.ts';

/** All that the SCIM function keeps in the table, in this process: what `scimStore` is to the table. */
export function inMemoryStore(): Pick<ScimDependencies, 'directory' | 'connections' | 'cursors' | 'rates'> {
  const directory = inMemoryDirectory(randomUUID);
  return { directory, connections: inMemoryConnections(directory), cursors: inMemoryPageCursors(), rates: inMemoryRequestRates() };
}

function inMemoryPageCursors(): PageCursors {
  const kept = new Map<string, { readonly connection: ConnectionId; readonly state: CursorState; readonly usableUntil: number }>();
  return {
    async save({ id }, { query, position }, now) {
      const cursor = randomBytes(16).toString('hex');
      kept.set(cursor, { connection: id, state: { query, position }, usableUntil: now.getTime() + CURSOR_TIMEOUT_SECONDS * 1000 });
      return cursor;
    },
    async read({ id }, cursor, now) {
      const found = kept.get(cursor);
      if (found?.connection !== id) return undefined;
      return now.getTime() < found.usableUntil ? found.state : 'expired';
    },
  };
}

function inMemoryRequestRates(): RequestRates {
  const counts = new Map<string, number>();
  return {
    async add(connection, window, requests) {
      const key = `${connection}#${window}`;
      const count = (counts.get(key) ?? 0) + requests;
      counts.set(key, count);
      return count;
    },
  };
}
